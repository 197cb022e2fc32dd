"""The near-duplicates that a run dropped for a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Corpus, Run, Sample, Verdict

MOST = 5


@dataclass(frozen=True)
class Copy:
    """A dropped sample and how similar it is to the one that stayed."""

    form: str
    content: Any
    corpus: str
    similarity: float


def count(session: Session, run: Run | None, sample_id: int) -> int:
    """How many were dropped for this sample."""
    return session.scalar(select(func.count()).where(*_dropped_for(run, sample_id))) or 0


def of(session: Session, run: Run | None, sample_id: int) -> Sequence[Copy]:
    """The most similar of them, a few at most."""
    rows = session.execute(
        select(Sample.form, Sample.content, Corpus.name, func.coalesce(Verdict.similarity, 0.0))
        .select_from(Verdict)
        .join(Sample, Sample.id == Verdict.sample_id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(*_dropped_for(run, sample_id))
        .order_by(Verdict.similarity.desc(), Verdict.sample_id)
        .limit(MOST)
    )
    return [Copy(*row) for row in rows]


def _dropped_for(run: Run | None, sample_id: int) -> tuple[Any, Any]:
    return Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of == sample_id
