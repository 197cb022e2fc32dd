"""The clusters of near-duplicates that the published run found, the largest first, and those nearest to one sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import Corpus, Run, Sample, Verdict

PAGE = 20
WORDS = 200


@dataclass(frozen=True)
class Choice:
    """What a person asked to see: copies that are so similar to the one that stays, and those of one corpus."""

    least: float = 0.0
    most: float = 1.0
    corpus: int | None = None


@dataclass(frozen=True)
class Line:
    """One cluster: the sample that stays, how many samples there are with it, and how alike they are."""

    survivor: int
    question: str
    corpus: str
    size: int
    least: float
    most: float


@dataclass(frozen=True)
class Page:
    """Some clusters, whether more follow, and how many clusters and copies there are in all."""

    lines: list[Line]
    has_next: bool
    clusters: int
    copies: int


@dataclass(frozen=True)
class Sibling:
    """Another sample of a cluster; `similarity` is that to the survivor, None of the survivor itself."""

    id: int
    question: str
    similarity: float | None


@dataclass(frozen=True)
class Near:
    """A sample's cluster: how many there are in all, and some of the others, the survivor first."""

    survivor: int
    size: int
    others: list[Sibling]


def page(session: Session, run: Run | None, choice: Choice, number: int = 0) -> Page:
    """The clusters in which a copy fits; `number` counts pages from 0."""
    grouped = _grouped(run.id if run else 0, choice)
    # Only those on the page are looked up among the samples.
    largest = grouped.order_by(func.count().desc(), Verdict.duplicate_of).offset(number * PAGE).limit(PAGE + 1)
    top, grouped_all = largest.cte("top").prefix_with("MATERIALIZED"), grouped.subquery()
    rows = session.execute(
        select(top, func.left(Sample.question, WORDS).label("question"), Corpus.name.label("corpus"))
        .join(Sample, Sample.id == top.c.survivor)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .order_by(top.c.copies.desc(), top.c.survivor)
    ).all()
    total = session.execute(
        select(func.count(), func.coalesce(func.sum(grouped_all.c.copies), 0)).select_from(grouped_all)
    ).one()
    lines = [Line(row.survivor, row.question, row.corpus, row.copies + 1, row.least, row.most) for row in rows[:PAGE]]
    return Page(lines, len(rows) > PAGE, int(total[0]), int(total[1]))


def near(session: Session, run: Run | None, sample_id: int, limit: int = 4) -> Near | None:
    """The near-duplicates among which a sample stays or goes; None where it has none."""
    verdict = session.get(Verdict, (run.id, sample_id)) if run else None
    survivor = verdict.duplicate_of if verdict and verdict.duplicate_of else sample_id
    mine = (Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of == survivor)
    copies = session.scalar(select(func.count()).where(*mine)) or 0
    if not copies:
        return None
    nearest = select(Verdict.sample_id, Verdict.similarity).where(*mine, Verdict.sample_id != sample_id)
    shares = dict(session.execute(nearest.order_by(Verdict.similarity.desc(), Verdict.sample_id).limit(limit)).all())
    ids = [one for one in [survivor, *shares] if one != sample_id][:limit]
    rows = session.execute(select(Sample.id, func.left(Sample.question, WORDS)).where(Sample.id.in_(ids)))
    words: dict[int, str] = dict(rows.all())
    return Near(survivor, copies + 1, [Sibling(one, words[one], shares.get(one)) for one in ids])


def _grouped(run_id: int, choice: Choice) -> Select[*tuple[Any, ...]]:
    """(survivor, copies, least, most) of each cluster that has a fitting copy."""
    return (
        select(
            Verdict.duplicate_of.label("survivor"),
            func.count().label("copies"),
            func.min(Verdict.similarity).label("least"),
            func.max(Verdict.similarity).label("most"),
        )
        .where(Verdict.run_id == run_id, Verdict.duplicate_of.is_not(None))
        .group_by(Verdict.duplicate_of)
        .having(func.bool_or(_fits(choice)))
    )


def _fits(choice: Choice) -> ColumnElement[bool]:
    similar = Verdict.similarity.between(choice.least, choice.most)
    if choice.corpus is None:
        return similar
    copy, survivor = aliased(Sample), aliased(Sample)
    return similar & or_(
        select(copy.id).where(copy.id == Verdict.sample_id, copy.corpus_id == choice.corpus).exists(),
        select(survivor.id).where(survivor.id == Verdict.duplicate_of, survivor.corpus_id == choice.corpus).exists(),
    )


def corpora_of(session: Session, run: Run | None) -> Sequence[tuple[int, str]]:
    """(id, name) of the corpora that lost a copy."""
    found = (run.details if run else {}).get("corpora", {})
    ids = [int(key) for key, tally in found.items() if tally["duplicates"]]
    rows = session.execute(select(Corpus.id, Corpus.name).where(Corpus.id.in_(ids)).order_by(Corpus.name))
    return [(corpus_id, name) for corpus_id, name in rows]
