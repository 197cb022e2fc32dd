"""Decided samples that a change of the guidelines may concern: those decided under an older version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.models import Corpus, Dataset, Decision, Guideline, Review, Sample, SampleSearch, SampleState

DECIDED = (SampleState.APPROVED, SampleState.REJECTED, SampleState.FLAGGED)
PAGE = 20


@dataclass(frozen=True)
class Choice:
    """Which of them a person means; nothing chosen in a group means all of it. `words` is a full-text search."""

    states: tuple[SampleState, ...] = ()
    reasons: tuple[str, ...] = ()
    corpora: tuple[int, ...] = ()
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the record of the action."""
        chosen = {
            "decisions": [state.value for state in self.states],
            "reasons": list(self.reasons),
            "corpora": list(self.corpora),
            "words": self.words,
        }
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True)
class Line:
    """One decided sample in the list; `version` is the newest that one of its answers was given under, 0 for none."""

    id: int
    state: SampleState
    question: str
    answer: str
    corpus: str
    reason: str
    version: int


@dataclass(frozen=True)
class Counts:
    """How many there are in all by decision, and by what they were rejected for; `chosen` are those that are meant."""

    states: dict[SampleState, int]
    reasons: dict[str, int]
    corpora: dict[int, tuple[str, int]]
    chosen: int

    @property
    def total(self) -> int:
        return sum(self.states.values())


def ids(dataset: Dataset, guideline: Guideline, choice: Choice) -> Select[int]:
    """The samples that a choice means, as a query, so that the list, the counts and the action cannot differ."""
    return select(Sample.id).where(*_matching(dataset, guideline, choice))


def counts(session: Session, dataset: Dataset, guideline: Guideline, choice: Choice) -> Counts:
    """Of all that are affected, and of the choice."""
    every = _matching(dataset, guideline, Choice())
    cells = session.execute(
        select(Sample.state, Sample.corpus_id, Corpus.name, func.count())
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(*every)
        .group_by(Sample.state, Sample.corpus_id, Corpus.name)
    ).all()
    states = {state: sum(number for one, *_, number in cells if one is state) for state in DECIDED}
    names = {corpus: name for _, corpus, name, _ in cells}
    corpora = {
        corpus: (name, sum(number for _, one, _, number in cells if one == corpus)) for corpus, name in names.items()
    }
    reasons = session.execute(
        select(Review.reason, func.count(Review.sample_id.distinct()))
        .join(Sample, Sample.id == Review.sample_id)
        .where(*every, *_standing(), Review.reason != "")
        .group_by(Review.reason)
        .order_by(func.count(Review.sample_id.distinct()).desc())
    )
    chosen = session.scalar(select(func.count()).select_from(ids(dataset, guideline, choice).subquery())) or 0
    return Counts(states, dict(reasons.all()), corpora, chosen)


def page(
    session: Session, dataset: Dataset, guideline: Guideline, choice: Choice, after: int = 0
) -> tuple[Sequence[Line], bool]:
    """Some of the chosen by key, and whether there are more."""
    version = (
        select(func.coalesce(func.max(Guideline.version), 0))
        .select_from(Review)
        .outerjoin(Guideline, Guideline.id == Review.guideline_id)
        .where(Review.sample_id == Sample.id, *_standing())
        .scalar_subquery()
    )
    reason = select(func.max(Review.reason)).where(Review.sample_id == Sample.id, *_standing()).scalar_subquery()
    rows = session.execute(
        select(
            Sample.id,
            Sample.state,
            func.left(Sample.question, 160),
            func.left(Sample.answer, 300),
            Corpus.name,
            func.coalesce(reason, ""),
            version,
        )
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(*_matching(dataset, guideline, choice), Sample.id > after)
        .order_by(Sample.id)
        .limit(PAGE + 1)
    ).all()
    return [Line(*row) for row in rows[:PAGE]], len(rows) > PAGE


def _matching(dataset: Dataset, guideline: Guideline, choice: Choice) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Sample.dataset_id == dataset.id,
        Sample.state.in_(choice.states or DECIDED),
        Sample.id.in_(_under_older(dataset, guideline)),
    ]
    if choice.corpora:
        conditions.append(Sample.corpus_id.in_(choice.corpora))
    if choice.reasons:
        given = (Review.sample_id == Sample.id, *_standing(), Review.reason.in_(choice.reasons))
        conditions.append(exists().where(*given))
    if choice.words:
        search = SampleSearch.search.op("@@")(func.websearch_to_tsquery("simple", choice.words))
        found = select(SampleSearch.sample_id).where(SampleSearch.dataset_id == dataset.id, search)
        conditions.append(Sample.id.in_(found))
    return conditions


def _under_older(dataset: Dataset, guideline: Guideline) -> Select[int]:
    """Samples with an answer that counts and was given before this version; also before there was any."""
    older = select(Guideline.id).where(Guideline.dataset_id == dataset.id, Guideline.version < guideline.version)
    before = or_(Review.guideline_id.is_(None), Review.guideline_id.in_(older))
    return select(Review.sample_id).where(Review.dataset_id == dataset.id, *_standing(), before)


def _standing() -> list[ColumnElement[bool]]:
    return [Review.counted.is_(True), Review.undone_at.is_(None), Review.decision != Decision.SKIP]
