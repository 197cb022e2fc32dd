"""Deciding on all samples of a query at once: one person's own answer on each, and an audit that nobody sees coming."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from secrets import randbits

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.curation import lots
from app.db import Json
from app.messages import say
from app.models import BulkAction, BulkMember, Dataset, Decision, Guideline, JobKind, User
from app.services import chosen, jobs, reasons, settling_many, strata
from app.services.acceptance import HEAD
from app.services.contents import Ids
from app.services.errors import Conflict, Invalid, NotFound
from app.services.leases import lock_desk
from app.services.strata import Stratum

AUDITS, AUDITED_SHARE, MOST_AUDITS = 5, 0.02, 50
LONGEST_AUDIT = 1_000
AT_ONCE = 1_000
"""So many are decided in one transaction; more are a job, so that no colleague waits for a place or a sample for long."""
NOTHING = (
    "Nothing was decided: none of these samples has a place that is free for you. They were decided, "
    "or colleagues are reading them. Load the page again to see what is left."
)


@dataclass(frozen=True)
class Reach:
    """Of `found` samples that wait, `free` can be decided now; `answered` are by this person, `busy` in other hands."""

    found: int
    free: int
    answered: int

    @property
    def busy(self) -> int:
        return self.found - self.free - self.answered


def of(session: Session, dataset_id: int) -> Sequence[BulkAction]:
    """A dataset's bulk actions, newest first."""
    mine = select(BulkAction).where(BulkAction.dataset_id == dataset_id)
    return session.scalars(mine.order_by(BulkAction.id.desc())).all()


def find(session: Session, dataset: Dataset, bulk_id: int, *, lock: bool = False) -> BulkAction:
    """One of a dataset's bulk actions. NotFound."""
    found = session.get(BulkAction, bulk_id, with_for_update=lock or None, populate_existing=True)
    if found is None or found.dataset_id != dataset.id:
        raise NotFound(say("There is no such decision on many samples in this dataset. Look for it in the list."))
    return found


def reach(session: Session, dataset: Dataset, expert: User, stratum: Stratum) -> Reach:
    """What a decision would touch at this moment."""
    chosen.fill(session, strata.ids(session, dataset, stratum))
    row = session.execute(text(_REACH), {"expert": expert.id}).one()
    return Reach(row.found, row.free, row.answered)


def examples(session: Session, dataset: Dataset, stratum: Stratum, count: int, seed: int) -> list[int]:
    """Some of the samples, drawn by lot."""
    found = strata.ids(session, dataset, stratum)
    places = lots.drawn(min(count, len(found)), np.zeros(len(found), np.int64), seed)
    return [int(one) for one in found[places]]


def audits_for(count: int) -> int:
    """How many samples are checked unless the person says otherwise."""
    return min(count, max(AUDITS, min(ceil(AUDITED_SHARE * count), MOST_AUDITS)))


def decide(
    session: Session,
    dataset: Dataset,
    expert: User,
    stratum: Stratum,
    decision: Decision,
    *,
    idempotency_key: str,
    reason: str = "",
    comment: str = "",
    audits: int | None = None,
) -> BulkAction:
    """Answer every sample of a query that has a free place for this person. Invalid; Conflict where there is none."""
    _check(decision, reason, comment)
    lock_desk(session, dataset.id, expert.id)
    stored = session.scalar(select(BulkAction).where(BulkAction.idempotency_key == idempotency_key))
    if stored is not None:
        return _repeat(stored, dataset, expert)
    found = strata.ids(session, dataset, stratum)
    action = BulkAction(
        dataset_id=dataset.id,
        expert_id=expert.id,
        decision=decision,
        reason=reason if decision is Decision.REJECT else "",
        comment=comment.strip(),
        query=stratum.stored(),
        members=found.astype("<i8").tobytes(),
        total=len(found),
        audits_wanted=audits_for(len(found)) if audits is None else audits,
        seed=randbits(31),
        idempotency_key=idempotency_key,
    )
    session.add(action)
    session.flush()
    if len(found) > AT_ONCE:
        action.job_id = jobs.start(session, JobKind.BULK, dataset.id, {"bulk_id": action.id}, expert.id).id
    elif answer(session, dataset, action, found):
        finish(session, dataset, action)
    else:
        raise Conflict(NOTHING)
    session.flush()
    session.refresh(action)
    return action


