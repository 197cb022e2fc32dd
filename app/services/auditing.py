"""What the hidden audits say about decisions on many samples."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.exact_bounds import binomial_bound, exact_interval

TOLERATED = 0.01
"""Where surely more than so many were decided wrongly, the page proposes to undo."""


@dataclass(frozen=True)
class Audit:
    """So many audits were answered, so many of these contradict the decision."""

    asked: int
    answered: int
    contradicting: int

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares of all samples were decided wrongly, with a confidence of 95 %."""
        return exact_interval(self.contradicting, self.answered)

    @property
    def is_alarming(self) -> bool:
        """Whether it is 95 % sure that more than a tolerable share is wrong."""
        if not self.contradicting:
            return False
        return 1 - binomial_bound(self.answered - self.contradicting, self.answered, 0.95) > TOLERATED


def of(session: Session, bulk_ids: Sequence[int]) -> dict[int, Audit]:
    """By bulk action. To approve only after an edit contradicts an approval, to flag contradicts any decision."""
    rows = session.execute(text(_COUNT), {"bulks": list(bulk_ids)})
    return {row.bulk_id: Audit(row.asked, row.answered, row.contradicting) for row in rows}


_COUNT = """
    SELECT m.bulk_id, count(*) AS asked, count(r.id) AS answered,
        count(*) FILTER (WHERE r.decision <> b.decision
                         OR b.decision = 'approve' AND r.revision_id IS NOT NULL) AS contradicting
    FROM bulk_members m JOIN bulk_actions b ON b.id = m.bulk_id
        LEFT JOIN reviews r ON r.slot_id = m.audit_slot_id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE m.bulk_id = ANY(:bulks) AND m.audit_slot_id IS NOT NULL GROUP BY m.bulk_id
"""
