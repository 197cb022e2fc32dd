"""What one dataset holds of another."""

import pytest

from app import db
from app.models import Dataset
from app.services import across
from app.services.across import Overlap
from app.services.errors import Conflict
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run
from tests.services.test_runs import flawed, save


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


def compared(one: int, other: int) -> dict[str, Overlap]:
    with db.transaction() as session:
        found = across.compare(session, session.get_one(Dataset, one), session.get_one(Dataset, other))
    return {overlap.deduplicator: overlap for overlap in found}


def test_equal_and_similar_samples_are_found_and_others_are_not() -> None:
    one, other = make_dataset(), make_dataset()
    mine, theirs = flawed(60), flawed(60, seed=21)
    shared = [line for line in theirs if len(line["response"]) > 200][:5]
    near = [{**line, "response": line["response"] + " Indeed."} for line in shared[:3]]
    read(one, jsonl([*mine, *near, *shared[3:]]))
    read(other, jsonl(theirs))
    run(one)
    run(other)
    found = compared(one, other)
    assert found["exact"].shared == 2
    assert found["minhash"].shared >= 5
    words = dict(rows("SELECT id, content->>'prompt' FROM samples"))
    assert {line["prompt"] for line in shared} <= {words[mine_id] for mine_id, _, _ in found["minhash"].examples}
    for mine_id, their_id, similarity in found["minhash"].examples:
        assert similarity >= 0.8
        assert words[mine_id] == words[their_id] or similarity < 1
    assert compared(other, one)["exact"].shared == 2


def test_settings_must_be_the_same() -> None:
    one, other = make_dataset(), make_dataset()
    for dataset_id in (one, other):
        read(dataset_id, jsonl(flawed(20, seed=dataset_id)))
    with pytest.raises(Conflict, match="have to be run"):
        compared(one, other)
    save(other, lambda recipe: recipe["deduplication"]["minhash"].update(shingle_words=5))
    run(one)
    run(other)
    with pytest.raises(Conflict, match="other settings"):
        compared(one, other)
