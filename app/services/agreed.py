"""What reviewers of a sample said together: the one place that defines it (`app.curation.majority` says it in Python).

Only answers count that stand and were asked for to decide a sample. Where a lead settled a dispute by taking one of the
answers, what that one says of the rubric's questions is agreed.
"""

from sqlalchemy import ColumnElement, Double, Select, Subquery, and_, cast, exists, func, select
from sqlalchemy.orm import aliased

from app.models import Adjudication, Decision, Review, Slot, SlotPurpose


def answers(dataset_id: int, key: str) -> Subquery:
    """(sample_id, value): the agreed answer to the question with this key, of samples that have one."""
    given = select(Review.sample_id, Review.answers[key].label("value")).where(
        *_standing(dataset_id), Review.answers.has_key(key)
    )
    each = given.subquery()
    many, of = func.count().label("many"), func.sum(func.count()).over(partition_by=each.c.sample_id).label("of")
    counted = select(each.c.sample_id, each.c.value, many, of).group_by(each.c.sample_id, each.c.value).subquery()
    taken = _taken(dataset_id, key).subquery()
    by_lead = exists().where(taken.c.sample_id == counted.c.sample_id)
    majority = select(counted.c.sample_id, counted.c.value).where(2 * counted.c.many > counted.c.of, ~by_lead)
    return majority.union_all(select(taken.c.sample_id, taken.c.value)).subquery()


def agreement(dataset_id: int) -> Subquery:
    """(sample_id, share): which share of a sample's reviewers gave the commonest decision; none where nobody reviewed."""
    counts = [func.count().filter(Review.decision == one) for one in Decision if one is not Decision.SKIP]
    share = cast(func.greatest(*counts), Double) / func.count()
    query = select(Review.sample_id, share.label("share")).where(*_standing(dataset_id))
    return query.group_by(Review.sample_id).subquery()


def _standing(dataset_id: int) -> list[ColumnElement[bool]]:
    other = exists().where(Slot.id == Review.slot_id, Slot.purpose != SlotPurpose.REVIEW)
    mine = Review.dataset_id == dataset_id
    return [mine, Review.counted.is_(True), Review.undone_at.is_(None), Review.decision != Decision.SKIP, ~other]


def _taken(dataset_id: int, key: str) -> "Select[int, object]":
    later, taken = aliased(Adjudication), aliased(Review)
    is_last = ~exists().where(
        later.sample_id == Adjudication.sample_id, later.undone_at.is_(None), later.id > Adjudication.id
    )
    return (
        select(Adjudication.sample_id, taken.answers[key].label("value"))
        .join(taken, and_(taken.id == Adjudication.review_id, taken.answers.has_key(key)))
        .where(Adjudication.dataset_id == dataset_id, Adjudication.undone_at.is_(None), is_last)
    )
