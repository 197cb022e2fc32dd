"""The samples on which two experts differ, with both answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.models import Dataset

PAGE = 20

# The conditions are the same on both sides; `key` is empty for the decision.
_DIFFERING = text("""
    SELECT a.sample_id, left(m.question, 300) AS question, left(m.answer, 300) AS answer, m.state,
        a.decision AS one, b.decision AS other, a.reason AS one_reason, b.reason AS other_reason,
        a.comment AS one_comment, b.comment AS other_comment, a.revision_id IS NOT NULL AS one_edited,
        b.revision_id IS NOT NULL AS other_edited, a.answers -> :key AS one_answer, b.answers -> :key AS other_answer
    FROM reviews a JOIN slots sa ON sa.id = a.slot_id AND sa.purpose = 'review'
        JOIN reviews b ON b.sample_id = a.sample_id AND b.expert_id = :other
            AND b.counted AND b.undone_at IS NULL AND b.decision <> 'skip'
        JOIN slots sb ON sb.id = b.slot_id AND sb.purpose = 'review'
        JOIN samples m ON m.id = a.sample_id
    WHERE a.dataset_id = :dataset AND a.expert_id = :one AND a.sample_id > :after
        AND a.counted AND a.undone_at IS NULL AND a.decision <> 'skip'
        AND CASE :of WHEN 'decision' THEN a.decision <> b.decision
                     WHEN 'reason' THEN a.reason <> '' AND b.reason <> '' AND a.reason <> b.reason
                     ELSE a.answers -> :key <> b.answers -> :key END
    ORDER BY a.sample_id LIMIT :limit
""")


@dataclass(frozen=True)
class Page:
    """Some of them in the order of the samples; `next_key` is where the next page begins, None on the last."""

    rows: Sequence[Row[Any]]
    next_key: int | None


def page(session: Session, dataset: Dataset, one: int, other: int, of: str = "decision", after: int = 0) -> Page:
    """What they differ on: the decision, the reason of a rejection, or the question with this key."""
    values = {
        "dataset": dataset.id,
        "one": one,
        "other": other,
        "after": after,
        "of": of if of in ("decision", "reason") else "question",
        "key": of,
        "limit": PAGE + 1,
    }
    rows = session.execute(_DIFFERING, values).all()
    return Page(rows[:PAGE], rows[PAGE - 1].sample_id if len(rows) > PAGE else None)
