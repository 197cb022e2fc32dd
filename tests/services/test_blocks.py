"""Blocks: every sample measured once, in one block, and again where a neighbour was deleted or a filter has changed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app import db
from app.curation.edges import Edges
from app.curation.filters.length import Length
from app.models import Dataset, Run
from app.services import blocks, columns, pairs, recipes, runs, state_counts
from tests.services.engine import hurry, jsonl, make_dataset, read, rows, run, run_sql
from tests.services.test_runs import _verdicts, flawed, save, states


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(runs, "SAMPLES_PER_SHARD", 40)


VALUES = st.one_of(st.floats(width=16), st.floats(width=32), st.floats(), st.integers(-(2**53), 2**53).map(float))


@given(arrays.arrays(np.float64, st.integers(1, 20), elements=VALUES))
def test_packing_loses_nothing(values: np.ndarray) -> None:
    dtype, content = columns.packed(values)
    out = np.empty_like(values)
    columns.unpacked(dtype, content, out)
    assert np.array_equal(out, values, equal_nan=True)


@pytest.mark.parametrize(("values", "dtype", "size"), [
    ([0.0, 0.0, 0.0], "<f2", 2), ([1.0, 2048.0], "<f2", 4), ([1.0, 2049.0], "<f4", 8), ([0.1, 0.5], "<f8", 16), ([np.nan] * 4, "<f2", 2),
])  # fmt: skip
def test_the_smallest_exact_type_is_chosen(values: list[float], dtype: str, size: int) -> None:
    found, content = columns.packed(np.array(values))
    assert (found, len(content)) == (dtype, size)


def layout(dataset_id: int) -> blocks.Layout:
    with db.transaction() as session:
        return blocks.layout(session, dataset_id, 10**15)


def edges(dataset_id: int) -> dict[str, Edges]:
    with db.transaction() as session:
        recipe = recipes.loaded(recipes.current(session, session.get_one(Dataset, dataset_id)))
        return {
            key: pairs.load(session, dataset_id, one, layout(dataset_id)) for key, one in recipe.deduplication.items()
        }


def check(dataset_id: int) -> None:
    """Every sample is in one block, and each measure reads the same by column and by sample."""
    found = layout(dataset_id)
    assert found.ids.tolist() == sorted(states())
    with db.transaction() as session:
        latest = runs.latest(session, dataset_id)
        assert latest is not None
        assert latest.set_id is not None
        words = columns.measure(session, found, latest.set_id, "answer_words")
        for row in (0, len(found) // 2, len(found) - 1):
            one = columns.measures_of_sample(session, latest.set_id, dataset_id, int(found.ids[row]))
            assert one["answer_words"] == words[row]


def test_the_next_corpus_extends_blocks_and_pairs_to_what_one_pass_finds() -> None:
    lines = flawed(360)
    together = make_dataset()
    read(together, jsonl(lines))
    whole = _outcome(run(together))

    bit_by_bit = make_dataset()
    for number, first in enumerate(range(0, 360, 120)):
        read(bit_by_bit, jsonl(lines[first : first + 120]), f"{number}.jsonl")
        last = run(bit_by_bit)
    check_blocks = layout(bit_by_bit)
    assert len(check_blocks) == len(layout(together))
    assert _outcome(last) == whole
    for key, found in edges(bit_by_bit).items():
        other = edges(together)[key]
        assert np.array_equal(found.groups, other.groups)
        mine = sorted(zip(found.pairs.tolist(), found.similarities.tolist(), strict=True))
        assert mine == sorted(zip(other.pairs.tolist(), other.similarities.tolist(), strict=True))
    numbers = rows(
        "SELECT count(*) FROM pair_blocks JOIN pair_sets s ON s.id = pair_set_id WHERE dataset_id = :d", d=bit_by_bit
    )
    assert numbers == [(9,)]  # three passes of two deduplicators and of the search for conflicts


def _outcome(run_id: int) -> list[tuple[Any, ...]]:
    """The verdicts by the words of the sample, whatever numbers the database gave out."""
    return sorted(
        rows(
            r"""SELECT s.content::text, v.reasons, regexp_replace(v.failures::text, '"sample": \d+', '', 'g'),
                   first.content::text, v.similarity
               FROM verdicts v JOIN samples s ON s.id = v.sample_id LEFT JOIN samples first ON first.id = v.duplicate_of
               WHERE v.run_id = :run""",
            run=run_id,
        ),
        key=str,
    )


def test_deleted_samples_take_their_block_along_and_the_rest_is_measured_again() -> None:
    dataset_id = make_dataset()
    gone = read(dataset_id, jsonl(flawed(100)), "one.jsonl")
    read(dataset_id, jsonl(flawed(150, seed=9)), "two.jsonl")
    run(dataset_id)
    run_sql("DELETE FROM corpora WHERE id = :corpus", corpus=gone.id)
    run_sql("DELETE FROM samples WHERE id = (SELECT min(id) + 60 FROM samples)")
    assert rows("SELECT count(*) FROM pair_sets") == [(0,)]
    assert len(layout(dataset_id)) < len(states())
    again = run(dataset_id)
    check(dataset_id)
    assert rows("SELECT count(*) FROM sample_search") == [(len(states()),)]
    run_sql("DELETE FROM blocks")
    run_sql("DELETE FROM pair_sets")
    assert _verdicts(run(dataset_id)) == _verdicts(again)


def test_a_new_version_of_a_filter_is_measured_again_beside_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(90)))
    first = _verdicts(run(dataset_id))
    before = rows("SELECT id, first_id FROM blocks")
    signed = rows("SELECT block_id, config, xmin::text FROM block_signatures ORDER BY 1, 2")
    monkeypatch.setattr(Length, "version", Length.version + 1)
    assert _verdicts(run(dataset_id)) == first
    assert rows("SELECT id, first_id FROM blocks") == before
    assert rows("SELECT block_id, config, xmin::text FROM block_signatures ORDER BY 1, 2") == signed
    sets = rows("SELECT DISTINCT set_id FROM block_columns")
    with db.transaction() as session:
        latest = session.get_one(Run, rows("SELECT max(id) FROM runs")[0][0])
        assert sets == [(latest.set_id,)]
    check(dataset_id)


def test_a_lower_threshold_looks_for_pairs_anew_and_a_higher_one_does_not() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(120)))
    run(dataset_id)

    def sets() -> list[tuple[Any, ...]]:
        return rows("SELECT id, threshold FROM pair_sets WHERE deduplicator = 'minhash'")

    before = sets()
    save(dataset_id, lambda recipe: recipe["deduplication"]["minhash"].update(threshold=0.9))
    run(dataset_id)
    assert sets() == before
    save(dataset_id, lambda recipe: recipe["deduplication"]["minhash"].update(threshold=0.7))
    run(dataset_id)
    assert [threshold for _, threshold in sets()] == [0.7]


def test_states_are_counted_as_they_are() -> None:
    dataset_id = make_dataset()
    corpus = read(dataset_id, jsonl(flawed(120)))
    check_states(dataset_id)
    run(dataset_id)
    check_states(dataset_id)
    run_sql("UPDATE samples SET state = 'approved' WHERE id IN (SELECT id FROM samples WHERE state = 'queued' LIMIT 5)")
    run_sql("DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE state <> 'approved' ORDER BY id LIMIT 3)")
    check_states(dataset_id)
    save(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=45))
    run(dataset_id)
    check_states(dataset_id)
    assert rows("SELECT count(*) <= 8 FROM state_counts WHERE corpus_id = :corpus", corpus=corpus.id) == [(True,)]


def check_states(dataset_id: int) -> None:
    counted = rows("SELECT corpus_id, state, count(*) FROM samples GROUP BY 1, 2")
    with db.transaction() as session:
        assert state_counts.of(session, dataset_id) == {(corpus, state): number for corpus, state, number in counted}
