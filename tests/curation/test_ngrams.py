"""Word sequences of many texts at once give what a slow count of each text alone gives."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.ngrams import repeated_shares
from app.curation.texts import Texts
from app.curation.words import Words

TEXTS = st.lists(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=24), min_size=1, max_size=5)


def sequences(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def top_share(words: list[str], n: int) -> float:
    again = {found: count for found, count in Counter(sequences(words, n)).items() if count > 1}
    most = max((len("".join(found)) * count for found, count in again.items()), default=0)
    return min(1.0, most / max(1, sum(map(len, words))))


def repeated_share(words: list[str], n: int) -> float:
    seen: set[tuple[str, ...]] = set()
    covered: set[int] = set()
    for at, found in enumerate(sequences(words, n)):
        covered |= set(range(at, at + n)) if found in seen else set()
        seen.add(found)
    return sum(len(words[at]) for at in covered) / max(1, sum(map(len, words)))


@given(TEXTS)
def test_shares_are_those_of_each_text_alone(texts: list[list[str]]) -> None:
    found = repeated_shares(Words.of(Texts.of([" ".join(words) for words in texts])))
    assert list(found) == list(range(2, 11))
    for n, shares in found.items():
        slow = top_share if n < 5 else repeated_share
        assert shares.tolist() == pytest.approx([slow(words, n) for words in texts])
