"""Clusters of near-duplicates: who stayed, and choosing another."""

from typing import Any

import pytest

from app import db
from app.models import Dataset, SampleState
from app.services import clusters, recipe_changes, recipes
from app.services.clusters import Cluster
from app.services.errors import Conflict, NotFound
from tests import factories
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run, run_sql
from tests.services.test_runs import save, states

ANSWER = "Wash the cut under running water, press a clean cloth on it until it stops bleeding, then put a plaster on it"


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    """Three near-duplicates in two corpora, the second the longest, and a sample that is like no other."""
    made = make_dataset()
    prompt = "What should I do first when somebody has cut a finger while cooking dinner?"
    endings = ["now.", "now and tell a grown-up.", "soon."]
    lines = [{"prompt": prompt, "response": f"{ANSWER} {ending}"} for ending in endings]
    read(
        made,
        jsonl([*lines[:2], {"prompt": "Name a tall tree.", "response": "The redwood grows very tall."}]),
        "one.jsonl",
    )
    read(made, jsonl(lines[2:]), "two.jsonl")
    run(made)
    return made


def ids() -> list[int]:
    """The three, in the order of their upload."""
    found = [sample for (sample,) in rows("SELECT id FROM samples ORDER BY id")]
    return [found[0], found[1], found[3]]


def cluster(dataset_id: int, sample_id: int) -> Cluster:
    with db.transaction() as session:
        return clusters.of_sample(session, session.get_one(Dataset, dataset_id), sample_id)


def queued() -> set[int]:
    return {sample for sample, state in states().items() if state == SampleState.QUEUED and sample in ids()}


def test_members_are_the_survivor_and_its_copies(dataset_id: int) -> None:
    first, second, third = ids()
    for sample_id in ids():
        found = cluster(dataset_id, sample_id)
        assert found.survivor_id == first
        assert {member.id for member in found.members} == {first, second, third}
        assert [member.is_survivor for member in found.members] == [True, False, False]
        assert all(0.8 <= member.similarity < 1 for member in found.members[1:])
        assert not found.is_waiting
    with db.transaction() as session:
        assert clusters.page(session, session.get_one(Dataset, dataset_id)) == [(first, 3)]


def test_a_sample_without_duplicates_is_in_no_cluster(dataset_id: int) -> None:
    (alone,) = set(states()) - set(ids())
    with pytest.raises(NotFound):
        cluster(dataset_id, alone)


def test_a_person_s_choice_stays_from_the_next_run_on(dataset_id: int) -> None:
    first, second, third = ids()
    with db.transaction() as session:
        dataset, lead = session.get_one(Dataset, dataset_id), factories.make_user(session)
        clusters.choose(session, dataset, second, lead)
        assert clusters.choose(session, dataset, third, lead).is_waiting  # instead of the one before
    assert queued() == {first}
    run(dataset_id)
    assert queued() == {third}
    assert not cluster(dataset_id, third).is_waiting
    with db.transaction() as session:
        clusters.undo(session, session.get_one(Dataset, dataset_id), third)
        with pytest.raises(Conflict):
            clusters.undo(session, session.get_one(Dataset, dataset_id), third)
    run(dataset_id)
    assert queued() == {first}


@pytest.mark.parametrize(("preferences", "stays"), [
    (["longest"], 1), (["newest"], 2), (["trusted", "longest"], 2), (["approved", "newest"], 1), (["licence"], 2), (["quality", "longest"], None),
])  # fmt: skip
def test_the_recipe_says_who_stays(dataset_id: int, preferences: list[str], stays: int | None) -> None:
    run_sql("UPDATE corpora SET trusted = true, licence = 'CC0' WHERE name = 'two.jsonl'")
    if "approved" in preferences:
        run_sql("UPDATE samples SET state = 'approved' WHERE id = :sample", sample=ids()[1])

    def prefer(recipe: dict[str, Any]) -> None:
        recipe["survivors"] = preferences

    save(dataset_id, prefer)
    run(dataset_id)
    survivor = cluster(dataset_id, ids()[0]).survivor_id
    assert stays is None or survivor == ids()[stays]


def test_a_change_of_preferences_is_told_in_words(dataset_id: int) -> None:
    with db.transaction() as session:
        recipe = recipes.current(session, session.get_one(Dataset, dataset_id)).recipe
    told = recipe_changes.between(recipe, {**recipe, "survivors": ["trusted", "longest"]})
    assert told == ["Of near-duplicates stays: the first → trusted, then longest"]
