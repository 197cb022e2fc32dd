"""The compiled look-up of word sequences does what a dictionary of tuples does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.curation.kernels.keys import all_sequences, known_sequences, slots_of, squashed_keys
from app.curation.text import comparable, words
from app.curation.texts import Texts
from app.curation.words import Words

SMALL = st.lists(st.text(st.sampled_from("ab c"), max_size=40), max_size=5)
ODD = st.text(st.sampled_from("aB 'é中ß½.\n’1"), max_size=12)


def firsts_of(lists: list[list[str]]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(some) for some in lists], dtype=np.int64)]).astype(np.int64)


@given(SMALL, SMALL, st.integers(1, 4))
def test_sequences_are_found_where_a_dictionary_finds_them(known: list[str], texts: list[str], n: int) -> None:
    ours = Words.compared(Texts.of(known))
    keys = np.unique(all_sequences(ours.hashes, ours.firsts, n)[0])
    found = Words.compared(Texts.of(texts))
    starts, places = known_sequences(found.hashes, found.firsts, n, slots_of(keys), keys)
    grams = {gram for text in known for gram in _grams(words(text), n)}
    flat = [word for text in texts for word in words(text)]
    expected = [
        int(first) + at
        for text, first in zip(texts, found.firsts, strict=False)
        for at, gram in enumerate(_grams(words(text), n))
        if gram in grams
    ]
    assert starts.tolist() == expected
    same = {tuple(flat[start : start + n]): place for start, place in zip(starts, places, strict=True)}
    assert len(set(same.values())) == len(same)


def _grams(some: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(some[at : at + n]) for at in range(len(some) - n + 1)]


@given(st.lists(ODD, max_size=6))
def test_squashed_keys_are_equal_for_equal_letters_and_digits(texts: list[str]) -> None:
    found = Words.compared(Texts.of(texts))
    keys = squashed_keys(found.texts.data, found.starts, found.ends, found.firsts, found.folded).tolist()
    squashed = ["".join(words(comparable(text))).replace("'", "") for text in texts]
    for one, same in zip(squashed, keys, strict=True):
        assert [key == same for key in keys] == [one == other for other in squashed]
