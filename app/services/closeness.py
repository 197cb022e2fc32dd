"""Which rules a sample breaks, and which limits it only just keeps: where an expert may want to look twice."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.curation.bounds import Limit
from app.services import applied, columns
from app.services.applied import Applied
from app.services.why import Reason, in_words

MOST = 4


def near_limits(session: Session, dataset_id: int, sample_id: int, latest: Applied | None = None) -> list[Reason]:
    """Broken rules first, then the closest limits, a few at most. Empty where no run has measured the sample."""
    latest = latest or applied.latest(session, dataset_id)
    if latest.set_id is None:
        return []
    measures = columns.measures_of_sample(session, latest.set_id, dataset_id, sample_id)
    if not measures:
        return []
    limits = latest.recipe.limits
    ranked = sorted((how_near(limit, measures), index) for index, limit in enumerate(limits))
    return in_words(_failure(limits[index], measures) for distance, index in ranked[:MOST] if distance < 1)


def how_near(limit: Limit, measures: Mapping[str, float]) -> float:
    """Below 0 where the rule is broken, below 1 where its limit is close, 1 elsewhere.

    Close is within a tenth of the limit for counts; for shares and scores within a twentieth of the whole, but no more
    than a fifth of the limit. Where nothing at all is allowed, nothing is close: the rule is kept or broken.
    """
    measure = limit.rule.measure
    value = measures.get(measure.name, float("nan"))
    room = value - limit.bound if limit.rule.side == "min" else limit.bound - value
    reach = min(0.05, abs(limit.bound) / 5) if measure.kind in {"share", "score"} else abs(limit.bound) / 10
    if room < 0:
        return -1
    if measure.kind == "flag" or not reach or not room <= reach:  # NaN is not close either
        return 1
    return room / reach * 0.99


def _failure(limit: Limit, measures: Mapping[str, float]) -> dict[str, object]:
    name = limit.rule.measure.name
    return {"rule": limit.rule.reason, "measure": name, "value": measures[name], "bound": limit.bound}
