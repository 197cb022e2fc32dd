"""Sentences, lines and paragraphs as arrays are those that regular expressions find."""

from collections import Counter
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.kernels import pieces as kernel
from app.curation.pieces import Layout, Pieces, recurrence
from app.curation.text import sentences
from app.curation.texts import Texts

ANY = st.text(st.one_of(st.sampled_from("aab1=.!。 \n\n\t-é中\u2028\r"), st.characters()), max_size=40)


def spelled(texts: Texts, found: Pieces) -> list[list[str]]:
    raw = texts.data.tobytes()
    places = [range(found.firsts[text], found.firsts[text + 1]) for text in range(len(texts))]
    return [[raw[found.starts[i] : found.ends[i]].decode("utf-8", "surrogatepass") for i in some] for some in places]


@given(st.lists(ANY, max_size=4))
def test_sentences_are_those_of_the_regular_expression(texts: list[str]) -> None:
    raw = Texts.of(texts)
    assert spelled(raw, Layout(raw).sentences) == [sentences(text) for text in texts]


@given(st.lists(ANY, max_size=4))
def test_lines_and_paragraphs_stand_between_line_breaks(texts: list[str]) -> None:
    raw = Texts.of(texts)
    layout = Layout(raw)
    lines = [[line for line in map(str.strip, text.split("\n")) if line] for text in texts]
    assert spelled(raw, layout.lines) == lines
    groups = [groupby(text.split("\n"), lambda line: bool(line.strip())) for text in texts]
    paragraphs = [["\n".join(some).strip() for holds, some in group if holds] for group in groups]
    assert spelled(raw, layout.paragraphs) == paragraphs


@given(st.lists(st.sampled_from(["a b", "c", "d!", "---"]), max_size=30))
def test_what_comes_again_is_counted_as_by_hand(lines: list[str]) -> None:
    found = recurrence(Layout(Texts.of(["\n".join(lines)])).lines)
    counted = [line for line in lines if line != "---"]
    copies = Counter(counted)
    assert found.share[0] == pytest.approx(1 - len(copies) / len(counted) if counted else 0)
    if counted:
        assert found.characters[0] == pytest.approx(1 - sum(map(len, copies)) / sum(map(len, counted)))
        assert found.copies[0] == max(copies.values())
        assert found.run[0] == max(len(list(run)) for line, run in groupby(lines) if line != "---")


def test_weights_divide_copies_and_runs() -> None:
    pieces = Layout(Texts.of(["a\n" * 9])).lines
    found = recurrence(pieces, np.full(9, 4))
    assert (found.copies[0], found.run[0], found.share[0]) == (2, 2, pytest.approx(8 / 9))


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("- one", kernel.IS_ITEM),
        ("• one", kernel.IS_ITEM),
        ("(a) one", kernel.IS_ITEM),
        ("12: one", kernel.IS_ITEM),
        ("x = 1", kernel.HAS_MATHS),
        ("one", kernel.HAS_LETTER),
    ],
)
def test_flags(text: str, flag: int) -> None:
    assert Layout(Texts.of([text])).sentences.has(flag)[0]
    assert not Layout(Texts.of(["…"])).sentences.has(flag)[0]


@pytest.mark.parametrize("text", ["four. two", "word one", "1234. one", "a"])
def test_what_is_no_list_item(text: str) -> None:
    assert not Layout(Texts.of([text])).sentences.has(kernel.IS_ITEM)[0]
