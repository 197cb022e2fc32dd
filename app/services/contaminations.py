"""Samples that hold a benchmark's items, or may: stored, counted, shown, and judged by a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.decontamination import Contamination as Found
from app.curation.decontamination import Decontamination, Findings
from app.curation.decontamination import Suspect as Doubted
from app.curation.sample import Form, Json, Path, Source, turns
from app.curation.sample import Sample as CoreSample
from app.db import AnyRow
from app.messages import say
from app.models import Benchmark, CheckSet, Contamination, Dataset, Revision, Sample, Suspect
from app.services import benchmarks, recipes
from app.services.contents import Ids
from app.services.errors import NotFound

TIERS = {
    "exact": "is the question",
    "contained": "holds the whole question",
    "overlap": "shares a long passage",
    "coverage": "shares many passages",
    "paraphrase": "may be the same in other words",
    "judged": "is the same in other words",
}
PAGE = 100
One = TypeVar("One", Found, Doubted)


@dataclass(frozen=True)
class Summary:
    """One line of the report: how many items of a benchmark stand in how many samples, and what is still to judge."""

    benchmark: Benchmark
    hit: int
    samples: int
    to_judge: int

    @property
    def share(self) -> float:
        return self.hit / self.benchmark.items if self.benchmark.items else 0.0


@dataclass(frozen=True)
class Held:
    """An item that a sample holds, `is_edited`: in a revision.

    `words` are those found and `span` says where (turn, start, end), as long as the page shows them.
    """

    benchmark: Benchmark
    item: str
    how: str
    is_edited: bool
    words: str
    span: tuple[Path, int, int] | None


def moved(found: Iterable[One], rows: int) -> list[One]:
    """Findings of a part, with their rows counted in the whole."""
    return [changed(one, row=one.row + rows) for one in found]


def replace(session: Session, dataset_id: int, ids: Ids, found: Findings) -> None:
    """Store what a run found, in place of what the last one did. Experts' revisions and people's verdicts stay."""
    session.execute(
        delete(Contamination).where(Contamination.dataset_id == dataset_id, Contamination.revision_id.is_(None))
    )
    session.execute(delete(Suspect).where(Suspect.dataset_id == dataset_id, Suspect.contaminated.is_(None)))
    if found.contaminations:
        session.execute(
            insert(Contamination), [_row(dataset_id, int(ids[one.row]), one) for one in found.contaminations]
        )
    if found.suspects:
        rows = [_row(dataset_id, int(ids[one.row]), one) for one in found.suspects]
        session.execute(upsert(Suspect).on_conflict_do_nothing(), rows)
    session.flush()


def contaminated(session: Session, dataset_id: int) -> Ids:
    """Ids of the samples that hold an item as they were imported, or do so by a person's verdict."""
    sure = select(Contamination.sample_id).where(
        Contamination.dataset_id == dataset_id, Contamination.revision_id.is_(None)
    )
    judged = select(Suspect.sample_id).where(Suspect.dataset_id == dataset_id, Suspect.contaminated.is_(True))
    return np.array(session.scalars(sure.union(judged).order_by("sample_id")).all(), np.int64)


def check_revision(session: Session, sample: Sample, revision: Revision) -> int:
    """Look for benchmarks in what an expert wrote; returns how many items were found. They keep it out of releases."""
    index = benchmarks.index(session, sample.dataset_id)
    if index is None:
        return 0
    found = index.check(_batch([(sample.form, revision.content)]), settings(session, sample.dataset_id))
    rows = [_row(sample.dataset_id, sample.id, one) | {"revision_id": revision.id} for one in found]
    if rows:
        session.execute(insert(Contamination), rows)
    return len(rows)


def in_release(session: Session, dataset_id: int, rows: Sequence[Any], tally: NDArray[np.int64] | None) -> set[int]:
    """Places among the rows of a release that hold an item: checked once more as they go out.

    `tally` is that of the last run. What a person kept in spite of its verdict goes out; what a person judged to be an
    item does not.
    """
    index = benchmarks.index(session, dataset_id)
    if index is None:
        return set()
    found = index.check(_batch([(row.form, row.content) for row in rows]), settings(session, dataset_id), tally)
    held = {one.row for one in found} | {place for place, row in enumerate(rows) if row.is_judged}
    return {place for place in held if not rows[place].is_overruled}


def _batch(contents: Iterable[tuple[str, Json]]) -> Batch:
    return Batch([CoreSample(Form(form), content, Source("", 0)) for form, content in contents])


def settings(session: Session, dataset_id: int) -> Decontamination:
    """How a dataset is checked: as the newest recipe says."""
    return recipes.loaded(recipes.current(session, session.get_one(Dataset, dataset_id))).decontamination


def summaries(session: Session, dataset_id: int) -> list[Summary]:
    """The report of a dataset, benchmark by benchmark."""
    hits = {row.benchmark_id: row for row in session.execute(_hits(dataset_id))}
    waiting = dict(
        session.execute(
            select(Suspect.benchmark_id, func.count())
            .where(Suspect.dataset_id == dataset_id, Suspect.contaminated.is_(None))
            .group_by(Suspect.benchmark_id)
        ).all()
    )
    return [
        Summary(
            one,
            hits[one.id].items if one.id in hits else 0,
            hits[one.id].samples if one.id in hits else 0,
            waiting.get(one.id, 0),
        )
        for one in benchmarks.of(session, dataset_id)
    ]


