"""The compiled words are the words of `app.curation.text`, in any script."""

from itertools import chain

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from app.curation.text import comparable, words
from app.curation.texts import Texts
from app.curation.words import Words

ANY = st.text(
    st.one_of(st.sampled_from("aB'’ 中ไéİßΣ½™…ﬁ\u0301\u093f\u1100\u116109१²\n"), st.characters()), max_size=40
)
_HASHES: dict[str, int] = {}


def spelled(found: Words) -> list[list[str]]:
    places = [range(found.firsts[text], found.firsts[text + 1]) for text in range(len(found.texts))]
    raw = found.texts.data.tobytes()
    return [[raw[found.starts[i] : found.ends[i]].decode("utf-8", "surrogatepass") for i in some] for some in places]


@given(st.lists(ANY, max_size=4))
def test_words_are_those_of_the_regular_expression(texts: list[str]) -> None:
    assert spelled(Words.of(Texts.of(texts))) == [words(text) for text in texts]


@given(st.lists(ANY, max_size=4), st.booleans())
def test_compared_words_are_those_of_the_comparable_text(texts: list[str], ignore_numbers: bool) -> None:
    found = Words.compared(Texts.of(texts), ignore_numbers=ignore_numbers)
    expected = [words(comparable(text, ignore_numbers=ignore_numbers)) for text in texts]
    assert found.counts.tolist() == list(map(len, expected))
    for word, value in zip(chain.from_iterable(expected), found.hashes.tolist(), strict=True):
        assert _HASHES.setdefault(word, value) == value
    assert len(set(_HASHES.values())) == len(_HASHES)


@given(st.lists(ANY, min_size=1, max_size=4))
def test_words_do_not_depend_on_the_texts_beside_them(texts: list[str]) -> None:
    found = Words.compared(Texts.of(["\u0928\u092e\u0938\u094d\u0924\u0947", *texts]))
    alone = [Words.compared(Texts.of([text])).hashes.tolist() for text in texts]
    assert [found.hashes[found.firsts[row + 1] : found.firsts[row + 2]].tolist() for row in range(len(texts))] == alone


@given(st.lists(st.tuples(ANY, ANY, st.booleans()), max_size=6))
def test_words_of_changed_texts_are_those_of_all_of_them(pairs: list[tuple[str, str, bool]]) -> None:
    before, texts = [one for one, _, _ in pairs], Texts.of([other if new else one for one, other, new in pairs])
    rows = np.array([row for row, (_, _, new) in enumerate(pairs) if new], np.int64)
    found, expected = Words.of(Texts.of(before)).changed(texts, rows), Words.of(texts)
    for name in ("hashes", "starts", "ends", "firsts", "singles"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


def test_singles_are_characters_of_scripts_without_spaces() -> None:
    assert Words.of(Texts.of(["两个 words", "ไทย", ""])).singles.tolist() == [2, 3, 0]


@given(st.lists(ANY, max_size=6))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    found = Texts.of(texts)
    assert [found[row] for row in range(len(found))] == texts
    rows = np.arange(len(texts))[::-1].copy()
    assert [found.take(rows)[row] for row in range(len(rows))] == texts[::-1]


def test_arrow_buffers_are_read_where_they_are() -> None:
    array = pa.array(["no", "é", None, "end"], pa.large_string())[1:]
    found = Texts.of_arrow(array)
    assert [found[row] for row in range(len(found))] == ["é", "", "end"]
    assert spelled(Words.of(found)) == [["é"], [], ["end"]]
