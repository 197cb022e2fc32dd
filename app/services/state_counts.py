"""How many samples of each corpus are in each state, without counting samples."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Corpus, SampleState, StateCount

Cells = dict[tuple[int, SampleState], int]


def of(session: Session, dataset_id: int) -> Cells:
    """By corpus and state; only those that have a sample."""
    grown = session.execute(
        select(Corpus.id, Corpus.accepted, StateCount.state, func.sum(StateCount.samples))
        .outerjoin(StateCount, (StateCount.corpus_id == Corpus.id) & (StateCount.state != SampleState.CANDIDATE))
        .where(Corpus.dataset_id == dataset_id)
        .group_by(Corpus.id, StateCount.state)
    )
    cells: Cells = {}
    left: dict[int, int] = {}
    for corpus, accepted, state, number in grown:
        left[corpus] = left.get(corpus, accepted) - int(number or 0)
        if state not in {None, "deleted"}:
            cells[corpus, SampleState(state)] = int(number)
    cells |= {(corpus, SampleState.CANDIDATE): number for corpus, number in left.items()}
    return {cell: number for cell, number in cells.items() if number}


def fold(session: Session, dataset_id: int) -> None:
    """Sum up what was appended so far. What others append meanwhile is not touched."""
    session.execute(
        text("""
        WITH old AS (DELETE FROM state_counts WHERE dataset_id = :dataset RETURNING corpus_id, state, samples)
        INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
        SELECT :dataset, corpus_id, state, sum(samples) FROM old GROUP BY corpus_id, state HAVING sum(samples) <> 0
    """),
        {"dataset": dataset_id},
    )
