"""Keys of answers: all different, and none that the desk uses itself."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.resources import resource
from app.services.keys import ACTIONS
from app.web.dock_keys import DIGITS, LETTERS, Wanted, allocate

ONE_KEY = re.compile(r"""data-key="([^"{]+)\"""")
SCALE = st.tuples(st.integers(0, 4), st.integers(2, 6)).map(lambda ends: Wanted(ends[1], tuple(str(at) for at in range(ends[0], ends[0] + ends[1]))))
QUESTIONS = st.lists(st.integers(1, 20).map(Wanted) | SCALE, max_size=9)


def test_the_desk_uses_no_key_of_the_answers() -> None:
    """Where this fails: give the new control another key, or take its letter out of LETTERS."""
    used: dict[str, str] = {}
    for page in sorted(Path(str(resource("templates"))).glob("*review*.html")):
        used |= dict.fromkeys(ONE_KEY.findall(page.read_text()), page.name)

    assert {"escape", "ctrl+enter"} <= used.keys(), "the pages were read"
    used |= {action.key: action.title for action in ACTIONS}
    assert {key: page for key, page in used.items() if key in LETTERS + DIGITS} == {}
    assert len(set(LETTERS)) == len(LETTERS)


@given(QUESTIONS)
def test_no_two_answers_share_a_key(questions: list[Wanted]) -> None:
    found = list(allocate(questions))
    given_ = [key for keys in found for key in keys]

    assert len(given_) == len(set(given_))
    assert set(given_) <= set(LETTERS + DIGITS)
    assert [len(keys) in (0, question.count) for keys, question in zip(found, questions, strict=True)] == [True] * len(questions)


@given(QUESTIONS)
def test_same_questions_always_get_the_same_keys(questions: list[Wanted]) -> None:
    assert list(allocate(questions)) == list(allocate(questions))


def test_digits_go_on_while_a_question_fits_and_letters_follow() -> None:
    assert list(allocate([Wanted(3), Wanted(3), Wanted(5), Wanted(4)])) == [
        ("1", "2", "3"), ("4", "5", "6"), ("q", "w", "t", "y", "i"), ("7", "8", "9", "0"),
    ]  # fmt: skip


def test_points_of_a_scale_keep_their_own_digit_or_get_letters() -> None:
    scale = Wanted(5, ("1", "2", "3", "4", "5"))

    assert list(allocate([scale, Wanted(3)])) == [("1", "2", "3", "4", "5"), ("6", "7", "8")]
    assert list(allocate([Wanted(3), scale])) == [("1", "2", "3"), ("q", "w", "t", "y", "i")]


def test_where_too_few_are_left_a_question_has_none() -> None:
    assert list(allocate([Wanted(10), Wanted(10), Wanted(2), Wanted(1)]))[2:] == [(), ("b",)]


def test_keys_that_a_person_has_chosen_are_left_alone() -> None:
    assert list(allocate([Wanted(2), Wanted(9)], taken={"q", "2"})) == [
        ("1", "3"), ("w", "t", "y", "i", "o", "p", "d", "h", "l"),
    ]  # fmt: skip
