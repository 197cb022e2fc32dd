"""Sending decided samples back to experts because the guidelines or their source changed, and taking exactly that back.

The places are the same ones, so a sample gets exactly its N answers again. The old answers are kept and count no more;
whoever gave them may answer again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from app.db import Json
from app.messages import say
from app.models import Dataset, Guideline, Requeue, RequeuedSample, Sample, SampleState, User
from app.services import affected, slots
from app.services.errors import Conflict, Invalid

# Samples are locked first, in the order of their numbers, as an answer locks its sample before its place.
_REMEMBER = """
    INSERT INTO requeued_samples (requeue_id, sample_id, state, revision_id, decided_at, places, counted, stood)
    SELECT :requeue, s.id, s.state, s.revision_id, s.decided_at,
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id, 'expert_id', p.expert_id) ORDER BY p.id)
            FROM slots p WHERE p.sample_id = s.id AND p.purpose = 'review' AND p.state = 'done'), '[]'),
        coalesce(array_agg(r.id ORDER BY r.id) FILTER (WHERE r.counted), '{}'),
        coalesce(array_agg(r.id ORDER BY r.id) FILTER (WHERE r.id IS NOT NULL), '{}')
    FROM samples s
        LEFT JOIN (SELECT r.id, r.sample_id, r.counted FROM reviews r JOIN slots p ON p.id = r.slot_id
            WHERE p.purpose = 'review' AND r.undone_at IS NULL AND r.superseded_at IS NULL) r ON r.sample_id = s.id
    WHERE s.id = ANY(:samples)
    GROUP BY s.id
"""
_SUPERSEDE = """
    UPDATE reviews SET superseded_at = now(), counted = false
    FROM requeued_samples q WHERE q.requeue_id = :requeue AND reviews.id = ANY(q.stood)
"""
_OPEN = """
    UPDATE slots SET state = 'open', expert_id = NULL, leased_until = NULL
    FROM requeued_samples q WHERE q.requeue_id = :requeue AND slots.sample_id = q.sample_id
        AND slots.purpose = 'review' AND slots.state = 'done'
"""
_QUEUE = """
    UPDATE samples SET state = 'queued', revision_id = NULL, decided_at = NULL
    FROM requeued_samples q WHERE q.requeue_id = :requeue AND samples.id = q.sample_id
"""
# Nobody has answered since, and nothing else has moved the sample.
_UNTOUCHED = """
    SELECT s.id FROM samples s JOIN requeued_samples q ON q.sample_id = s.id
    WHERE q.requeue_id = :requeue AND s.state = 'queued'
        AND NOT EXISTS (SELECT FROM reviews r WHERE r.sample_id = s.id AND r.superseded_at IS NULL AND r.undone_at IS NULL
            AND r.id <> ALL(q.stood) AND r.decision <> 'skip')
        AND NOT EXISTS (SELECT FROM requeued_samples l WHERE l.sample_id = s.id AND l.requeue_id > q.requeue_id)
    ORDER BY s.id FOR NO KEY UPDATE OF s
"""
_CLOSE_AGAIN = """
    UPDATE slots SET state = 'done', expert_id = (place->>'expert_id')::bigint, leased_until = NULL
    FROM requeued_samples q, jsonb_array_elements(q.places) place
    WHERE q.requeue_id = :requeue AND q.sample_id = ANY(:samples) AND slots.id = (place->>'id')::bigint
"""
# Places that were added since are taken out of the queue again; answers may hang on them.
_CLOSE_NEW = """
    UPDATE slots SET state = 'closed', expert_id = NULL, leased_until = NULL
    FROM requeued_samples q WHERE q.requeue_id = :requeue AND q.sample_id = ANY(:samples)
        AND slots.sample_id = q.sample_id AND slots.purpose = 'review' AND slots.state IN ('open', 'leased')
"""
_COUNT_AGAIN = """
    UPDATE reviews SET superseded_at = NULL, counted = reviews.id = ANY(q.counted)
    FROM requeued_samples q
    WHERE q.requeue_id = :requeue AND q.sample_id = ANY(:samples) AND reviews.id = ANY(q.stood)
