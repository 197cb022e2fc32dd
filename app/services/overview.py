"""How far a dataset is: what was uploaded, where every sample went, and what its people have done.

All numbers come from counts that are kept with the samples, so that they add up on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select, text
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.models import Corpus, Dataset, Decision, Job, JobKind, Review, Run, Sample, SampleState, Verdict
from app.services import jobs, runs, state_counts
from app.services.state_counts import Cells

_WEEK = text("interval '7 days'")


@dataclass(frozen=True)
class CorpusLine:
    """A corpus and what became of its samples; its lines = samples + refused + copies + passages."""

    corpus: Corpus
    samples: int
    kept: int
    approved: int


@dataclass(frozen=True)
class Totals:
    """The foot of the table of corpora."""

    lines: int
    refused: int
    copies: int
    samples: int
    kept: int
    approved: int


@dataclass(frozen=True)
class Funnel:
    """Where every sample is. Each stage is the sum of the next one and its named exits."""

    uploaded: int
    unjudged: int
    by_rules: int
    duplicates: int
    unreviewed: int
    between: int
    flagged: int
    rejected: int
    approved: int
    edited: int
    approved_this_week: int

    @property
    def dropped(self) -> int:
        return self.by_rules + self.duplicates

    @property
    def kept(self) -> int:
        return self.uploaded - self.unjudged - self.dropped

    @property
    def reviewed(self) -> int:
        return self.kept - self.unreviewed

    @property
    def queued(self) -> int:
        """Samples that wait for a first or a further review."""
        return self.unreviewed + self.between


@dataclass(frozen=True)
class Overview:
    """Everything that a dataset's first page shows of its samples."""

    corpora: Sequence[CorpusLine]
    funnel: Funnel
    job: Job | None
    run: Run | None

    @property
    def totals(self) -> Totals:
        """All corpora together."""
        files, lines = [line.corpus for line in self.corpora], self.corpora
        return Totals(
            sum(corpus.lines for corpus in files),
            sum(corpus.refused for corpus in files),
            sum(corpus.copies for corpus in files),
            sum(line.samples for line in lines),
            sum(line.kept for line in lines),
            sum(line.approved for line in lines),
        )


def of(session: Session, dataset: Dataset) -> Overview:
    """A dataset's numbers as of now."""
    cells = state_counts.of(session, dataset.id)
    corpora = session.scalars(select(Corpus).where(Corpus.dataset_id == dataset.id).order_by(Corpus.id)).all()
    lines = [_line(corpus, cells) for corpus in corpora]
    run = runs.latest(session, dataset.id)
    return Overview(
        corpora=lines,
        funnel=_funnel(session, dataset, cells, run),
        run=run,
        job=_active_job(session, dataset),
    )


def _line(corpus: Corpus, cells: Cells) -> CorpusLine:
    count = {state: number for (corpus_id, state), number in cells.items() if corpus_id == corpus.id}
    total = sum(count.values())
    kept = total - count.get(SampleState.CANDIDATE, 0) - count.get(SampleState.DROPPED, 0)
    return CorpusLine(corpus, total, kept, count.get(SampleState.APPROVED, 0))


def _approved(session: Session, dataset: Dataset) -> AnyRow:
    """Of the approved samples: those with an expert's edit, those decided within a week."""
    return session.execute(
        select(
            func.count(Sample.revision_id).label("edited"),
            func.count().filter(Sample.decided_at > func.now() - _WEEK).label("this_week"),
        ).where(Sample.dataset_id == dataset.id, Sample.state == SampleState.APPROVED)
    ).one()


def _funnel(session: Session, dataset: Dataset, cells: Cells, run: Run | None) -> Funnel:
    def count(wanted: SampleState) -> int:
        return sum(number for (_, state), number in cells.items() if state == wanted)

    dropped = count(SampleState.DROPPED)
    duplicates = _duplicates(session, dataset, run) if dropped and run else 0
    queued = count(SampleState.QUEUED)
    between = _between(session, dataset) if queued else 0
    reviewed = _approved(session, dataset) if count(SampleState.APPROVED) else None
    return Funnel(
        uploaded=sum(cells.values()),
        unjudged=count(SampleState.CANDIDATE),
        by_rules=dropped - duplicates,
        duplicates=duplicates,
        unreviewed=queued - between,
        between=between,
        flagged=count(SampleState.FLAGGED),
        rejected=count(SampleState.REJECTED),
        approved=count(SampleState.APPROVED),
        edited=reviewed.edited if reviewed else 0,
        approved_this_week=reviewed.this_week if reviewed else 0,
    )


def _duplicates(session: Session, dataset: Dataset, run: Run) -> int:
    """Dropped samples that are near-duplicates of one that is kept."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Sample)
            .join(Verdict, (Verdict.sample_id == Sample.id) & (Verdict.run_id == run.id))
            .where(
                Sample.dataset_id == dataset.id, Sample.state == SampleState.DROPPED, Verdict.duplicate_of.is_not(None)
            )
        )
        or 0
    )


def _between(session: Session, dataset: Dataset) -> int:
    """Queued samples that have an answer already and wait for a further one."""
    return (
        session.scalar(
            select(func.count(distinct(Sample.id)))
            .join(Review, Review.sample_id == Sample.id)
            .where(
                Sample.dataset_id == dataset.id,
                Sample.state == SampleState.QUEUED,
                Review.counted,
                Review.undone_at.is_(None),
                Review.decision != Decision.SKIP,
            )
        )
        or 0
    )


def _active_job(session: Session, dataset: Dataset) -> Job | None:
    """The import or run that is under way."""
    return session.scalar(
        select(Job)
        .where(Job.dataset_id == dataset.id, Job.kind.in_([JobKind.IMPORT, JobKind.RUN]), Job.state.in_(jobs.ACTIVE))
        .order_by(Job.id.desc())
        .limit(1)
    )
