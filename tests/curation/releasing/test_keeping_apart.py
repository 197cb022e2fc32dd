"""Likeness of rows, and splits that keep it on one side, on real data with planted near-copies."""

import random
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pytest

from app.curation.kernels.comparing import jaccard_of_pairs
from app.curation.releasing.keeping_apart import Facts, keep_apart
from app.curation.releasing.likeness import Likeness
from app.curation.releasing.splitting import OUT, TEST, TRAIN, Shares, drawn
from app.curation.shingles import Shingling
from app.curation.texts import Texts

ALPACA = Path("../shared/data/alpaca/alpaca.jsonl")
NOTHING = np.empty(0, np.int64)
WORDS = ("however", "small", "green", "nine", "north")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Three thousand records of Alpaca, and near-copies of three hundred with words swapped."""
    if not ALPACA.exists():
        pytest.skip("needs ../shared/data/alpaca")
    with ALPACA.open("rb") as file:
        found = [
            "\n\n".join(filter(None, (one["instruction"], one["input"], one["output"])))
            for one in map(orjson.loads, islice(file, 3000))
        ]
    chance = random.Random(1)
    return found + [swapped(text, chance) for text in chance.sample([one for one in found if len(one) > 300], 300)]


def swapped(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // 60):
        place = chance.randrange(len(words))
        words[place] = chance.choice(WORDS)
    return " ".join(words)


def likeness(texts: list[str]) -> Likeness:
    made = Likeness()
    for first in range(0, len(texts), 700):
        made.add(Texts.of(texts[first : first + 700]))
    return made


def facts(rows: int, frozen: "np.ndarray[tuple[int], np.dtype[np.bool_]] | None" = None) -> Facts:
    return Facts(drawn(np.arange(rows, dtype=np.uint64), 0), np.zeros(rows, np.uint64), (NOTHING, NOTHING), frozen)


def all_shares(texts: list[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """The Jaccard similarity of every two texts, from their sets alone."""
    sets = Shingling().sets(Texts.of(texts))
    pairs = np.stack(np.triu_indices(len(texts), 1), axis=1)
    table = np.zeros((len(texts), len(texts)))
    table[pairs[:, 0], pairs[:, 1]] = jaccard_of_pairs(*sets, pairs, 0.0)
    return table + table.T


@pytest.fixture(scope="module")
def crowded(texts: list[str]) -> list[str]:
    """Every text with a near-copy, most of them close to some threshold."""
    chance = random.Random(2)
    some = [text for text in texts[:3000] if len(text) > 300][:300]
    return some + [swapped(text, chance) for text in some]


def test_every_pair_at_the_threshold_is_found(crowded: list[str]) -> None:
    table = all_shares(crowded)
    for threshold in (0.3, 0.5, 0.7, 0.9):
        with likeness(crowded) as rows:
            alike = rows.pairs(threshold)
        truth = {tuple(pair) for pair in np.argwhere(np.triu(table, 1) >= threshold).tolist()}
        assert len(truth) > (100 if threshold < 0.7 else 5 if threshold < 0.9 else -1)
        # Equal texts are told once; none are among these.
        assert {tuple(pair) for pair in alike.pairs.tolist()} == truth


def test_the_nearest_row_is_the_true_one(crowded: list[str]) -> None:
    table = all_shares(crowded)
    asked, others = np.arange(0, 600, 7), np.setdiff1d(np.arange(600), np.arange(0, 600, 7))
    with likeness(crowded) as rows:
        found = rows.nearest(asked, others)
    truth = table[np.ix_(asked, others)]
    near = truth.max(1) >= 0.3
    assert near.sum() > 20
    assert np.array_equal(found.rows, np.where(near, others[truth.argmax(1)], -1))
    assert found.shares == pytest.approx(np.where(near, truth.max(1), 0))


def test_planted_near_copies_never_straddle_and_the_naive_split_tells_what_would(texts: list[str]) -> None:
    with likeness(texts) as rows:
        kept = keep_apart(rows, facts(len(texts)), Shares(0.1, 0.1), 7, 0.7)
        alike = rows.pairs(0.7)
    assert alike.across(kept.codes) == 0
    assert kept.above == 0
    assert kept.naive > 50
    assert np.bincount(kept.codes).tolist() == pytest.approx([2640, 330, 330], abs=3)
    assert sum(kept.histogram) == len(kept.asked) == (kept.codes != TRAIN).sum()
    assert kept.histogram[7:] == [0, 0, 0]
    assert 0 < len(kept.closest) <= 10
    assert all(0.3 <= share < 0.7 for _, _, share in kept.closest)


def test_what_the_search_for_pairs_missed_is_found_by_the_report_and_joined(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with likeness(texts) as rows:
        alike = rows.pairs(0.7)
        half = alike._replace(pairs=alike.pairs[::2], shares=alike.shares[::2])
        monkeypatch.setattr(rows, "pairs", lambda threshold: half)
        kept = keep_apart(rows, facts(len(texts)), Shares(0.2, 0.2), 7, 0.7)
    left, right = alike.pairs.T
    trained = (kept.codes[left] == TRAIN) != (kept.codes[right] == TRAIN)
    assert kept.above == 0
    assert not trained.any()


def test_whoever_is_like_a_frozen_test_row_is_left_out(texts: list[str]) -> None:
    with likeness(texts) as rows:
        frozen = np.zeros(len(texts), np.bool_)
        frozen[:400] = True
        kept = keep_apart(rows, facts(len(texts), frozen), Shares(0.1, 0.1), 7, 0.7)
        alike = rows.pairs(0.7)
    assert np.array_equal(kept.codes == TEST, frozen)
    copies = {b for a, b in alike.pairs.tolist() if frozen[a] and not frozen[b]}
    assert len(copies) > 10
    assert all(kept.codes[row] == OUT for row in copies)
    assert kept.above == 0


def test_ties_keep_rows_together_that_share_no_word() -> None:
    texts = [f"text{number} alone{number} here{number}" for number in range(200)]
    numbers = np.arange(200) // 2
    known = facts(200)
    known.ties = (np.arange(200), numbers)
    with likeness(texts) as rows:
        kept = keep_apart(rows, known, Shares(0.2, 0.2), 1, 0.7)
    assert np.array_equal(kept.codes[::2], kept.codes[1::2])
    assert set(kept.codes.tolist()) == {0, 1, 2}


def test_equal_texts_are_counted_pair_by_pair_without_being_told() -> None:
    texts = ["the very same words again and again"] * 60 + [
        f"other words number {n} {n * 7} {n * 13}" for n in range(60)
    ]
    with likeness(texts) as rows:
        alike = rows.pairs(0.7)
        kept = keep_apart(rows, facts(120), Shares(0.1, 0.1), 1, 0.7)
    codes = np.zeros(120, np.int8)
    codes[:10] = TEST
    assert len(alike.pairs) == 0
    assert alike.across(codes) == 10 * 50
    assert set(kept.codes[:60].tolist()) == {TRAIN}


def test_texts_without_words_and_no_texts_at_all_do_no_harm() -> None:
    with likeness(["", "!!!", "", "a word"]) as rows:
        kept = keep_apart(rows, facts(4), Shares(0, 0.5), 1, 0.7)
    assert (kept.codes == TEST).sum() == 2
