"""Deciding on all samples of a query at once: one person's own answer on each, and an audit that nobody sees coming."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from secrets import randbits
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.curation import lots
from app.messages import say
from app.models import BulkAction, BulkMember, Dataset, Decision, JobKind, User
from app.services import answered_once, answering_many, chosen, jobs, reasons, strata
from app.services.acceptance import HEAD
from app.services.answering_many import FREE, MINE
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
    answers: Mapping[str, Any] | None = None,
    rubric_id: int | None = None,
) -> BulkAction:
    """Answer every sample of a query that has a free place for this person. Invalid; Conflict where there is none.

    `answers` to questions of a rubric, the newest where none is named, are given to each; none of them is needed.
    """
    _check(decision, reason, comment)
    rubric_id, checked = answered_once.checked(session, dataset, answers or {}, rubric_id)
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
        rubric_id=rubric_id,
        answers=checked,
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
    elif answering_many.answer(session, dataset, action, found):
        finish(session, dataset, action)
    else:
        raise Conflict(NOTHING)
    session.flush()
    session.refresh(action)
    return action


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


def _audit(session: Session, dataset: Dataset, action: BulkAction) -> int:
    """Ask another expert about some of them; on the desk they look like any other sample."""
    mine = select(BulkMember.sample_id).where(BulkMember.bulk_id == action.id).order_by(BulkMember.sample_id)
    decided = np.array(session.scalars(mine).all(), np.int64)
    places = lots.drawn(
        min(action.audits_wanted, len(decided), LONGEST_AUDIT), np.zeros(len(decided), np.int64), action.seed
    )
    session.execute(
        text(_AUDIT),
        {"dataset": dataset.id, "bulk": action.id, "samples": decided[places].tolist(), "head": HEAD},
    )
    return (
        session.scalar(
            select(func.count()).where(BulkMember.bulk_id == action.id, BulkMember.audit_slot_id.is_not(None))
        )
        or 0
    )


_REACH = f"""
    SELECT count(*) AS found, count(*) FILTER (WHERE is_mine) AS answered,
        count(*) FILTER (WHERE is_free AND NOT is_mine) AS free
    FROM (SELECT EXISTS (SELECT FROM reviews r WHERE r.sample_id = chosen.id AND {MINE}) AS is_mine,
              EXISTS (SELECT FROM slots o WHERE o.sample_id = chosen.id AND {FREE}) AS is_free
          FROM chosen) AS waiting
"""  # noqa: S608 - constants only
_AUDIT = """
    WITH made AS (
        INSERT INTO slots (dataset_id, sample_id, number, rank, lane, purpose)
        SELECT :dataset, m.sample_id, greatest(99, (SELECT max(number) FROM slots n WHERE n.sample_id = m.sample_id)) + 1,
            :head, o.lane, 'audit'
        FROM bulk_members m JOIN slots o ON o.id = m.slot_id
        WHERE m.bulk_id = :bulk AND m.sample_id = ANY(:samples) RETURNING id, sample_id)
    UPDATE bulk_members m SET audit_slot_id = made.id FROM made WHERE m.bulk_id = :bulk AND m.sample_id = made.sample_id
"""
