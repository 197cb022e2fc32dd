"""Word sequences of many texts at once give what a slow count of each text alone gives."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.ngrams import Tokens, repeated_share, top_share

TEXTS = st.lists(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=12), min_size=1, max_size=5)


def sequences(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


@given(TEXTS, st.integers(2, 4))
def test_shares_are_those_of_each_text_alone(texts: list[list[str]], n: int) -> None:
    tokens = Tokens(texts)
    top, repeated = top_share(tokens, n), repeated_share(tokens, n)
    for row, words in enumerate(texts):
        total = max(1, sum(map(len, words)))
        again = {found: count for found, count in Counter(sequences(words, n)).items() if count > 1}
        most = max((len("".join(found)) * count for found, count in again.items()), default=0)
        assert top[row] == pytest.approx(min(1.0, most / total))
        assert repeated[row] == pytest.approx(sum(len(words[at]) for at in covered(words, n)) / total)


def covered(words: list[str], n: int) -> set[int]:
    """Places of words that lie in a second or later copy."""
    seen: set[tuple[str, ...]] = set()
    places: set[int] = set()
    for at, found in enumerate(sequences(words, n)):
        places |= set(range(at, at + n)) if found in seen else set()
        seen.add(found)
    return places
