"""Taking the next free place: the first of the lanes that an expert serves."""

from collections.abc import Sequence

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.models import Dataset, Slot, User
from app.settings import get_settings

# Scalar subqueries are looked up row by row. As NOT EXISTS they became a join, which with stale statistics
# compared every free place with every answer of the expert. As IS NULL they were taken to hold of hardly any place, so
# that the whole lane was read and sorted for its first one: 1 s for 20 lanes with 5,000 places each, now 1 ms.
_FIRST = """
    SELECT s.id, s.rank FROM slots s
    WHERE s.dataset_id = :dataset AND s.lane = {lane} AND s.state = 'open'
      AND NOT coalesce((
        SELECT true FROM reviews r
        WHERE r.sample_id = s.sample_id AND r.expert_id = :expert AND r.undone_at IS NULL
          AND r.superseded_at IS NULL LIMIT 1), false)
      AND NOT coalesce((
        SELECT true FROM slots o
        WHERE o.sample_id = s.sample_id AND o.expert_id = :expert AND o.state = 'leased' LIMIT 1), false)
    ORDER BY s.rank, s.id LIMIT 1
"""
_LANES = text(
    "SELECT served.lane FROM unnest(CAST(:lanes AS text[])) AS served(lane), "  # noqa: S608 - the parts are ours
    f"LATERAL ({_FIRST.format(lane='served.lane')}) AS s ORDER BY s.rank, s.id"
)
_CLAIM = """
    UPDATE slots SET state = 'leased', expert_id = :expert, leased_until = now() + make_interval(secs => :seconds)
    WHERE id = (SELECT id FROM ({first} FOR UPDATE OF s {locked}) AS s)
    RETURNING slots.*
"""
_FREE = text(_CLAIM.format(first=_FIRST.format(lane=":lane"), locked="SKIP LOCKED"))
_WAITING = text(_CLAIM.format(first=_FIRST.format(lane=":lane"), locked=""))
_CLAIMED, _WAITED_FOR = (
    select(Slot).from_statement(claimed).execution_options(populate_existing=True) for claimed in (_FREE, _WAITING)
)


def claim(session: Session, dataset: Dataset, expert: User, served: Sequence[str], *, is_urgent: bool) -> Slot | None:
    """The first free place that this expert may have. One at a time: never two of a sample.

    A place that somebody is taking at this very moment is passed over. Where it is urgent and there are no others, it
    is waited for: it may come free, and nobody is to see an empty desk while a sample waits. Who holds a place already
    must not wait: two of them would wait for each other.
    """
    if len(served) == 1 and (found := _claim_in(session, dataset, expert, served[0])) is not None:
        return found
    with_places = _with_places(session, dataset, expert, served)
    if len(served) > 1:
        for lane in with_places:
            if (found := _claim_in(session, dataset, expert, lane)) is not None:
                return found
    return _wait_for_one(session, dataset, expert, with_places) if is_urgent else None


def _with_places(session: Session, dataset: Dataset, expert: User, served: Sequence[str]) -> Sequence[str]:
    """Lanes in which something waits for this expert, the one whose first place comes first at the head."""
    return session.scalars(_LANES, {"dataset": dataset.id, "expert": expert.id, "lanes": list(served)}).all()


def _claim_in(session: Session, dataset: Dataset, expert: User, lane: str, *, is_waiting: bool = False) -> Slot | None:
    values = {
        "dataset": dataset.id,
        "expert": expert.id,
        "lane": lane,
        "seconds": 60 * get_settings().lease_minutes,
    }
    claimed: Slot | None = session.scalar(_WAITED_FOR if is_waiting else _CLAIMED, values)
    return claimed


def _wait_for_one(session: Session, dataset: Dataset, expert: User, served: Sequence[str]) -> Slot | None:
    for lane in served:
        try:
            with session.begin_nested():
                session.execute(text("SET LOCAL lock_timeout = '500ms'"))
                found = _claim_in(session, dataset, expert, lane, is_waiting=True)
                session.execute(text("SET LOCAL lock_timeout = '10s'"))
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            found = None  # and the time limit is what it was before
        if found is not None:
            return found
    return None
