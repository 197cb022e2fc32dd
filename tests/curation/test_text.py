"""Words and their comparable form, in many scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.text import comparable, lines, sentences, without_code, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't stop, 3.5 times!", ["Don't", "stop", "3", "5", "times"]),
        ("你好world这是测试", ["你", "好", "world", "这", "是", "测", "试"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("مَرْحَبًا بالعالم", ["مَرْحَبًا", "بالعالم"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("한국어 단어", ["한국어", "단어"]),
        ("n’est-ce pas", ["n’est", "ce", "pas"]),
        ("👍🏽 ok", ["ok"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_words_are_pieces_of_the_text_in_order(text: str) -> None:
    place = 0
    for word in words(text):
        place = text.index(word, place) + len(word)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_has_the_same_words_with_a_letter_beyond_ascii(text: str) -> None:
    assert words(f"{text} é")[:-1] == words(text)


@given(st.text())
def test_comparing_twice_changes_nothing(text: str) -> None:
    once = comparable(text)
    assert comparable(once) == once


def test_case_accents_and_numbers_can_be_ignored() -> None:
    assert comparable("ÉTÉ 2024, Straße", ignore_numbers=True) == "ete 0, strasse"
    assert comparable("5 plus 7") != comparable("5 plus 8")


def test_code_is_left_out_even_when_it_never_ends() -> None:
    assert without_code("Before\n```python\nx = 1\n```\nafter").split() == ["Before", "after"]
    assert without_code("Before\n```\nx = 1\n").split() == ["Before"]


def test_lines_and_sentences() -> None:
    assert lines(" a \n\n b") == ["a", "b"]
    assert sentences("One. Two! 三。四\n- five") == ["One.", "Two!", "三。", "四", "- five"]
