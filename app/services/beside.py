"""What lies beside a sample on the desk: marked words, dropped near-duplicates, what was asked, and its source."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from app.curation.filters.repetition import Repetition
from app.curation.sample import Form, Path, turns
from app.models import Comment, Dataset, Sample, SampleSource, User, Verdict
from app.services import applied, marks, sources, threads
from app.services.applied import Applied
from app.services.marks import Mark
from app.services.sources import Source
from app.services.threads import Thread
from app.services.why import Reason

_REPETITION = frozenset(rule.reason for rule in Repetition.rules().values())
_COPIES = (
    select(func.count())
    .where(Verdict.run_id == bindparam("run"), Verdict.duplicate_of == bindparam("sample"))
    .scalar_subquery()
)
_WHAT = select(
    _COPIES.label("copies"),
    exists().where(Comment.sample_id == bindparam("sample")).label("has_comments"),
    exists().where(SampleSource.sample_id == bindparam("sample")).label("has_source"),
)


@dataclass(frozen=True)
class Beside:
    """`paths` are those of the sample's turns, in reading order; `copies` how many near-duplicates of it were dropped.

    `source` is the passage that it comes from.
    """

    paths: list[Path] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    copies: int = 0
    threads: list[Thread] = field(default_factory=list)
    source: Source | None = None


def of_sample(
    session: Session,
    dataset: Dataset,
    person: User,
    sample: Sample,
    limits: list[Reason],
    latest: Applied | None = None,
) -> Beside:
    """`limits` are the rules that the sample breaks or nearly breaks; their words are marked where they can be."""
    latest = latest or applied.latest(session, dataset.id)
    what = session.execute(_WHAT, {"run": latest.run_id, "sample": sample.id}).one()
    return Beside(
        [turn.path for turn in turns(Form(sample.form), sample.content)],
        marks.of_sample(
            sample.form, sample.content, latest.recipe.filters, _REPETITION | {limit.code for limit in limits}
        ),
        what.copies,
        threads.beside(session, dataset, person, sample.id) if what.has_comments else [],
        sources.of_sample(session, dataset.id, sample.id) if what.has_source else None,
    )