def unchecked(session: Session, dataset: Dataset) -> bool:
    """Whether there are samples or benchmarks that no run has seen."""
    last = session.scalar(select(func.max(Sample.id)).where(Sample.dataset_id == dataset.id)) or 0
    config = benchmarks.config(session, dataset.id, settings(session, dataset.id))
    known = session.get(CheckSet, dataset.id)
    is_seen = known is not None and known.config == config and known.last_sample_id >= last
    return bool(last and config) and not is_seen


def found_of(session: Session, benchmark: Benchmark, after: int = 0) -> Sequence[AnyRow]:
    """(contamination, content, form) by item, a page at most."""
    words = func.coalesce(Revision.content, Sample.content).label("content")
    return session.execute(
        select(Contamination, words, Sample.form)
        .join(Sample, Sample.id == Contamination.sample_id)
        .outerjoin(Revision, Revision.id == Contamination.revision_id)
        .where(Contamination.benchmark_id == benchmark.id)
        .order_by(Contamination.item, Contamination.id)
        .offset(after)
        .limit(PAGE)
    ).all()


def suspects_of(session: Session, benchmark: Benchmark, judged: bool = False) -> Sequence[AnyRow]:
    """(suspect, content, form), the likeliest first, a page at most; those without a verdict or those with one."""
    return session.execute(
        select(Suspect, Sample.content, Sample.form)
        .join(Sample, Sample.id == Suspect.sample_id)
        .where(
            Suspect.benchmark_id == benchmark.id,
            Suspect.contaminated.is_not(None) if judged else Suspect.contaminated.is_(None),
        )
        .order_by(Suspect.score.desc(), Suspect.id)
        .limit(PAGE)
    ).all()


def judge(session: Session, benchmark: Benchmark, suspect_id: int, is_same: bool | None, by: int) -> None:
    """Store a person's verdict, or take it back with None. The next run goes by it. NotFound."""
    values = {"contaminated": is_same, "judged_by": by, "judged_at": func.now()}
    mine = (Suspect.id == suspect_id, Suspect.benchmark_id == benchmark.id)
    if not session.execute(update(Suspect).where(*mine).values(values).returning(Suspect.id)).first():
        raise NotFound(say("This suspect is gone: a run has looked at the samples again. Load the page anew."))


def of_sample(session: Session, sample: Sample, content: Json) -> list[Held]:
    """The items that a sample holds, for its page; `content` are the words that are shown there."""
    sure = session.execute(_with_benchmark(Contamination, Contamination.sample_id == sample.id)).all()
    judged = session.execute(
        _with_benchmark(Suspect, Suspect.sample_id == sample.id, Suspect.contaminated.is_(True))
    ).all()
    found = [_held(one, benchmark, one.tier, one.revision_id, sample, content) for one, benchmark in sure]
    return found + [_held(one, benchmark, "judged", None, sample, content) for one, benchmark in judged]


def _held(
    one: Contamination | Suspect,
    benchmark: Benchmark,
    tier: str,
    revision_id: int | None,
    sample: Sample,
    content: Json,
) -> Held:
    is_shown = revision_id == sample.revision_id
    words = excerpt(sample.form, content, one)[1] if is_shown else ""
    span = (tuple(one.path), one.first, one.last) if is_shown else None
    return Held(benchmark, one.item, TIERS.get(tier, tier), revision_id is not None, words, span)


def _with_benchmark(table: type[Contamination] | type[Suspect], *which: ColumnElement[bool]) -> Any:
    return select(table, Benchmark).join(Benchmark, Benchmark.id == table.benchmark_id).where(*which).order_by(table.id)


def excerpt(form: str, content: Json, found: Contamination | Suspect, around: int = 120) -> tuple[str, str, str]:
    """The words before, the words found, and the words behind."""
    text = next((turn.text for turn in turns(Form(form), content) if list(turn.path) == found.path), "")
    first, last = max(found.first - around, 0), found.last + around
    before = ("… " if first else "") + text[first : found.first]
    behind = text[found.last : last] + (" …" if last < len(text) else "")
    return before, text[found.first : found.last], behind


def _row(dataset_id: int, sample_id: int, one: Found | Doubted) -> dict[str, Any]:
    """As both tables have it; the index names benchmarks by their number."""
    path, first, last = one.span
    return {
        "dataset_id": dataset_id,
        "sample_id": sample_id,
        "benchmark_id": int(one.benchmark),
        "item": one.item,
        "tier": one.tier,
        "score": one.score,
        "path": list(path),
        "first": first,
        "last": last,
    }


def _hits(dataset_id: int) -> Any:
    """Items and samples per benchmark, verdicts of people included."""
    sure = select(Contamination.benchmark_id, Contamination.item, Contamination.sample_id).where(
        Contamination.dataset_id == dataset_id
    )
    judged = select(Suspect.benchmark_id, Suspect.item, Suspect.sample_id).where(
        Suspect.dataset_id == dataset_id, Suspect.contaminated.is_(True)
    )
    both = sure.union(judged).subquery()
    return select(
        both.c.benchmark_id,
        func.count(both.c.item.distinct()).label("items"),
        func.count(both.c.sample_id.distinct()).label("samples"),
    ).group_by(both.c.benchmark_id)
