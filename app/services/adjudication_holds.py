"""Which flagged sample a lead has before them, so that two leads never work on one."""

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.models import AdjudicationHold, Dataset, User

MINUTES = 20

_NEXT = text("""
    SELECT s.id FROM samples s LEFT JOIN adjudication_holds h ON h.sample_id = s.id AND h.held_until > now()
    WHERE s.dataset_id = :dataset AND s.state = 'flagged' AND s.id > :after AND coalesce(h.lead_id, :lead) = :lead
    ORDER BY s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
""")
_MINE = text("""
    SELECT s.id FROM adjudication_holds h JOIN samples s ON s.id = h.sample_id
    WHERE h.dataset_id = :dataset AND h.lead_id = :lead AND h.held_until > now() AND s.state = 'flagged'
    ORDER BY s.id LIMIT 1
""")
_TAKE = text("""
    INSERT INTO adjudication_holds (sample_id, dataset_id, lead_id, held_until)
    VALUES (:sample, :dataset, :lead, now() + make_interval(mins => :minutes))
    ON CONFLICT (sample_id) DO UPDATE SET lead_id = excluded.lead_id, held_until = excluded.held_until
    WHERE adjudication_holds.lead_id = excluded.lead_id OR adjudication_holds.held_until < now()
    RETURNING sample_id
""")


def next_sample(session: Session, dataset: Dataset, lead: User, after: int = 0) -> int | None:
    """The flagged sample in this lead's hands, else the first free one; beyond `after`, where one is to be passed by."""
    values = {"dataset": dataset.id, "lead": lead.id, "after": after}
    found: int | None = session.scalar(_MINE, values) if not after else None
    if found is None:
        found = session.scalar(_NEXT, values)
    return found if found is not None and take(session, dataset, lead, found) else None


def take(session: Session, dataset: Dataset, lead: User, sample_id: int) -> bool:
    """Hold a sample and let go of any other. False where a colleague holds it."""
    session.execute(
        delete(AdjudicationHold)
        .where(
            AdjudicationHold.dataset_id == dataset.id,
            AdjudicationHold.lead_id == lead.id,
            AdjudicationHold.sample_id != sample_id,
        )
        .execution_options(synchronize_session=False)
    )
    values = {"sample": sample_id, "dataset": dataset.id, "lead": lead.id, "minutes": MINUTES}
    return session.scalar(_TAKE, values) is not None


def release(session: Session, sample_id: int) -> None:
    """A decided sample is in nobody's hands."""
    session.execute(
        delete(AdjudicationHold)
        .where(AdjudicationHold.sample_id == sample_id)
        .execution_options(synchronize_session=False)
    )
