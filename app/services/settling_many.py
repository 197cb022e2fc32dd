"""What `settling` decides for one sample, for many in one step."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import chosen, settling


def settle(session: Session, dataset: Dataset, sample_ids: Sequence[int]) -> int:
    """Decide those of the samples whose places are all filled; returns how many those are."""
    found = settling.outcomes(session, dataset, sample_ids)
    values = {
        "samples": list(found),
        "states": [state for state, _ in found.values()],
        "revisions": [revision_id for _, revision_id in found.values()],
    }
    return chosen.move(session, dataset.id, _SETTLE, values) if found else 0


_SETTLE = """
    UPDATE samples SET state = found.state, revision_id = found.revision_id, decided_at = now(), acceptance_id = NULL
    FROM unnest(CAST(:samples AS bigint[]), CAST(:states AS text[]), CAST(:revisions AS bigint[]))
        AS found(id, state, revision_id)
    WHERE samples.id = found.id AND samples.dataset_id = :dataset AND samples.state = 'queued'
"""
