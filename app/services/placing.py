"""Moving places to where the plan wants them, some thousand samples at a time, while experts go on taking them."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.batch import Array
from app.models import Dataset
from app.services import lanes, queue_order, review_plan, routing
from app.services.contents import Ids
from app.services.fitting import Walked
from app.services.routing import Parts

# Everything that decides where a place stands, but for what experts answer meanwhile.
_BASIS = """
    SELECT md5(concat_ws('|',
        (SELECT max(id) FROM runs WHERE dataset_id = :dataset AND published),
        (SELECT jsonb_agg(jsonb_build_array(id, field, for_group) ORDER BY id) FROM corpora WHERE dataset_id = :dataset),
        (SELECT jsonb_agg(jsonb_build_array(id, due_on, for_group) ORDER BY id) FROM batches WHERE dataset_id = :dataset),
        (SELECT jsonb_build_array(count(*), max(f.created_at)) FROM sample_fields f JOIN samples s ON s.id = f.sample_id
            WHERE s.dataset_id = :dataset)))
"""
# What has a known answer is one expert's own: it is in nobody's lane.
_ELSEWHERE = """
    FROM unnest(CAST(:ids AS bigint[]), CAST(:lanes AS text[]), CAST(:ranks AS float8[])) AS p(id, lane, rank)
    JOIN slots s ON s.sample_id = p.id
    WHERE s.dataset_id = :dataset AND s.purpose <> 'gold' AND (
        s.lane <> p.lane OR s.purpose = 'review' AND s.state <> 'done' AND s.rank <> p.rank)
"""
# A place that somebody is taking or answering at this moment is passed over, and looked at again.
_MOVE = f"""
    WITH elsewhere AS (
        SELECT s.id, p.lane, p.rank {_ELSEWHERE} ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)
    UPDATE slots SET lane = elsewhere.lane,
        rank = CASE WHEN slots.purpose = 'review' AND slots.state <> 'done' THEN elsewhere.rank ELSE slots.rank END
    FROM elsewhere WHERE slots.id = elsewhere.id
"""  # noqa: S608 - constants only
_LEFT = f"SELECT min(p.id) {_ELSEWHERE}"
_STRAYS = """
    SELECT DISTINCT s.sample_id FROM lanes l JOIN slots s ON s.dataset_id = l.dataset_id AND s.lane = l.name
    WHERE l.dataset_id = :dataset AND l.name <> ALL(:names) AND s.state = 'open'
"""
_FORGET = """
    DELETE FROM lanes l WHERE l.dataset_id = :dataset AND l.name <> ALL(:names)
        AND NOT EXISTS (SELECT FROM slots s WHERE s.dataset_id = :dataset AND s.lane = l.name AND s.state = 'open')
        AND NOT EXISTS (SELECT FROM slots s WHERE s.dataset_id = :dataset AND s.lane = l.name AND s.state = 'leased')
"""


class Moved(Exception):
    """What the placings were worked out from has changed: they are worked out anew."""


@dataclass(frozen=True)
class Placings:
    """Where each sample belongs, in the order of their numbers. `basis` stands for all that this was worked out from."""

    ids: Ids
    lanes: list[str]
    ranks: Array
    parts: list[Parts]
    basis: str

    def until(self, sample_id: int) -> int:
        """How many samples there are up to this one."""
        return int(np.searchsorted(self.ids, sample_id, side="right"))


def work_out(session: Session, dataset: Dataset) -> Placings:
    """As of now. Nothing is changed, and nobody waits for it."""
    basis = _basis(session, dataset)
    now, ranks = queue_order.ranked(session, dataset)
    names, parts = routing.named(session, dataset, now) if len(now.ids) else ([], [])
    return Placings(now.ids, names, ranks, parts, basis)


def begin(session: Session, dataset: Dataset, placings: Placings) -> None:
    """Before a place bears a lane, it is known who serves it."""
    lanes.remember(session, dataset.id, placings.parts)


def place(placings: Placings, session: Session, dataset: Dataset, after: int, most: int) -> Walked | None:
    """Put the places of the next samples where they belong. None where there are no more. Moved."""
    if placings.basis != _basis(session, dataset):
        raise Moved
    first = placings.until(after)
    rows = slice(first, first + most)
    if not len(placings.ids[rows]):
        return None
    return Walked(int(placings.ids[rows][-1]), len(placings.ids[rows]), _move(session, dataset, placings, rows))


def finish(session: Session, dataset: Dataset, placings: Placings) -> None:
    """Forget lanes that nothing is in any more. A place that was added meanwhile beside one that was moved comes along."""
    names = {"dataset": dataset.id, "names": sorted({lanes.name_of(*part) for part in placings.parts})}
    for sample_id in session.scalars(text(_STRAYS), names).all():
        last = placings.until(sample_id)
        _move(session, dataset, placings, slice(last - 1, last))
    session.execute(text(_FORGET), names)


def _move(session: Session, dataset: Dataset, placings: Placings, rows: slice) -> int | None:
    values = {
        "dataset": dataset.id,
        "ids": placings.ids[rows].tolist(),
        "lanes": placings.lanes[rows],
        "ranks": placings.ranks[rows].tolist(),
    }
    session.execute(text(_MOVE), values)
    left: int | None = session.scalar(text(_LEFT), values)
    return left


def _basis(session: Session, dataset: Dataset) -> str:
    return f"{review_plan.load(dataset).ordering} {session.scalar(text(_BASIS), {'dataset': dataset.id})}"
