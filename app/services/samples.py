"""Browsing a dataset's samples: search, filters with their counts, and pages by key."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from app.curation.sample import Form
from app.messages import say
from app.models import Corpus, Run, Sample, SampleSearch, SampleState, User, Verdict
from app.services import runs, state_counts
from app.services.errors import NotFound
from app.services.why import Reason, in_words

PAGE = 20
LONGEST_SEARCH = 500


@dataclass(frozen=True)
class Search:
    """What a person asked to see; nothing chosen in a group means all of it."""

    words: str = ""
    states: tuple[SampleState, ...] = ()
    reasons: tuple[str, ...] = ()
    corpora: tuple[int, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.states or self.reasons or self.corpora)


@dataclass(frozen=True)
class Found:
    """One sample as a list shows it: its first words, where it stands, and why."""

    id: int
    state: SampleState
    form: str
    question: str
    answer: str
    corpus: str
    file: str
    line: int | None
    position: int
    reasons: list[Reason] = field(default_factory=list)
    duplicate_of: int | None = None
    similarity: float | None = None
    survivor: str = ""
    overruled_by: str | None = None
    overruled_at: datetime | None = None
    acceptance_id: int | None = None


@dataclass(frozen=True)
class Page:
    """Some samples in the order of their upload, and whether there are more on either side."""

    samples: list[Found]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True)
class Counts:
    """How many samples each choice would show, given those made in the other groups; `total` is what is shown now."""

    states: dict[SampleState, int]
    corpora: dict[int, int]
    reasons: dict[str, int]
    total: int


def tidy(words: str) -> str:
    """Search words as the database can take them: without NUL, and of a sane length."""
    return words.replace("\x00", " ").strip()[:LONGEST_SEARCH]


def page(
    session: Session,
    dataset_id: int,
    run: Run | None,
    search: Search,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = PAGE,
) -> Page:
    """The samples after (or just before) a key. Pages by key, so the last page costs no more than the first."""
    backwards = before is not None
    edge = Sample.id < before if before is not None else Sample.id > after
    order = Sample.id.desc() if backwards else Sample.id.asc()
    others = _matching(dataset_id, run, replace(search, words=""))
    words = [_found_first(dataset_id, search.words)] if search.words else []
    query = _rows(run).where(*others, *words, edge).order_by(order).limit(limit + 1)
    rows = session.execute(query).all()
    more, shown = len(rows) > limit, [_found(row) for row in rows[:limit]]
    if backwards:
        return Page(shown[::-1], has_next=True, has_previous=more)
    return Page(shown, has_next=more, has_previous=after > 0)


def ids(dataset_id: int, run: Run | None, search: Search) -> Select[int]:
    """All samples that a search finds, in the order of their upload."""
    return select(Sample.id).where(*_matching(dataset_id, run, search)).order_by(Sample.id)


def some(session: Session, dataset_id: int, run: Run | None, ids: Sequence[int]) -> list[Found]:
    """These samples of a dataset as a list shows them."""
    query = _rows(run).where(Sample.dataset_id == dataset_id, Sample.id.in_(ids)).order_by(Sample.id)
    return [_found(row) for row in session.execute(query)]


def counts(session: Session, dataset_id: int, run: Run | None, search: Search) -> Counts:
    """Counts per filter value; samples themselves are counted only where words or reasons narrow the list."""
    cells = _cells(session, dataset_id, run, search)
    states: Counter[SampleState] = Counter()
    corpora: Counter[int] = Counter()
    total = 0
    for (corpus, state), number in cells.items():
        right_state = not search.states or state in search.states
        right_corpus = not search.corpora or corpus in search.corpora
        states[state] += number if right_corpus else 0
        corpora[corpus] += number if right_state else 0
        total += number if right_state and right_corpus else 0
    return Counts(states, corpora, _reason_counts(session, dataset_id, run, search), total)


def _cells(session: Session, dataset_id: int, run: Run | None, search: Search) -> state_counts.Cells:
    """Samples by corpus and state, whichever of those were chosen."""
    if not search.words and not search.reasons:
        return state_counts.of(session, dataset_id)
    found = session.execute(
        select(Sample.corpus_id, Sample.state, func.count())
        .where(*_matching(dataset_id, run, replace(search, states=(), corpora=())))
        .group_by(Sample.corpus_id, Sample.state)
    )
    return {(corpus, state): number for corpus, state, number in found}


def get(session: Session, dataset_id: int, sample_id: int) -> tuple[Sample, Corpus]:
    """A sample of this dataset with its corpus. NotFound."""
    row = session.execute(
        select(Sample, Corpus)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(Sample.dataset_id == dataset_id, Sample.id == sample_id)
    ).first()
    if row is None:
        raise NotFound(say("There is no such sample in this dataset. Look for it in the list of samples."))
    sample, corpus = row
    return sample, corpus


def _rows(run: Run | None) -> Any:
    """What a list shows of each sample, with its verdict in the published run."""
    survivor = aliased(Sample)
    return (
        select(
            Sample.id,
            Sample.state,
            Sample.form,
            Sample.file,
            Sample.line,
            Sample.position,
            Sample.overruled_at,
            Sample.acceptance_id,
            Sample.question,
            Sample.answer,
            Corpus.name.label("corpus"),
            Verdict.failures,
            Verdict.duplicate_of,
            Verdict.similarity,
            func.left(survivor.question, 120).label("survivor"),
            User.name.label("overruled_by"),
        )
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .outerjoin(Verdict, (Verdict.sample_id == Sample.id) & (Verdict.run_id == (run.id if run else 0)))
        .outerjoin(survivor, survivor.id == Verdict.duplicate_of)
        .outerjoin(User, User.id == Sample.overruled_by)
    )


def _found(row: Row[Any]) -> Found:
    question, answer = _first_words(row.question) if row.form == Form.TEXT else (row.question, row.answer)
    return Found(
        row.id,
        row.state,
        row.form,
        question,
        answer,
        row.corpus,
        row.file,
        row.line,
        row.position,
        in_words(row.failures or []),
        row.duplicate_of,
        row.similarity,
        row.survivor or "",
        row.overruled_by,
        row.overruled_at,
        row.acceptance_id,
    )


def _first_words(text: str, most: int = 160) -> tuple[str, str]:
    """A text without a question opens with its first line, cut between words: a sample has no title of its own."""
    line, _, rest = text.strip().partition("\n")
    if len(line) <= most:
        return line, rest
    cut = line.rfind(" ", most // 2, most)
    cut = cut if cut > 0 else most
    return line[:cut] + " …", "… " + line[cut:].strip() + " " + rest


def _matching(dataset_id: int, run: Run | None, search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Sample.dataset_id == dataset_id]
    if search.words:
        conditions.append(Sample.id.in_(_holds(dataset_id, search.words)))
    if search.states:
        conditions.append(Sample.state.in_(search.states))
    if search.corpora:
        conditions.append(Sample.corpus_id.in_(search.corpora))
    if search.reasons:
        conditions.append(Sample.id.in_(_failing(run, search.reasons)))
    return conditions


def _holds(dataset_id: int, words: str) -> Select[int]:
    return select(SampleSearch.sample_id).where(
        SampleSearch.dataset_id == dataset_id, SampleSearch.search.op("@@")(func.websearch_to_tsquery("simple", words))
    )


def _found_first(dataset_id: int, words: str) -> ColumnElement[bool]:
    """For a page: else PostgreSQL may walk the whole table in key order in search of a rare word."""
    found = _holds(dataset_id, words).cte("found").prefix_with("MATERIALIZED")
    return Sample.id.in_(select(found.c.sample_id))


def _failing(run: Run | None, reasons: Sequence[str]) -> Select[Any]:
    wanted = cast(list(reasons), ARRAY(Text))
    return select(Verdict.sample_id).where(Verdict.run_id == (run.id if run else 0), Verdict.reasons.overlap(wanted))


def _reason_counts(session: Session, dataset_id: int, run: Run | None, search: Search) -> dict[str, int]:
    """Of all samples as the run stored them; of some, counted."""
    if run is None:
        return {}
    others = replace(search, reasons=())
    if not others.is_narrowed:
        return dict(runs.reasons(run))
    reason = func.unnest(Verdict.reasons).label("reason")
    query = (
        select(reason, func.count())
        .join(Sample, Sample.id == Verdict.sample_id)
        .where(Verdict.run_id == run.id, *_matching(dataset_id, run, others))
        .group_by(reason)
        .order_by(func.count().desc())
    )
    return dict(session.execute(query).all())
