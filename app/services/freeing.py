"""Giving back what absent experts left lying."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import fitting

# Samples are locked before their places, as an answer does, so that neither waits for ever. What somebody is answering
# at this moment is left alone.
_FREE = """
    WITH over AS (
        SELECT sample_id FROM slots WHERE state = 'leased' AND dataset_id = :dataset AND {whose}),
    held AS (
        SELECT id FROM samples WHERE id IN (SELECT sample_id FROM over) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE slots SET state = 'open', expert_id = NULL, leased_until = NULL WHERE id IN (
        SELECT s.id FROM slots s JOIN held ON held.id = s.sample_id
        WHERE s.state = 'leased' AND s.dataset_id = :dataset AND {whose} FOR UPDATE OF s SKIP LOCKED)
    RETURNING sample_id
"""
_EXPIRED = text(_FREE.format(whose="leased_until < now()"))
_OF_ONE = text(_FREE.format(whose="expert_id = :expert").replace(" SKIP LOCKED", ""))


def free_expired(session: Session, dataset: Dataset) -> int:
    """Free the places whose time is up; such as are not wanted any more are closed. Returns how many were freed."""
    return _fitted(session, dataset, session.scalars(_EXPIRED, {"dataset": dataset.id}).all())


def free_everywhere(session: Session) -> int:
    """The same in all datasets, also where nobody is asking for a sample."""
    stranded = text("SELECT DISTINCT dataset_id FROM slots WHERE state = 'leased' AND leased_until < now()")
    found = session.scalars(stranded).all()
    return sum(free_expired(session, session.get_one(Dataset, dataset_id)) for dataset_id in found)


def free_all_of(session: Session, dataset: Dataset, expert_id: int) -> int:
    """Free what one expert holds, whenever their time would be up."""
    freed = session.scalars(_OF_ONE, {"dataset": dataset.id, "expert": expert_id}).all()
    return _fitted(session, dataset, freed)


def _fitted(session: Session, dataset: Dataset, sample_ids: Sequence[int]) -> int:
    if sample_ids:
        fitting.trim(session, dataset, sample_ids)
    return len(sample_ids)
