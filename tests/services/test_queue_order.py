"""The review queue is in the order that the recipe asks for."""

from typing import Any

import pytest

from app import db
from app.curation.recipe import Recipe
from app.models import Dataset
from app.services import recipes
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    """Four samples with answers of 3, 1, 4 and 2 words."""
    made = make_dataset()
    read(made, jsonl({"prompt": f"Count to {n}!", "response": "one two three four"[: 4 * n + n]} for n in (3, 1, 4, 2)))
    return made


def save(dataset_id: int, **order: Any) -> None:
    with db.transaction() as session:
        recipe = Recipe.model_validate({"order": order})
        recipes.save(session, session.get_one(Dataset, dataset_id), recipe, None)


def queue() -> list[int]:
    """The places of the samples in their file, in the order in which they come to the desk."""
    found = rows("SELECT s.position FROM slots p JOIN samples s ON s.id = p.sample_id ORDER BY p.rank, p.id")
    return [position for (position,) in found]


def test_without_an_order_samples_come_as_they_were_imported(dataset_id: int) -> None:
    save(dataset_id)
    run(dataset_id)
    assert queue() == [0, 1, 2, 3]


def test_the_order_follows_a_measure_and_changes_with_the_recipe(dataset_id: int) -> None:
    save(dataset_id, measure="answer_characters")
    run(dataset_id)
    assert queue() == [2, 0, 3, 1]
    save(dataset_id, measure="answer_characters", highest_first=False)
    run(dataset_id)
    assert queue() == [1, 3, 0, 2]
    save(dataset_id)
    run(dataset_id)
    assert queue() == [0, 1, 2, 3]


def test_new_samples_take_their_place_among_the_others(dataset_id: int) -> None:
    save(dataset_id, measure="answer_characters")
    run(dataset_id)
    read(dataset_id, jsonl([{"prompt": "Go on!", "response": "one two three"}]), "more.jsonl")
    run(dataset_id)
    found = rows("SELECT s.file FROM slots p JOIN samples s ON s.id = p.sample_id ORDER BY p.rank, p.id")
    assert [file for (file,) in found] == ["corpus.jsonl", "corpus.jsonl", "more.jsonl", "corpus.jsonl", "corpus.jsonl"]


def test_samples_that_a_measure_does_not_apply_to_come_last(dataset_id: int) -> None:
    read(dataset_id, jsonl([{"text": "A plain text is no answer."}]), "texts.jsonl")
    for highest in (True, False):
        save(dataset_id, measure="answer_characters", highest_first=highest)
        run(dataset_id)
        last = rows("SELECT s.file FROM slots p JOIN samples s ON s.id = p.sample_id ORDER BY p.rank DESC, p.id DESC")
        assert last[0] == ("texts.jsonl",)
