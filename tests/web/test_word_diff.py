"""Differences between two texts, in words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.word_diff import changes, counts, word_diff


@pytest.mark.parametrize(("before", "after", "html"), [
    ("Wait 24 hours", "Wait 48 hours", "Wait <del>24</del><ins>48</ins> hours"),
    ("Rest.", "Rest.", "Rest."),
    ("", "New", "<ins>New</ins>"),
    ("Old", "", "<del>Old</del>"),
    ("1 < 2", "1 < 3", "1 &lt; <del>2</del><ins>3</ins>"),
    ("one two", "one\ntwo", "one<del> </del><ins>↵\n</ins>two"),
    ("停药一天", "停药两天", "停药<del>一</del><ins>两</ins>天"),
    ("a b", "a \u202eb", 'a <del>b</del><ins><span class="unseen">right-to-left override</span>b</ins>'),
])  # fmt: skip
def test_words_in_and_out_are_marked(before: str, after: str, html: str) -> None:
    assert word_diff(before, after) == html


def test_words_are_counted() -> None:
    assert counts("Wait 24 hours then rest", "Wait at least 48 hours then") == (3, 2)


@given(st.text(alphabet="ab \n\r."), st.text(alphabet="ab \n\r."))
def test_both_texts_can_be_read_from_the_difference(before: str, after: str) -> None:
    found = list(changes(before, after))

    assert "".join(text for kind, text in found if kind != "insert") == before.replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(text for kind, text in found if kind != "delete") == after.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(("before", "after"), [
    ("a b " * 50_000, "b a " * 50_000), ("x" * 1_000_000, "y" * 1_000_000),
    (" ".join(map(str, range(50_000))), " ".join(map(str, range(50_000, 0, -1)))), ("a b " * 1_000, "b a " * 1_000),
])  # fmt: skip
def test_long_texts_are_compared_in_time(before: str, after: str) -> None:
    started = time.perf_counter()
    word_diff(before, after)

    assert time.perf_counter() - started < 5
