"""Training signal from decisions: edits, rejections, preferences and rankings become pairs and good or bad answers."""

from typing import Any

import pytest

from app.curation.exporter import Unsuitable
from app.curation.sample import Json, Sample
from tests.curation.exporters.examples import ASKED, CHOICE, TALK, message, row, rows
from tests.curation.samples import chat, instruction, preference


def pair(prompt: list[Json], chosen: str, rejected: str) -> Json:
    return {"prompt": prompt, "chosen": [message("assistant", chosen)], "rejected": [message("assistant", rejected)]}


def test_the_edited_words_are_better_than_the_original_ones() -> None:
    edited = instruction("Add.", "3", context="1 2")
    assert rows("preference", edited, original=instruction("Add.", "4", context="1 2").content) == [
        pair([message("user", "Add.\n\n1 2")], "3", "4")
    ]


def test_an_edit_in_the_middle_makes_a_pair_there() -> None:
    original = chat("Hi", "What?", "Bye", "See you", system="Be kind.")
    assert row("preference", TALK, original=original.content) == pair(TALK.content["messages"][:2], "Hello", "What?")


@pytest.mark.parametrize(
    "original",
    [instruction("Subtract.", "3", context="1 2"), instruction("Subtract.", "4", context="1 2")],
    ids=["question", "both"],
)
def test_an_edit_that_is_not_of_the_answer_alone_makes_no_pair(original: Sample) -> None:
    with pytest.raises(Unsuitable, match="The edit changed the question"):
        rows("preference", ASKED, original=original.content)


def test_what_nobody_edited_makes_no_pair() -> None:
    with pytest.raises(Unsuitable, match="Nobody edited"):
        rows("preference", ASKED)
    with pytest.raises(Unsuitable, match="Nobody edited"):
        rows("preference", ASKED, original=ASKED.content)


@pytest.mark.parametrize(
    ("said", "expected"), [(None, ("This.", "That.")), ("first", ("This.", "That.")), ("second", ("That.", "This."))]
)
def test_reviewers_may_turn_a_pair_round(said: str | None, expected: tuple[str, str]) -> None:
    answers = {"better": said} if said else {}
    assert row("preference", CHOICE, answers=answers) == pair([message("user", "Which?")], *expected)


@pytest.mark.parametrize("said", ["equal", "both_bad"])
def test_two_answers_of_which_none_is_better_make_no_pair(said: str) -> None:
    with pytest.raises(Unsuitable, match="neither"):
        rows("preference", CHOICE, answers={"better": said})


LISTS: list[Any] = [
    {"responses": ["a", "b", "c"]},
    {"completions": [{"text": "a"}, {"response": "b"}, {"content": "c"}]},
    {"candidates": {"Answer 1": "a", "Answer 2": "b", "Answer 3": "c"}},
    {"outputs": [{"name": "Answer 3", "text": "c"}, {"name": "Answer 1", "text": "a"}, {"model": "Answer 2", "text": "b"}]},
    {"Answer 1": "a", "answer 2": "b", "Answer 3": "c"},
]


@pytest.mark.parametrize("metadata", LISTS)
def test_a_ranking_makes_a_pair_of_every_two_places(metadata: Json) -> None:
    sample = instruction("Which?", "a")
    sample.metadata |= metadata
    ranking = [["Answer 2"], ["Answer 1", "Answer 3"]]
    before = [message("user", "Which?")]
    found = rows("preference", sample, answers={"order": ranking, "tone": ["kind"]})
    assert found == [pair(before, "b", "a"), pair(before, "b", "c")]


def test_letters_name_the_entries_of_a_list() -> None:
    sample = chat("Which?")
    sample.metadata["responses"] = ["a", "b"]
    assert rows("preference", sample, answers={"order": [["B"], ["A"]]}) == [pair([message("user", "Which?")], "b", "a")]


def test_a_ranking_of_what_the_record_does_not_hold_is_refused() -> None:
    with pytest.raises(Unsuitable, match="no text for “Answer 9”"):
        rows("preference", ASKED, answers={"order": [["Answer 9"], ["Answer 1"]]})


def kto(answer: str, label: bool) -> Json:
    return {"prompt": [message("user", "Add.")], "completion": [message("assistant", answer)], "label": label}


def test_approved_is_good_and_rejected_is_bad() -> None:
    sample = instruction("Add.", "3")
    assert rows("kto", sample) == [kto("3", True)]
    assert rows("kto", sample, approved=False) == [kto("3", False)]


def test_an_edited_sample_is_good_and_its_original_bad() -> None:
    sample = instruction("Add.", "3")
    assert rows("kto", sample, original=instruction("Add.", "4").content) == [kto("3", True), kto("4", False)]
    assert rows("kto", sample, original=instruction("Subtract.", "4").content) == [kto("3", True)]
    assert rows("kto", sample, original=instruction("Add.", " ").content) == [kto("3", True)]
    assert rows("kto", sample, original=instruction("Add.", "4").content, approved=False) == [kto("3", False)]


def test_of_two_answers_the_chosen_one_is_good() -> None:
    found = rows("kto", preference("Add.", "3", "4"))
    assert found == [kto("3", True), kto("4", False)]
    with pytest.raises(Unsuitable, match="neither"):
        rows("kto", preference("Add.", "3", "4"), approved=False)
