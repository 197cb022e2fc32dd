"""Taking back an answer that may still be on its way, as often as the page asks for it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Slot, SlotState, User
from app.services.leases import lock_desk
from app.services.reviewing import TakenBack, undo


def take_back(
    session: Session, dataset: Dataset, expert: User, *, review_id: int | None = None, key: str = ""
) -> TakenBack:
    """Take back an answer by its number, or by the key that it was sent with. To ask twice changes nothing.

    Conflict where there is no such answer that counts.
    """
    lock_desk(session, dataset.id, expert.id)
    review = _mine(session, dataset, expert, Review.idempotency_key == key if key else Review.id == review_id)
    if review is None or review.undone_at is None:
        return undo(session, dataset, expert, review.id if review else 0)
    return TakenBack(review, _still_here(session, review))


def _mine(session: Session, dataset: Dataset, expert: User, which: object) -> Review | None:
    mine = Review.dataset_id == dataset.id, Review.expert_id == expert.id
    return session.scalar(select(Review).where(*mine, which).execution_options(populate_existing=True))  # type: ignore[arg-type]


def _still_here(session: Session, review: Review) -> Slot | None:
    return session.scalar(
        select(Slot).where(
            Slot.id == review.slot_id, Slot.expert_id == review.expert_id, Slot.state == SlotState.LEASED
        )
    )