"""
_DECIDE_AGAIN = """
    UPDATE samples SET state = q.state, revision_id = q.revision_id, decided_at = q.decided_at
    FROM requeued_samples q
    WHERE q.requeue_id = :requeue AND q.sample_id = ANY(:samples) AND samples.id = q.sample_id
"""


@dataclass(frozen=True)
class Progress:
    """One action and how far its samples have come: `done` of `requeue.samples` are decided again."""

    requeue: Requeue
    version: int
    by: str
    done: int

    @property
    def stay(self) -> int:
        """Those that somebody had answered when the rest was taken back."""
        return self.requeue.samples - self.requeue.restored if self.requeue.undone_at else 0


def requeue(
    session: Session,
    dataset: Dataset,
    by: User,
    guideline: Guideline,
    choice: affected.Choice,
    only: Sequence[int] | None = None,
) -> Requeue:
    """Send back all samples of a choice, or only some of them. Invalid where none is left."""
    wanted: Select[int] = affected.ids(dataset, guideline, choice)
    if only is not None:
        wanted = wanted.where(Sample.id.in_(only))
    found = session.scalars(wanted.order_by(Sample.id).with_for_update(key_share=True, of=Sample)).all()
    if not found:
        raise Invalid(say("No sample was chosen, so nothing was sent back. Tick the samples, or send back all of them."))
    return send_back(session, dataset, by, found, guideline.id, choice.as_json())


def send_back(
    session: Session, dataset: Dataset, by: User, found: Sequence[int], guideline_id: int | None, choice: Json
) -> Requeue:
    """Send back these samples, which are locked and decided; without guidelines, because their source changed."""
    made = Requeue(
        dataset_id=dataset.id, guideline_id=guideline_id, author_id=by.id, choice=choice, samples=len(found)
    )
    session.add(made)
    session.flush()
    values = {"requeue": made.id, "samples": list(found)}
    session.execute(text(_REMEMBER), values)
    for statement in (_SUPERSEDE, _OPEN, _QUEUE):
        session.execute(text(statement), {"requeue": made.id})
    back = select(RequeuedSample.sample_id).where(RequeuedSample.requeue_id == made.id)
    slots.open_slots(session, dataset, back)
    session.expire_all()
    return made


def undo(session: Session, dataset: Dataset, requeue_id: int) -> Requeue:
    """Put back every sample that nobody has answered since; the others keep their new answers. Conflict, NotFound."""
    made = session.scalar(
        select(Requeue).where(Requeue.id == requeue_id, Requeue.dataset_id == dataset.id).with_for_update()
    )
    if made is None or made.undone_at is not None:
        raise Conflict(say("This was taken back already, or there is no such action. Nothing was changed."))
    found = list(session.scalars(text(_UNTOUCHED), {"requeue": made.id}))
    if not found:
        raise Conflict(say("Every one of these samples has been answered since, so nothing can be taken back any more."))
    for statement in (_CLOSE_AGAIN, _CLOSE_NEW, _COUNT_AGAIN, _DECIDE_AGAIN):
        session.execute(text(statement), {"requeue": made.id, "samples": found})
    made.undone_at, made.restored = func.now(), len(found)
    session.flush()
    session.expire_all()
    return made


def of(session: Session, dataset: Dataset, limit: int = 20) -> list[Progress]:
    """The last actions, newest first."""
    done = (
        select(func.count())
        .select_from(RequeuedSample)
        .join(Sample, Sample.id == RequeuedSample.sample_id)
        .where(RequeuedSample.requeue_id == Requeue.id, Sample.state != SampleState.QUEUED)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Requeue, Guideline.version, User.name, done)
        .join(Guideline, Guideline.id == Requeue.guideline_id)
        .join(User, User.id == Requeue.author_id)
        .where(Requeue.dataset_id == dataset.id)
        .order_by(Requeue.id.desc())
        .limit(limit)
    )
    return [Progress(*row) for row in rows]
