"""Clusters of near-duplicates: the sample that stayed, its copies, why it stayed, and choosing another by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.messages import say
from app.models import Corpus, Dataset, RecipeVersion, Run, Sample, SampleState, SurvivorChoice, User, Verdict
from app.services import recipes, runs
from app.services.errors import Conflict, NotFound


@dataclass(frozen=True)
class Member:
    """A sample of a cluster; `similarity` is that to the survivor. `is_chosen`: a person wants this one to stay."""

    id: int
    question: str
    answer: str
    corpus: str
    licence: str
    is_trusted: bool
    state: SampleState
    similarity: float
    is_survivor: bool
    is_chosen: bool


@dataclass(frozen=True)
class Cluster:
    """The survivor first, then its copies, the most similar first.

    `preferences` are those of the published recipe, the first deciding; without any the first sample read stays.
    """

    survivor_id: int
    members: list[Member]
    preferences: Sequence[str]

    @property
    def is_waiting(self) -> bool:
        """Whether a choice was made that the next run will follow."""
        return any(member.is_chosen and not member.is_survivor for member in self.members)


def page(session: Session, dataset: Dataset, *, after: int = 0, limit: int = 20) -> Sequence[tuple[int, int]]:
    """(survivor, samples in its cluster) of the published run, in the order of the survivors' upload."""
    run = runs.latest(session, dataset.id)
    found = session.execute(
        select(Verdict.duplicate_of, func.count() + 1)
        .where(Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of > after)
        .group_by(Verdict.duplicate_of)
        .order_by(Verdict.duplicate_of)
        .limit(limit)
    )
    return [(survivor, size) for survivor, size in found if survivor is not None]


def of_sample(session: Session, dataset: Dataset, sample_id: int) -> Cluster:
    """The cluster that a sample survived or is a copy in. NotFound where it has no near-duplicate."""
    run = runs.latest(session, dataset.id)
    if run is None:
        raise NotFound(say("Near-duplicates are known once the recipe has been run."))
    verdict = session.get(Verdict, (run.id, sample_id))
    survivor = verdict.duplicate_of if verdict and verdict.duplicate_of else sample_id
    rows = _members(session, dataset, run, survivor)
    if len(rows) < 2:
        raise NotFound(say("This sample has no near-duplicate among those that pass every rule."))
    recipe = recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id))
    return Cluster(survivor, [_member(row, survivor) for row in rows], recipe.survivors)


def choose(session: Session, dataset: Dataset, sample_id: int, by: User) -> Cluster:
    """Let this sample stay instead of the others of its cluster, from the next run on. NotFound."""
    cluster = of_sample(session, dataset, sample_id)
    ids = [member.id for member in cluster.members]
    session.execute(delete(SurvivorChoice).where(SurvivorChoice.sample_id.in_(ids)))
    chosen = {"sample_id": sample_id, "dataset_id": dataset.id, "chosen_by": by.id}
    session.execute(insert(SurvivorChoice).values(chosen).on_conflict_do_nothing())
    return of_sample(session, dataset, sample_id)


def undo(session: Session, dataset: Dataset, sample_id: int) -> None:
    """Take a choice back. Conflict where there is none."""
    mine = (SurvivorChoice.sample_id == sample_id, SurvivorChoice.dataset_id == dataset.id)
    if session.scalar(delete(SurvivorChoice).where(*mine).returning(SurvivorChoice.sample_id)) is None:
        raise Conflict(say("Nobody chose this sample, or the choice was taken back already."))


def _members(session: Session, dataset: Dataset, run: Run, survivor: int) -> Sequence[AnyRow]:
    # The ids come first: with an "or" in its place, PostgreSQL reads all samples.
    copies = select(Verdict.sample_id).where(Verdict.run_id == run.id, Verdict.duplicate_of == survivor)
    ids = [survivor, *session.scalars(copies)]
    similarity = func.coalesce(Verdict.similarity, 1.0).label("similarity")
    return session.execute(
        select(
            Sample.id,
            Sample.question,
            Sample.answer,
            Sample.state,
            Corpus.name.label("corpus"),
            Corpus.licence,
            Corpus.trusted,
            similarity,
            SurvivorChoice.sample_id.is_not(None).label("is_chosen"),
        )
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .outerjoin(Verdict, (Verdict.sample_id == Sample.id) & (Verdict.run_id == run.id))
        .outerjoin(SurvivorChoice, SurvivorChoice.sample_id == Sample.id)
        .where(Sample.dataset_id == dataset.id, Sample.id.in_(ids))
        .order_by((Sample.id == survivor).desc(), similarity.desc(), Sample.id)
    ).all()


def _member(row: AnyRow, survivor: int) -> Member:
    return Member(
        row.id,
        row.question,
        row.answer,
        row.corpus,
        row.licence,
        row.trusted,
        row.state,
        row.similarity,
        row.id == survivor,
        row.is_chosen,
    )
