"""What `settling` decides for one sample, for many at once: those in a table of the transaction, in one statement."""

from sqlalchemy.orm import Session

from app.services import chosen

_FULL = """
    SELECT p.sample_id, array_agg(DISTINCT r.decision) AS decisions, bool_or(r.revision_id IS NOT NULL) AS is_edited
    FROM {table} p JOIN slots o ON o.sample_id = p.sample_id AND o.purpose = 'review'
        LEFT JOIN reviews r ON r.slot_id = o.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    GROUP BY p.sample_id HAVING bool_and(o.state = 'done')
"""
_SETTLE = """
    UPDATE samples SET decided_at = now(), acceptance_id = NULL, revision_id = NULL, state = CASE
        WHEN answered.decisions = '{{approve}}' AND NOT answered.is_edited THEN 'approved'
        WHEN answered.decisions = '{{reject}}' THEN 'rejected'
        ELSE 'flagged' END
    FROM ({full}) AS answered
    WHERE samples.id = answered.sample_id AND samples.dataset_id = :dataset AND samples.state = 'queued'
"""


def settle(session: Session, dataset_id: int, table: str) -> int:
    """Decide the samples of `table` whose places are all filled; returns how many those are.

    At least one answer on each must be without an edit: then an edit of another expert is a disagreement.
    """
    return chosen.move(session, dataset_id, _SETTLE.format(full=_FULL.format(table=table)), {})
