"""What is counted for readability and quality, against counts by hand."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.filters.quality import WEIGHTS, Quality, features
from app.curation.filters.readability import Readability
from app.curation.kernels.reading import digits_and_breaks, share_found, word_counts, word_keys
from app.curation.text import words
from app.curation.texts import Texts
from app.curation.words import Words
from tests.curation.samples import instruction, text

TEXTS = st.lists(st.text(st.sampled_from("abeEy étz中1 \n'"), max_size=30), max_size=4)
LONG = "The cat sat on the mat. It was a very happy cat, and it looked at the sea all day."


def syllables(word: str) -> int:
    groups = len(re.findall("[aeiouyAEIOUY]+", word))
    silent = groups > 1 and re.search("[^aeiouyAEIOUY][eE]$", word) is not None
    return max(1, groups - silent)


@given(TEXTS)
def test_words_are_counted_as_by_hand(texts: list[str]) -> None:
    found = Words.of(Texts.of(texts))
    counts = word_counts(found.texts.data, found.starts, found.ends, found.hashes, found.firsts)
    for row, some in enumerate(map(words, texts)):
        lengths = list(map(len, some))
        expected = [sum(lengths), sum(length > 6 for length in lengths), sum(map(syllables, some)), len(set(some))]
        assert counts[row].tolist() == expected


@given(TEXTS)
def test_digits_and_breaks(texts: list[str]) -> None:
    raw = Texts.of(texts)
    found = digits_and_breaks(raw.data, raw.offsets).tolist()
    assert found == [[len(re.findall("[0-9]", one)), one.count("\n")] for one in texts]


@pytest.mark.parametrize(
    ("asked", "said", "share"),
    [
        ("capital of France", "The CAPITAL is Paris", 0.5),
        ("capitals", "The capital", 1.0),
        ("盐水", "水", 0.5),
        ("is it so", "yes", np.nan),
        ("about salt", "salt", 1.0),
    ],
)
def test_words_of_the_question_in_the_answer(asked: str, said: str, share: float) -> None:
    one, other = Words.of(Texts.of([asked])), Words.of(Texts.of([said]))
    common = Words.of(Texts.of(["about"]))
    keys = [word_keys(some.texts.data, some.starts, some.ends, 6) for some in (one, other, common)]
    np.testing.assert_equal(share_found(keys[0], one.firsts, keys[1], other.firsts, np.sort(keys[2]))[0], share)


def test_readability_formulas() -> None:
    found = {name: values[0] for name, values in Readability().measure(Batch([text(LONG)])).items()}
    spoken = words(LONG)
    length, beats = len(spoken) / 2, sum(map(syllables, spoken)) / len(spoken)
    assert found["words_per_sentence"] == length
    assert found["reading_grade"] == pytest.approx(0.39 * length + 11.8 * beats - 15.59)
    assert found["distinct_word_share"] == pytest.approx(len(set(spoken)) / len(spoken))
    assert np.isnan(found["lix"])


def test_english_formulas_do_not_judge_other_languages() -> None:
    german = "Das Salz ist ein Mineral. Die Menschen gewinnen es seit sehr langer Zeit aus dem Wasser des Meeres."
    found = Readability().measure(Batch([text(german), text("盐是一种矿物质,人们用它来保存食物。" * 9)]))
    assert np.isnan(found["reading_grade"]).all()
    assert np.isnan(found["lix"]).tolist() == [False, True]


def test_the_score_is_the_weighted_mean_of_its_features_halved_by_flaws() -> None:
    good = "Salt is made by leading sea water into basins where the sun dries it."
    batch = Batch([instruction("How is salt made?", good), instruction("How is salt made?", good + "<|im_end|>")])
    values = features(batch)
    mean = sum(WEIGHTS[name] * values[name] for name in WEIGHTS) / sum(WEIGHTS.values())
    score = Quality().measure(batch)["quality_score"]
    assert list(values) == list(WEIGHTS)
    assert score.tolist() == pytest.approx([mean[0], mean[1] / 2])


def test_features_run_from_0_to_1() -> None:
    samples = [instruction("", ""), instruction("a b", "1 2 3\n" * 99), text("x"), instruction("What is salt?", "no")]
    for values in features(Batch(samples)).values():
        assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()
