"""What each person of a dataset has answered: how much, how fast, and how often another expert said the same."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.models import Dataset, Role, User
from app.services import people

DAYS = 28


@dataclass(frozen=True)
class PersonLine:
    """One member's answers. `days` counts them over the last four weeks, the oldest day first.

    `seconds` is the median of these weeks, `agreement` the share of answers that another expert gave too.
    """

    user: User
    role: Role
    reviews: int
    this_week: int
    days: Sequence[int]
    seconds: float | None
    agreement: float | None


def of(session: Session, dataset: Dataset) -> list[PersonLine]:
    """All members, also those who have not answered anything yet, by name."""
    days = _days(session, dataset)
    totals = {row.expert_id: row for row in _totals(session, dataset)}
    shared = {row.expert_id: row.share for row in _shared(session, dataset)} if dataset.reviews_per_sample > 1 else {}
    return [
        PersonLine(
            user,
            role,
            totals[user.id].reviews if user.id in totals else 0,
            totals[user.id].this_week if user.id in totals else 0,
            days[user.id],
            totals[user.id].seconds if user.id in totals else None,
            shared.get(user.id),
        )
        for user, role in people.members(session, dataset)
    ]


def _totals(session: Session, dataset: Dataset) -> Sequence[Row[Any]]:
    return session.execute(
        text("""
            SELECT expert_id, count(*) AS reviews,
                count(*) FILTER (WHERE created_at > now() - interval '7 days') AS this_week,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
                    FILTER (WHERE created_at > now() - interval '28 days') AS seconds
            FROM reviews WHERE dataset_id = :dataset AND undone_at IS NULL AND decision <> 'skip' GROUP BY expert_id
        """),
        {"dataset": dataset.id},
    ).all()


def _days(session: Session, dataset: Dataset) -> dict[int, list[int]]:
    """Per expert: answers on each of the last 28 days, by UTC days, today last."""
    found: dict[int, list[int]] = defaultdict(lambda: [0] * DAYS)
    rows = session.execute(
        text("""
            SELECT expert_id, created_at::date AS day, current_date AS today, count(*) AS reviews FROM reviews
            WHERE dataset_id = :dataset AND undone_at IS NULL AND decision <> 'skip' AND created_at >= current_date - 27
            GROUP BY expert_id, created_at::date
        """),
        {"dataset": dataset.id},
    )
    for row in rows:
        found[row.expert_id][_at(row.day, row.today)] = row.reviews
    return found


def _at(day: date, today: date) -> int:
    return DAYS - 1 - (today - day).days


def _shared(session: Session, dataset: Dataset) -> Sequence[Row[Any]]:
    """Per expert: the share of pairs of answers on one sample that agree."""
    return session.execute(
        text("""
            SELECT mine.expert_id, avg((mine.decision = theirs.decision)::int)::float AS share
            FROM reviews mine
                JOIN reviews theirs ON theirs.sample_id = mine.sample_id AND theirs.expert_id <> mine.expert_id
                JOIN slots one ON one.id = mine.slot_id AND one.purpose = 'review'
                JOIN slots other ON other.id = theirs.slot_id AND other.purpose = 'review'
            WHERE mine.dataset_id = :dataset AND mine.counted AND theirs.counted AND mine.undone_at IS NULL
                AND theirs.undone_at IS NULL AND mine.decision <> 'skip' AND theirs.decision <> 'skip'
            GROUP BY mine.expert_id
        """),
        {"dataset": dataset.id},
    ).all()
