"""Marks in formatted text: where they belong, whatever the formatting, and no word lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.marks import Mark
from app.web.marking import Marks
from app.web.material import material, visible, words
from app.web.weaving import woven

PATH = ("response",)


def weave(text: str, *wanted: str) -> str:
    marks = [
        Mark("rule", str(number), f"Rule {number}", PATH, text.index(one), text.index(one) + len(one))
        for number, one in enumerate(wanted)
    ]
    return str(woven(Marks(marks), PATH, text, material(text)))


def marked(rendered: str) -> list[str]:
    """What a person reads in each mark."""
    clean = re.sub(r'<span class="mark-n".*?: </span></span>', "", rendered)
    return [visible(one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", clean)]


@pytest.mark.parametrize(("text", "wanted", "read"), [
    ("Mail **anna@reed.example** now", "anna@reed.example", ["anna@reed.example"]),
    ("Call **Anna** Reed & co", "Anna** Reed", ["Anna", " Reed"]),
    ("1. one\n2. two 22\n3. three", "two 22", ["two 22"]),
    ("1. one\n2. two", "one\n2. two", ["one", "two"]),
    ("x < y & z > w", "y & z", ["y &amp; z"]),
    ("a\u200bb then c", "then c", ["then c"]),
    ("# Dose\n\n```python\nreturn 'two'\n```", "return 'two", ["return", " ", "'two"]),
    ("قال أحمد 48 ثم", "أحمد 48", ["أحمد 48"]),
])  # fmt: skip
def test_marks_stand_where_the_words_are(text: str, wanted: str, read: list[str]) -> None:
    rendered = weave(text, wanted)

    assert [one for one in marked(rendered) if one.strip()] == [
        one.replace("&amp;", "&") for one in read if one.strip()
    ]
    assert rendered.count('class="mark-n"') == 1


def test_the_formatting_stays() -> None:
    assert weave("Wait **48** hours", "48") == (
        '<p dir="auto">Wait <strong><mark><span class="mark-n" id="mark-1-1" tabindex="-1">'
        '<span aria-hidden="true">1</span><span class="off">Rule 0: </span></span>48</mark></strong> hours</p>\n'
    )


def test_overlapping_marks_are_told_apart() -> None:
    rendered = weave("one two *three* four", "one two *three", "two *three* four")

    assert rendered.count('<mark class="several">') == 2
    assert rendered.count('id="mark-1-1"') == rendered.count('id="mark-2-1"') == 1


def test_a_mark_without_letters_is_shown_in_plain_text() -> None:
    rendered = weave("What **now** !!!!", "!!!!")

    assert "**now**" in rendered
    assert marked(rendered) == ["!!!!"]


pieces = st.sampled_from([
    "# ", "* ", "- ", "1. ", "> ", "```py\n", "```\n", "**", "*", "`", "[", "](", ")", "<", "|", "|-|\n", "\n", "\n\n", "a",
    "word ", "7", "&amp;", "\u200b", "é", "ق", "\t", "'x' ",
])  # fmt: skip


@given(st.lists(pieces, max_size=40).map("".join), st.data())
def test_no_word_is_lost_or_moved_and_exactly_the_meant_letters_are_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    rendered = woven(
        Marks([Mark("rule", "a", "A", PATH, start, end)] if end > start else []), PATH, text, material(text)
    )
    clean = re.sub(r'<span class="mark-n".*?: </span></span>|<span class="unseen">[^<]*</span>', "", str(rendered))

    assert words(visible(clean)) == words(text)
    assert words(visible("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", clean, re.DOTALL)))) in words(text[start:end])
    if not re.search(r"\d", text):  # the number of a list's item stands in its tag, where no mark can lie
        assert words(visible("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", clean, re.DOTALL)))) == words(
            text[start:end]
        )
