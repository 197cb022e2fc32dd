"""The order of the review queue: the rank of each place, from a stored measure."""

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.ordering import Ordering
from app.models import RecipeVersion, Run
from app.services import columns, recipes
from app.services.contents import Ids
from app.services.copying import copy_rows
from app.services.judging import Judged

_RANKS = "CREATE TEMP TABLE IF NOT EXISTS ranks (id bigint PRIMARY KEY, rank float8) ON COMMIT DELETE ROWS"
_APPLY = """
    UPDATE slots SET rank = ranks.rank FROM ranks
    WHERE slots.dataset_id = :dataset AND slots.sample_id = ranks.id AND slots.rank <> ranks.rank
      AND slots.state IN ('open', 'closed') AND slots.purpose = 'review'
"""


def apply(session: Session, run: Run, judged: Judged, changed: Ids) -> None:
    """Rank the places of samples that have just come into the queue; all of them where the order is another one."""
    ordering = _of(session, run)
    before = session.scalars(
        select(Run)
        .where(Run.dataset_id == run.dataset_id, Run.published, Run.id < run.id)
        .order_by(Run.id.desc())
        .limit(1)
    ).first()
    is_new = before is None or before.set_id != run.set_id or _of(session, before) != ordering
    rows = np.flatnonzero(~judged.dropped) if is_new else judged.layout.rows(np.sort(changed))
    if not len(rows) or (before is None and not ordering.measure):
        return
    session.execute(text(_RANKS))
    ranks = _ranks(session, run, judged, ordering)[rows]
    copy_rows(session, "COPY ranks FROM STDIN", zip(judged.layout.ids[rows].tolist(), ranks.tolist(), strict=True))
    session.execute(text("ANALYZE ranks"))
    session.execute(text(_APPLY), {"dataset": run.dataset_id})


def _ranks(
    session: Session, run: Run, judged: Judged, ordering: Ordering
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if not ordering.measure or run.set_id is None:
        return np.zeros(len(judged.layout))
    return ordering.ranks(columns.measure(session, judged.layout, run.set_id, ordering.measure))


def _of(session: Session, run: Run) -> Ordering:
    return recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id)).order
