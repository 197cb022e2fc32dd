"""Near-duplicates from texts to clusters: nothing missed, nothing invented, the same with any number of threads."""

import random
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from app.curation import edges as edging
from app.curation.near import Clusters, near_duplicates
from app.curation.shingles import Shingling
from app.curation.text import comparable, words
from app.curation.texts import Texts

ALPHABET = [f"w{number}" for number in range(400)]


def documents(number: int, seed: int = 1) -> list[str]:
    """Random texts and copies of them with more and more words replaced."""
    chance = random.Random(seed)
    made: list[list[str]] = []
    for _ in range(number):
        if made and chance.random() < 0.6:
            copied = list(chance.choice(made[-40:]))
            for _ in range(chance.randrange(8)):
                copied[chance.randrange(len(copied))] = chance.choice(ALPHABET)
            made.append(copied)
        else:
            made.append(chance.choices(ALPHABET, k=chance.randrange(80, 200)))
    return [" ".join(one) for one in made]


def shingles(text: str, size: int = 5) -> set[tuple[str, ...]]:
    found = words(comparable(text))
    return {tuple(found[at : at + size]) for at in range(max(1, len(found) - size + 1))} if found else set()


def exact(texts: list[str], threshold: float) -> dict[tuple[int, int], float]:
    sets = [shingles(text) for text in texts]
    shares = {
        (one, other): len(sets[one] & sets[other]) / max(1, len(sets[one] | sets[other]))
        for one, other in combinations(range(len(texts)), 2)
    }
    return {pair: share for pair, share in shares.items() if share >= threshold}


def everything(found: Clusters) -> Any:
    return [found.copies.survivor.tolist(), list(found), found.edges.pairs.tolist(), found.edges.similarities.tolist()]


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_pairs_are_those_of_brute_force(threshold: float) -> None:
    texts = documents(500)
    found, expected = near_duplicates(texts, threshold), exact(texts, threshold)
    pairs = set(map(tuple, found.all_pairs().tolist()))
    assert len(expected) > 150
    assert not pairs - expected.keys()
    assert len(pairs) >= 0.99 * len(expected)
    for cluster in found:
        for one, other, share in cluster.edges:
            assert expected[one, other] == pytest.approx(share)


def test_a_chain_of_small_steps_joins_no_two_texts_that_differ() -> None:
    chain = [" ".join(ALPHABET[first : first + 100]) for first in range(0, 200, 5)]
    found, near = near_duplicates(chain), exact(chain, 0.8)
    assert len(found.edges.pairs) >= len(chain) - 1, "all hang together"
    for cluster in found:
        assert all((cluster.survivor, row) in near for row in cluster.members if row != cluster.survivor)
    assert 1 < sum(found.copies.survivor < 0) < len(chain)


@pytest.mark.parametrize("rows_at_once", [3, 50, 1024])
def test_threads_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, rows_at_once: int) -> None:
    texts = documents(300, seed=2)
    whole = everything(near_duplicates(texts))
    monkeypatch.setattr(edging, "ROWS_AT_ONCE", rows_at_once)
    monkeypatch.setattr("app.curation.near.SIGNED_AT_ONCE", 37)
    assert everything(near_duplicates(texts, workers=1)) == whole
    assert everything(near_duplicates(texts, workers=3)) == whole


def test_few_pairs_held_at_a_time_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = documents(300, seed=2)
    whole = everything(near_duplicates(texts))
    monkeypatch.setattr(edging, "GATHERED", 10)
    assert everything(near_duplicates(texts)) == whole


def test_order_changes_only_who_survives() -> None:
    texts = documents(200, seed=3)
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    pairs = {frozenset(pair) for pair in near_duplicates(texts).all_pairs().tolist()}
    shuffled = near_duplicates([texts[row] for row in order]).all_pairs().tolist()
    assert {frozenset((order[one], order[other])) for one, other in shuffled} == pairs


@pytest.mark.parametrize("make", [Texts.of, lambda texts: pa.array(texts, pa.string()), tuple])
def test_any_way_to_hand_over_texts(make: Callable[[list[str]], Any]) -> None:
    texts = documents(60, seed=4)
    assert everything(near_duplicates(make(texts))) == everything(near_duplicates(texts))


def test_the_highest_priority_survives() -> None:
    salt = " ".join(ALPHABET[:100])
    found = near_duplicates([salt, salt + " more", salt.upper(), "else"], priority=np.array([0, 2, 1, 0]))
    assert found.copies.survivor.tolist() == [1, -1, 1, -1]
    assert [(cluster.survivor, cluster.members) for cluster in found] == [(1, [0, 1, 2])]


def test_every_pair_is_told_in_one_cluster() -> None:
    found = near_duplicates(documents(300, seed=5))
    told = [tuple(edge[:2]) for cluster in found for edge in cluster.edges]
    inside = list(map(tuple, found.pairs()[0].tolist()))
    assert sorted(told) == sorted(inside)
    members = [row for cluster in found for row in cluster.members]
    assert len(set(members)) == len(members)
    assert set(found.dropped.tolist()) <= set(members)


@pytest.mark.parametrize("texts", [[], [""], ["?!", "..."], ["one"], ["a b c d e f", "b c d e f g h i"]])
def test_little_or_nothing_is_no_trouble(texts: list[str]) -> None:
    found = near_duplicates(texts)
    assert list(found) == []
    assert found.copies.survivor.tolist() == [-1] * len(texts)


def test_short_texts_are_one_sequence() -> None:
    assert [one.members for one in near_duplicates(["Hello, you!", "hello you", "hello me"])] == [[0, 1]]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "盐是一种矿物质,人们用它来保存食物已经有很长的历史了,海水在阳光下蒸发以后就得到盐,盐可以用来做菜。",
            ("做菜", "烹饪"),
        ),
        (
            "الملح معدن يستخدمه الناس منذ زمن طويل لحفظ الطعام من الفساد في حر الصيف، ويأتي من البحر أو من المناجم",
            ("المناجم", "الأرض"),
        ),
    ],
)
def test_other_scripts_are_compared(text: str, change: tuple[str, str]) -> None:
    other = text[::-1]
    found = near_duplicates([text, text.replace(*change), other], threshold=0.5)
    assert [one.members for one in found] == [[0, 1]]


def test_vowel_signs_of_arabic_do_not_count() -> None:
    assert [one.members for one in near_duplicates(["كِتَابٌ جَدِيدٌ", "كتاب جديد"])] == [[0, 1]]


def test_answers_that_keep_less_of_the_original_are_less_similar() -> None:
    path = Path(__file__).parents[2].parent / "shared" / "data" / "neardup_plagiarism" / "documents.jsonl"
    if not path.is_file():
        pytest.skip("the shared data is not there: put it next to the project as ../shared/data")
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    originals = {row["task"]: row["text"] for row in rows if row["category"] == "orig"}
    means = []
    for level in ("cut", "light", "heavy", "non"):
        pairs = [text for row in rows if row["category"] == level for text in (row["text"], originals[row["task"]])]
        found = Shingling().sets(Texts.of(pairs)).jaccard(np.arange(len(pairs)).reshape(-1, 2))
        means.append(found.mean())
    assert means == sorted(means, reverse=True)
    assert means[0] > 3 * means[2]
