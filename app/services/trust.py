"""How far each rule can be trusted: what experts decided about the samples on which it fires, and a bound to try."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.curation.batch import Array, Mask
from app.curation.bounds import Limit
from app.curation.intervals import wilson
from app.models import Dataset, RecipeVersion, Run, Sample, SampleState, Verdict
from app.services import blocks, columns, recipes, runs

TARGET = 0.9
"""A proposed bound drops nothing but samples of which experts reject at least this share, as far as the evidence goes."""


@dataclass(frozen=True)
class Trust:
    """One rule of the published run.

    It fired on `fired` samples, on `alone` of them as the only rule. Of those, people kept `overruled` ones by hand;
    experts approved and rejected the others that were decided. `precision` is the share of right drops among all that
    people spoke about, None where nobody did; `interval` holds it with a certainty of 95 %. `proposed` is a bound that
    the decided samples speak for, None where they are too few.
    """

    limit: Limit
    fired: int
    alone: int
    overruled: int
    approved: int
    rejected: int
    precision: float | None
    interval: tuple[float, float]
    proposed: float | None


def of_rules(session: Session, dataset: Dataset, target: float = TARGET) -> list[Trust]:
    """Every rule of the published recipe, in its order; empty before the first run."""
    run = runs.latest(session, dataset.id)
    if run is None:
        return []
    limits = recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id)).limits
    spoken = _spoken(session, run)
    decided = _Decided.of(session, run)
    return [_trust(limit, run, spoken, decided.bound(session, limit, target)) for limit in limits]


def proposed_bound(values: Array, rejected: Mask, side: str, target: float) -> float | None:
    """The bound that drops the most decided samples while the lower end of its precision's interval reaches the target."""
    known = ~np.isnan(values)
    sign = 1.0 if side == "max" else -1.0
    order = np.argsort(-sign * values[known], kind="stable")
    beyond, right = values[known][order], np.cumsum(rejected[known][order])
    # A bound lies on a value and drops what is beyond it: only whole groups of equal values can be dropped.
    ends = np.flatnonzero(beyond[1:] != beyond[:-1])
    found = [end for end in ends.tolist() if wilson(int(right[end]), end + 1)[0] >= target]
    return float(beyond[found[-1] + 1]) if found else None


def _trust(limit: Limit, run: Run, spoken: dict[str, dict[str, int]], proposed: float | None) -> Trust:
    fired = run.details.get("rules", {}).get(limit.rule.reason, {"failed": 0, "alone": 0})
    said = spoken[limit.rule.reason]
    right, wrong = said["rejected"], said["approved"] + said["overruled"]
    return Trust(
        limit=limit,
        fired=fired["failed"],
        alone=fired["alone"],
        overruled=said["overruled"],
        approved=said["approved"],
        rejected=right,
        precision=right / (right + wrong) if right + wrong else None,
        interval=wilson(right, right + wrong),
        proposed=None if proposed == limit.bound else proposed,
    )


def _spoken(session: Session, run: Run) -> dict[str, dict[str, int]]:
    """Per reason: dropped samples that experts approved or rejected, and others that a person kept by hand."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"approved": 0, "rejected": 0, "overruled": 0})
    rows = session.execute(
        select(Verdict.reasons, Sample.state)
        .join(Sample, Sample.id == Verdict.sample_id)
        .where(
            Verdict.run_id == run.id,
            Sample.dataset_id == run.dataset_id,
            or_(Sample.state.in_([SampleState.APPROVED, SampleState.REJECTED]), Sample.overruled_at.is_not(None)),
        )
    )
    for reasons, state in rows:
        said = state.value if state in {SampleState.APPROVED, SampleState.REJECTED} else "overruled"
        for reason in reasons:
            found[reason][said] += 1
    return found


@dataclass(frozen=True)
class _Decided:
    """Samples that experts approved or rejected, as rows of the run's layout."""

    run: Run
    layout: blocks.Layout
    rows: Sequence[int]
    rejected: Mask

    @classmethod
    def of(cls, session: Session, run: Run) -> "_Decided":
        layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
        known = session.execute(
            select(Sample.id, Sample.state).where(
                Sample.dataset_id == run.dataset_id, Sample.state.in_([SampleState.APPROVED, SampleState.REJECTED])
            )
        ).all()
        states = dict(known)
        rows = layout.rows(np.array(sorted(states), np.int64))
        rejected = [states[sample_id] is SampleState.REJECTED for sample_id in layout.ids[rows].tolist()]
        return cls(run, layout, rows.tolist(), np.array(rejected, np.bool_))

    def bound(self, session: Session, limit: Limit, target: float) -> float | None:
        enough = wilson(int(self.rejected.sum()), int(self.rejected.sum()))[0] >= target
        if not enough or self.run.set_id is None or limit.rule.measure.kind == "flag":
            return None
        values = columns.measure(session, self.layout, self.run.set_id, limit.rule.measure.name)[self.rows]
        return proposed_bound(values, self.rejected, limit.rule.side, target)
