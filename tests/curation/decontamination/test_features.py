"""The compiled features are those of the Python below; likeness is the cosine that it says it is."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.characters import tables
from app.curation.decontamination import Benchmark, Fingerprint
from app.curation.decontamination.paraphrase import COMMON_WEIGHT, STRANGE_WEIGHT, FeatureTable
from app.curation.decontamination.weights import COMMON
from app.curation.kernels.features import PREFIX, REACH, TRIGRAMS, WORDS, all_features
from app.curation.texts import Texts
from app.curation.words import foldable

TEXT = st.text(st.sampled_from("abcXYZ_1 9.é中文\n('"), max_size=30)


def parts(text: str) -> list[str]:
    """The words, identifiers taken apart, by their beginnings."""
    found, word, lower = [], "", False
    for character in f"{text} ":
        single = "\u4e00" <= character <= "\u9fff"
        inside = character.isalnum() and character != "_"
        if word and (not inside or single or (character.isupper() and lower)):
            found.append(word[:PREFIX])
            word = ""
        if inside:
            word += character.lower().replace("é", "e") + "\0" * PREFIX * single
        lower = inside and not character.isupper()
    return [one.replace("\0", "") for one in found]


def close(found: list[str]) -> list[tuple[str, ...]]:
    """Each word, and with it the different ones shortly before."""
    return [
        pair
        for at, word in enumerate(found)
        for pair in [
            (word,),
            *(
                tuple(sorted((word, found[at - back])))
                for back in range(1, min(REACH, at) + 1)
                if found[at - back] != word
            ),
        ]
    ]


def trigrams(text: str) -> list[str]:
    folded = text.lower().replace("é", "e")
    return [f" {token} "[at : at + 3] for token in folded.split() for at in range(len(token))]


@given(st.lists(TEXT, max_size=4))
def test_features_are_words_pairs_and_trigrams(texts: list[str]) -> None:
    keys, groups, firsts = found_in(texts)
    known: dict[object, int] = {}
    for text, first, last in zip(texts, firsts, firsts[1:], strict=False):
        for group, expected in ((WORDS, close(parts(text))), (TRIGRAMS, trigrams(text))):
            ours = keys[first:last][groups[first:last] == group].tolist()
            assert len(ours) == len(expected)
            for feature, key in zip(expected, ours, strict=True):
                assert known.setdefault((group, feature), key) == key
    assert len(set(known.values())) == len(known)


def found_in(texts: list[str]) -> tuple[np.ndarray, np.ndarray, list[int]]:
    ready, folded = foldable(Texts.of(texts))
    keys, groups, firsts = all_features(ready.data, ready.offsets, tables().classes, folded)
    return keys, groups, firsts.tolist()


ITEMS = ["return the largest number", "count the vowels in a word", "is the number a prime number"]


@pytest.mark.parametrize("text", ["find the biggest number of a list", "countVowels(word)", "zzz", ""])
def test_likeness_is_the_mean_cosine_of_the_two_groups(text: str) -> None:
    table = FeatureTable(Fingerprint.of(Benchmark.of("b", [(str(at), {"question": q}) for at, q in enumerate(ITEMS)])))
    items, scores = table.nearest(*foldable(Texts.of([text])), 3)
    found = dict(zip(items[0].tolist(), scores[0].tolist(), strict=True))
    # An item's text ends with a line break before its (empty) answer.
    for item, question in enumerate(ITEMS):
        expected = 0.5 * cosine(text, question, lambda one: close(parts(one))) + 0.5 * cosine(text, question, trigrams)
        assert found.get(item, 0.0) == pytest.approx(expected, abs=1e-5)
    assert scores[0].tolist() == sorted(scores[0].tolist(), reverse=True)


def cosine(text, question, features) -> float:
    frequencies = Counter(feature for one in ITEMS for feature in set(features(one)))
    common = {feature for one in COMMON.split() for other in COMMON.split() for feature in features(f"{one} {other}")}
    one, other = (vector(Counter(features(some)), frequencies, common) for some in (text, question))
    unknown = [feature for feature in features(text) if not frequencies[feature]]
    strange = STRANGE_WEIGHT * len(unknown) * (math.log(1 + len(ITEMS)) + 1) ** 2
    length = math.sqrt(sum(x * x for x in one.values()) + strange) * math.sqrt(sum(x * x for x in other.values()))
    return sum(weight * other.get(feature, 0) for feature, weight in one.items()) / length if length else 0.0


def vector(counts: Counter, frequencies: Counter, common: set) -> dict:
    return {
        feature: (1 + math.log(times))
        * (math.log((1 + len(ITEMS)) / (1 + frequencies[feature])) + 1)
        * (COMMON_WEIGHT if feature in common else 1)
        for feature, times in counts.items()
        if frequencies[feature]
    }
