"""Marks in a sample's text: nothing is lost, nothing becomes markup, and each mark says why it is there."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from app.services.marks import Mark
from app.web.marking import LINKED, Marks

ANSWER = ("response",)


def mark(start: int, end: int, code: str = "a", about: str = "rule", path=ANSWER) -> Mark:
    return Mark(about, code, code.upper(), path, start, end)


def read(marked: str) -> str:
    """What a person reads: without the marks' numbers and titles."""
    text = re.sub(r'<span class="mark-n".*?: </span></span>', "", marked)
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_mark_has_a_number_and_a_name():
    found = Marks([mark(4, 8)]).text(ANSWER, "It's <b> bad")
    assert "It&#39;s <mark>" not in found
    assert '<span class="off">A: </span></span>' in found
    assert read(found) == "It's <b> bad"


def test_overlapping_marks_are_told_apart():
    found = str(Marks([mark(0, 6), mark(3, 9, "b")]).text(ANSWER, "abcdefghij"))
    pieces = re.findall(r"<mark( class=\"several\")?>(.*?)</mark>", found)
    assert [(bool(several), read(piece)) for several, piece in pieces] == [
        (False, "abc"), (True, "def"), (False, "ghi"),
    ]  # fmt: skip
    assert found.count('id="mark-1-1"') == found.count('id="mark-2-1"') == 1


def test_kinds_are_numbered_in_order_and_places_are_counted():
    marks = Marks([mark(0, 1, "b"), mark(2, 3, "a"), mark(4, 5, "b"), mark(0, 2, "b", "person")])
    assert [(kind.number, kind.code, kind.about, kind.places) for kind in marks.kinds] == [
        (1, "b", "rule", 2), (2, "a", "rule", 1), (3, "b", "person", 1),
    ]  # fmt: skip
    assert marks.kind("rule", "a") == marks.kinds[1]
    assert marks.kind("person", "a") is None
    assert len(Marks([mark(at, at + 1) for at in range(20)]).kinds[0].links) == LINKED


def test_marks_of_one_turn_are_not_on_another():
    marks = Marks([mark(0, 1)])
    assert marks.on(ANSWER)
    assert not marks.on(("prompt",))
    assert "<mark" not in marks.text(("prompt",), "abc")


@given(
    st.text(alphabet="ab<&>\"' \n\u0301", max_size=40),
    st.lists(st.tuples(st.integers(-2, 45), st.integers(-2, 45), st.sampled_from("xyz"))),
)
def test_no_letter_is_lost_and_nothing_becomes_markup(text, spans):
    marks = Marks([mark(start, end, code) for start, end, code in spans])
    found = str(marks.text(ANSWER, text))
    assert read(found) == text
    assert set(re.findall(r"</?(\w+)", found)) <= {"div", "mark", "span"}