def answer(session: Session, dataset: Dataset, action: BulkAction, ids: Ids) -> int:
    """Decide some of an action's samples; returns how many had a place that is free for its person."""
    lock_desk(session, dataset.id, action.expert_id)
    chosen.fill(session, ids)
    count = _answer(session, dataset, action)
    settled = settling_many.settle(session, dataset.id, "picked") if count else 0
    session.execute(text(_NOTE_SETTLED), {"bulk": action.id})
    answered = session.scalar(text(_ANSWERED), {"expert": action.expert_id}) or 0
    action.count, action.settled = action.count + count, action.settled + settled
    before = {"answered": 0, "busy": 0, **action.left}
    action.left = {"answered": before["answered"] + answered, "busy": before["busy"] + len(ids) - count - answered}
    session.flush()
    return count


def finish(session: Session, dataset: Dataset, action: BulkAction) -> None:
    """Draw the audits, once all samples are decided or the work was stopped."""
    action.audits = _audit(session, dataset, action)
    action.finished_at = func.now()
    session.flush()


def _check(decision: Decision, reason: str, comment: str) -> None:
    if decision not in {Decision.APPROVE, Decision.REJECT}:
        raise Invalid(say("Many samples at once can be approved or rejected, nothing else."), "decision")
    if decision is Decision.REJECT:
        known = reasons.find(reason)
        if known is None:
            raise Invalid(say("Choose why these samples are rejected. Nothing was decided yet."), "reason")
        if known.needs_words and not comment.strip():
            raise Invalid(say("Say in a few words what is wrong with them. Nothing was decided yet."), "comment")


def _repeat(stored: BulkAction, dataset: Dataset, expert: User) -> BulkAction:
    if (stored.dataset_id, stored.expert_id) != (dataset.id, expert.id):
        raise Invalid(say("This page was sent twice for two different things. Load it again; nothing was decided."))
    return stored


def _answer(session: Session, dataset: Dataset, action: BulkAction) -> int:
    """Samples first, then their places, as everybody locks them. What somebody else holds is left, not waited for."""
    values: Json = {"dataset": dataset.id, "expert": action.expert_id, "bulk": action.id}
    session.execute(text(_TABLES))
    for statement in (_LOCK, _PICK, _REMEMBER, _FILL):
        session.execute(text(statement), values)
    guideline = session.scalar(
        select(Guideline.id).where(Guideline.dataset_id == dataset.id).order_by(Guideline.version.desc()).limit(1)
    )
    session.execute(text(_REVIEW), {**values, "guideline": guideline})
    return session.scalar(text("SELECT count(*) FROM picked")) or 0


def _audit(session: Session, dataset: Dataset, action: BulkAction) -> int:
    """Ask another expert about some of them; on the desk they look like any other sample."""
    mine = select(BulkMember.sample_id).where(BulkMember.bulk_id == action.id).order_by(BulkMember.sample_id)
    decided = np.array(session.scalars(mine).all(), np.int64)
    places = lots.drawn(min(action.audits_wanted, len(decided), LONGEST_AUDIT), np.zeros(len(decided), np.int64), action.seed)
    session.execute(
        text(_AUDIT),
        {"dataset": dataset.id, "bulk": action.id, "samples": decided[places].tolist(), "head": HEAD},
    )
    return session.scalar(
        select(func.count()).where(BulkMember.bulk_id == action.id, BulkMember.audit_slot_id.is_not(None))
    ) or 0


