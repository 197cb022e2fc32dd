"""A budget of rows: even over topics, the best of each, the same on every machine."""

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from app.curation.batch import Batch
from app.curation.filters.quality import Quality
from app.curation.hashing import combine
from app.curation.releasing.caps import NO_KIND, within
from app.curation.releasing.composition import Cap
from app.curation.releasing.diversity import Topics, choose
from app.curation.sample import Form, Sample, Source
from app.curation.texts import Texts
from app.curation.words import Words

DATA = Path("../shared/data")


def read(name: str, most: int) -> list[dict[str, Any]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {path}")
    with path.open("rb") as file:
        return [orjson.loads(line) for line in islice(file, most)]


@pytest.fixture(scope="module")
def alpaca() -> Batch:
    found = read("alpaca/alpaca.jsonl", 8000)
    return Batch(
        [
            Sample(
                Form.INSTRUCTION,
                {"prompt": one["instruction"], "context": one["input"], "response": one["output"]},
                Source("", 0),
            )
            for one in found
        ]
    )


def clusters(texts: Texts) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    with Topics() as topics:
        topics.add(texts)
        return topics.clusters()


def distinct_pairs(texts: list[str], words: int = 6_000) -> int:
    """Different pairs of words among the first so many words: longer texts do not count as more diverse ones."""
    found = Words.compared(Texts.of(["\n".join(texts)]))
    return len(np.unique(combine(found.hashes[: words + 1], np.arange(words), 2)))


def test_a_budget_covers_more_topics_than_chance_with_better_rows_and_more_words_than_the_best(alpaca: Batch) -> None:
    of, scores = clusters(alpaca.text_bytes), Quality().measured(alpaca)["quality_score"]
    ours = np.flatnonzero(choose(of, scores, 150))
    draws = [np.random.default_rng(seed).choice(len(of), 150, replace=False) for seed in range(5)]
    best = np.argsort(-scores, kind="stable")[:150]

    def covered(rows: Any) -> int:
        return len(np.unique(of[rows]))

    def pairs(rows: Any) -> int:
        return distinct_pairs([alpaca.texts[row] for row in np.random.default_rng(0).permutation(rows)])

    assert len(ours) == 150
    assert covered(ours) == of.max() + 1
    assert covered(ours) > 1.15 * np.mean([covered(one) for one in draws])
    assert covered(ours) > 1.5 * covered(best)
    assert scores[ours].mean() > np.mean([scores[one].mean() for one in draws]) + 0.1
    assert pairs(ours) > pairs(best)
    assert pairs(ours) > 0.97 * np.mean([pairs(one) for one in draws])


def test_topics_are_what_texts_are_about(alpaca: Batch) -> None:
    sums = [f"{one['question']}\n\n{one['answer']}" for one in read("bench_gsm8k/train.jsonl", 200)]
    code = [f"{one['prompt']}\n\n{one['canonical_solution']}" for one in read("bench_humaneval/HumanEval.jsonl", 164)]
    of = clusters(Texts.of([*alpaca.texts, *sums, *code]))
    for some in (of[len(alpaca) : len(alpaca) + 200], of[len(alpaca) + 200 :]):
        three = np.sort(np.bincount(some))[-3:].sum()
        assert three / len(some) > 0.9


def test_pages_make_no_difference(alpaca: Batch) -> None:
    whole = clusters(Texts.of(alpaca.texts[:2000]))
    with Topics() as topics:
        for first in range(0, 2000, 300):
            topics.add(Texts.of(alpaca.texts[first : min(2000, first + 300)]))
        assert np.array_equal(topics.clusters(), whole)


def test_water_reaches_every_cluster_and_the_best_come_first() -> None:
    of = np.repeat([0, 1, 2], [90, 8, 2])
    scores = np.linspace(0, 1, 100)
    chosen = choose(of, scores, 20)
    assert np.bincount(of[chosen]).tolist() == [10, 8, 2]
    assert chosen[80:].all()


def test_the_first_ones_stay_whatever_the_budget() -> None:
    first = np.zeros(50, np.bool_)
    first[[3, 40]] = True
    assert np.flatnonzero(choose(np.zeros(50, np.int64), np.arange(50.0), 3, first=first)).tolist() == [3, 40, 49]
    assert np.flatnonzero(choose(np.zeros(50, np.int64), np.arange(50.0), 1, first=first)).tolist() == [3, 40]


def test_an_unknown_score_is_the_lowest() -> None:
    scores = np.array([np.nan, 0.1, np.nan, 0.9])
    assert np.flatnonzero(choose(np.zeros(4, np.int64), scores, 2)).tolist() == [1, 3]


def test_few_rows_or_none_are_no_trouble() -> None:
    assert clusters(Texts.of([])).tolist() == []
    assert clusters(Texts.of(["", "one"])).tolist() == [0, 0]
    assert choose(np.zeros(3, np.int64), np.zeros(3), 10).all()


def test_caps_keep_the_best_of_each_kind_then_the_first() -> None:
    scores = np.array([0.5, 0.9, 0.5, np.nan, 0.1, 0.9])
    kinds = {"corpus": np.array([1, 1, 1, 1, 2, 2]), "label:field": np.array([7, NO_KIND, 7, 7, NO_KIND, NO_KIND])}
    nobody = np.zeros(6, np.bool_)
    by_corpus = within([Cap(by="corpus", most=2)], kinds, scores, nobody)
    assert by_corpus.tolist() == [True, True, False, False, True, True]
    assert within([Cap(by="label:field", most=1)], kinds, scores, nobody).tolist() == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
    first = np.array([False, False, False, True, False, False])
    assert within([Cap(by="corpus", most=1)], kinds, scores, first).tolist() == [False, False, False, True, False, True]
