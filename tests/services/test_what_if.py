"""What-if says what a run would publish, to the sample."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from app import db
from app.curation.bounds import Limit
from app.curation.recipe import Recipe
from app.models import Dataset, Run, SampleState
from app.services import overruling, recipes, runs, what_if
from app.services.errors import Conflict
from app.services.what_if import Answer
from tests import factories
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run, run_sql
from tests.services.test_runs import flawed, states


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(runs, "SAMPLES_PER_SHARD", 100)


@pytest.fixture
def dataset_id() -> int:
    made = make_dataset()
    lines = flawed(500)
    read(made, jsonl(lines[:350]), "one.jsonl")
    read(made, jsonl(lines[350:]), "two.jsonl")
    run(made)
    return made


def draft(dataset_id: int, change: Any) -> Recipe:
    with db.transaction() as session:
        dumped = recipes.current(session, session.get_one(Dataset, dataset_id)).recipe
    change(dumped)
    return Recipe.model_validate(dumped)


def ask(dataset_id: int, recipe: Recipe) -> Answer:
    with db.transaction() as session:
        return what_if.ask(session, session.get_one(Dataset, dataset_id), recipe)


def published(dataset_id: int, recipe: Recipe) -> Run:
    with db.transaction() as session:
        recipes.save(session, session.get_one(Dataset, dataset_id), recipe, None)
    run_id = run(dataset_id)
    with db.transaction() as session:
        return session.get_one(Run, run_id)


def dropped(run_id: int) -> set[int]:
    return {sample for (sample,) in rows("SELECT sample_id FROM verdicts WHERE run_id = :run", run=run_id)}


def moved_bound(recipe: dict[str, Any]) -> None:
    recipe["filters"]["length"]["min_answer_words"] = 45


def several(recipe: dict[str, Any]) -> None:
    recipe["filters"]["length"].update(min_answer_words=30, max_answer_words=60)
    del recipe["filters"]["repetition"]


def higher_threshold(recipe: dict[str, Any]) -> None:
    recipe["deduplication"]["minhash"]["threshold"] = 0.95


def conflicts_stay(recipe: dict[str, Any]) -> None:
    recipe["conflicts"]["drop"] = False


def no_duplicates(recipe: dict[str, Any]) -> None:
    recipe["deduplication"] = {}


def longest_stays(recipe: dict[str, Any]) -> None:
    recipe["survivors"] = ["longest", "newest"]
    recipe["filters"]["length"]["min_answer_words"] = 30


@pytest.mark.parametrize(
    "change", [moved_bound, several, higher_threshold, conflicts_stay, no_duplicates, longest_stays]
)
def test_the_answer_is_what_a_run_publishes(dataset_id: int, change: Any) -> None:
    before = dropped(rows("SELECT max(id) FROM runs")[0][0])
    recipe = draft(dataset_id, change)
    answer = ask(dataset_id, recipe)
    found = published(dataset_id, recipe)
    after = dropped(found.id)

    assert answer.counts == found.counts
    assert answer.corpora == found.details["corpora"]
    assert answer.labels == found.details["labels"]
    assert {reason: found.details["rules"][reason] for reason in answer.rules} == answer.rules
    assert (answer.falling.count, answer.rising.count) == (len(after - before), len(before - after))
    assert set(answer.falling.examples) <= after - before
    assert set(answer.rising.examples) <= before - after
    assert answer.falling.count + answer.rising.count > 0
    assert answer.unseen == 0


def test_a_copy_is_kept_where_its_survivor_falls(dataset_id: int) -> None:
    """The first of two near-duplicates becomes too short, the other does not."""
    survivor, copy = rows("SELECT duplicate_of, sample_id FROM verdicts WHERE similarity < 1 LIMIT 1")[0]
    words = dict(rows("SELECT id, array_length(regexp_split_to_array(content->>'response', ' '), 1) FROM samples"))
    assert words[survivor] < words[copy]  # the copy says one word more
    bound = words[copy]
    answer = ask(
        dataset_id, draft(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=bound))
    )
    found = published(
        dataset_id, draft(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=bound))
    )
    assert answer.counts == found.counts
    assert copy not in dropped(found.id)
    assert survivor in dropped(found.id)


def test_the_recipe_as_it_is_changes_nothing(dataset_id: int) -> None:
    answer = ask(dataset_id, draft(dataset_id, lambda recipe: None))
    assert (answer.falling.count, answer.rising.count, answer.rules) == (0, 0, {})


def test_what_people_did_since_the_run_counts(dataset_id: int) -> None:
    """A sample that was kept by hand passes, and can make another a copy; decisions are counted apart."""
    failed = rows("SELECT sample_id FROM verdicts WHERE duplicate_of IS NULL ORDER BY 1 LIMIT 1")[0][0]
    kept = min(sample for sample, state in states().items() if state == "queued")
    with db.transaction() as session:
        overruling.overrule(session, session.get_one(Dataset, dataset_id), failed, factories.make_user(session))
    run_sql("UPDATE samples SET state = 'approved', decided_at = now() WHERE id = :sample", sample=kept)
    recipe = draft(dataset_id, moved_bound)
    answer = ask(dataset_id, recipe)
    assert answer.counts == published(dataset_id, recipe).counts
    assert answer.decisions[SampleState.APPROVED]["samples"] == 1


def test_samples_that_came_later_are_named_and_not_counted(dataset_id: int) -> None:
    late = read(dataset_id, jsonl(flawed(40, seed=77)), "late.jsonl")
    answer = ask(dataset_id, draft(dataset_id, moved_bound))
    assert answer.unseen == late.accepted
    assert answer.counts["samples"] + late.accepted == len(states())


def test_nothing_is_said_of_samples_that_were_deleted(dataset_id: int) -> None:
    ask(dataset_id, draft(dataset_id, moved_bound))
    run_sql("DELETE FROM samples WHERE id = (SELECT min(id) FROM samples)")
    with pytest.raises(Conflict, match="have changed"):
        ask(dataset_id, draft(dataset_id, moved_bound))
    found = published(dataset_id, draft(dataset_id, moved_bound))
    assert found.counts["samples"] == len(states())
    assert ask(dataset_id, draft(dataset_id, moved_bound)).counts == found.counts


def test_what_must_be_measured_first_is_refused(dataset_id: int) -> None:
    def lower(recipe: dict[str, Any]) -> None:
        recipe["deduplication"]["minhash"]["threshold"] = 0.6

    with pytest.raises(Conflict, match="anew"):
        ask(dataset_id, draft(dataset_id, lower))
    with pytest.raises(Conflict, match="Nothing is measured"):
        ask(make_dataset(), Recipe())


def test_the_share_beyond_a_bound_is_that_of_all_samples(dataset_id: int) -> None:
    recipe = draft(dataset_id, moved_bound)
    limit: Limit = next(one for one in recipe.limits if one.rule.reason == "answer_too_short")
    with db.transaction() as session:
        drawn, share = what_if.spread(session, session.get_one(Dataset, dataset_id), limit)
    assert drawn is not None
    assert sum(drawn.counts) == len(states())
    fired = ask(dataset_id, recipe).rules["answer_too_short"]["failed"]
    assert share == pytest.approx(fired / len(states()))
    assert np.all(np.diff(drawn.edges) > 0)
    assert Counter(states().values())["candidate"] == 0