_MINE = "r.expert_id = :expert AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'"
_FREE = """
    o.purpose = 'review' AND (
        o.state = 'open' OR o.state = 'leased' AND (o.expert_id = :expert OR o.leased_until < now()))
"""
_REACH = f"""
    SELECT count(*) AS found, count(*) FILTER (WHERE is_mine) AS answered,
        count(*) FILTER (WHERE is_free AND NOT is_mine) AS free
    FROM (SELECT EXISTS (SELECT FROM reviews r WHERE r.sample_id = chosen.id AND {_MINE}) AS is_mine,
              EXISTS (SELECT FROM slots o WHERE o.sample_id = chosen.id AND {_FREE}) AS is_free
          FROM chosen) AS waiting
"""  # noqa: S608 - constants only
_TABLES = """
    CREATE TEMP TABLE IF NOT EXISTS locked (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS picked (sample_id bigint PRIMARY KEY, slot_id bigint, state text,
        expert_id bigint, leased_until timestamptz) ON COMMIT DELETE ROWS;
    TRUNCATE locked, picked
"""
# Scalar subqueries are looked up sample by sample; as EXISTS they became joins with all reviews.
_LOCK = f"""
    WITH waiting AS (
        SELECT s.id FROM samples s JOIN chosen USING (id)
        WHERE s.dataset_id = :dataset AND s.state = 'queued'
          AND (SELECT true FROM slots o WHERE o.sample_id = s.id AND {_FREE} LIMIT 1)
          AND (SELECT true FROM reviews r WHERE r.sample_id = s.id AND {_MINE} LIMIT 1) IS NULL
        ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)
    INSERT INTO locked SELECT id FROM waiting
"""  # noqa: S608 - constants only
_PICK = f"""
    WITH free AS (
        SELECT o.id, o.sample_id, o.number, o.state, o.expert_id, o.leased_until FROM slots o
        JOIN locked ON locked.id = o.sample_id WHERE {_FREE} FOR UPDATE OF o SKIP LOCKED)
    INSERT INTO picked SELECT DISTINCT ON (sample_id) sample_id, id, state, expert_id, leased_until FROM free
    ORDER BY sample_id, (state = 'leased' AND expert_id = :expert) DESC, number
"""  # noqa: S608 - constants only
_REMEMBER = """
    INSERT INTO bulk_members (bulk_id, sample_id, slot_id, slot_state, slot_expert_id, slot_leased_until)
    SELECT :bulk, sample_id, slot_id, state, expert_id, leased_until FROM picked
"""
_FILL = """
    UPDATE slots SET state = 'done', expert_id = :expert, leased_until = NULL FROM picked WHERE slots.id = picked.slot_id
"""
_REVIEW = """
    INSERT INTO reviews (dataset_id, sample_id, slot_id, expert_id, decision, reason, comment, guideline_id,
        idempotency_key)
    SELECT b.dataset_id, p.sample_id, p.slot_id, b.expert_id, b.decision, b.reason, b.comment, :guideline,
        'bulk ' || b.id || ' ' || p.slot_id
    FROM picked p, bulk_actions b WHERE b.id = :bulk ORDER BY p.sample_id
"""
_ANSWERED = f"""
    SELECT count(*) FROM chosen WHERE NOT EXISTS (SELECT FROM picked p WHERE p.sample_id = chosen.id)
    AND (SELECT true FROM reviews r WHERE r.sample_id = chosen.id AND {_MINE} LIMIT 1)
"""  # noqa: S608 - constants only
_NOTE_SETTLED = """
    UPDATE bulk_members m SET settled_as = s.state, settled_at = s.decided_at FROM picked, samples s
    WHERE m.bulk_id = :bulk AND m.sample_id = picked.sample_id AND s.id = picked.sample_id AND s.state <> 'queued'
"""
_AUDIT = """
    WITH made AS (
        INSERT INTO slots (dataset_id, sample_id, number, rank, lane, purpose)
        SELECT :dataset, m.sample_id, greatest(99, (SELECT max(number) FROM slots n WHERE n.sample_id = m.sample_id)) + 1,
            :head, o.lane, 'audit'
        FROM bulk_members m JOIN slots o ON o.id = m.slot_id
        WHERE m.bulk_id = :bulk AND m.sample_id = ANY(:samples) RETURNING id, sample_id)
    UPDATE bulk_members m SET audit_slot_id = made.id FROM made WHERE m.bulk_id = :bulk AND m.sample_id = made.sample_id
"""
