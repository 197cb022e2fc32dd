"""Turns of a conversation added, removed, split and merged."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation import retelling
from app.curation.retelling import Impossible, Told, add, merge, remove, restore, retold, split, told
from app.curation.sample import Form, Json, Turn, turns
from app.curation.text import words

CHAT: Json = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello?", "name": "Pat"},
        {"role": "assistant", "content": "Hi there.\n\nHuman: And then?\n\n    Code", "weight": 1},
    ],
    "topic": "greeting",
}
TOOLS: Json = {
    "messages": [
        {"role": "user", "content": "Look"},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]},
        {"role": "tool", "content": "A cat", "tool_call_id": "1"},
        {"role": "assistant", "content": "It is a cat."},
        {"role": "user", "content": "Sure?"},
        {"role": "assistant", "content": "Yes."},
    ]
}
plain_text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"))


def said(now: list[Told]) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in now]


@given(plain_text, st.integers(0, 400))
def test_split_then_merge_gives_the_same_words(text: str, cursor: int) -> None:
    now = [Told(0, "user", "Why?"), Told(1, "assistant", text)]
    try:
        parted = split(now, 1, cursor)
    except Impossible:
        return

    assert len(parted) == 3
    assert [words(turn.text) for turn in parted[1:]] != [words(text), []]
    again = merge(parted, 1)
    assert words(again[1].text) == words(text)
    assert "".join(again[1].text.split()) == "".join(text.split()), "no sign is lost either"
    assert again[1].origin == 1


@given(st.data())
def test_no_edit_touches_the_original_or_loses_a_field(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([CHAT, TOOLS]))
    before, now = copy.deepcopy(content), told(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(-1, len(now)))
        do = data.draw(st.sampled_from([add, remove, merge, lambda now, at: split(now, at, 3), lambda now, at: restore(content, now, at)]))  # fmt: skip
        try:
            now = do(now, at)
        except Impossible:
            continue
    again = retelling.read(
        content,
        retelling.layout(now),
        {place: turn.role for place, turn in enumerate(now)},
        {place: turn.text for place, turn in enumerate(now)},
    )
    assert again == now, "a form carries the conversation without a loss"
    try:
        result = retold(content, now)
    except Impossible:
        result = content

    assert content == before
    assert list(turns(Form.CHAT, result))
    for turn, message in zip(now, result["messages"], strict=False):
        if result is not content and turn.origin is not None:
            original = content["messages"][turn.origin]
            assert {**message, "content": 0, "role": 0} == {**original, "content": 0, "role": 0}


def test_split_at_the_cursor_keeps_fields_with_the_first_half() -> None:
    now = split(told(CHAT), 2, CHAT["messages"][2]["content"].index("Human"))

    assert said(now)[2:] == [("assistant", "Hi there."), ("assistant", "Human: And then?\n\n    Code")]
    now[3] = now[3]._replace(role="user", text="And then?")
    result = retold(CHAT, [*now, Told(None, "assistant", "Then we part.")])
    assert result["messages"][2] == {"role": "assistant", "content": "Hi there.", "weight": 1}
    assert result["messages"][3:] == [
        {"role": "user", "content": "And then?"},
        {"role": "assistant", "content": "Then we part."},
    ]
    assert result["topic"] == "greeting"
    assert len(CHAT["messages"]) == 3


def test_split_without_a_cursor_is_at_the_first_blank_line() -> None:
    assert said(split(told(CHAT), 2, None))[2:] == [("assistant", "Hi there."), ("assistant", "Human: And then?\n\n    Code")]


def test_split_never_cuts_a_word() -> None:
    assert said(split([Told(0, "user", "one two's 医生")], 0, 6)) == [("user", "one"), ("user", "two's 医生")]
    assert said(split([Told(0, "user", "one two's 医生")], 0, 11)) == [("user", "one two's 医"), ("user", "生")]


@pytest.mark.parametrize(("at", "cursor"), [(1, None), (1, 0), (1, 3), (1, 99), (0, None), (9, 1), (-1, 1)])
def test_split_that_leaves_nothing_is_refused(at: int, cursor: int | None) -> None:
    with pytest.raises(Impossible):
        split(told(CHAT), at, cursor)


def test_what_is_more_than_words_is_neither_split_nor_merged() -> None:
    for refused in (lambda: split(told(TOOLS), 1, 1), lambda: merge(told(TOOLS), 0), lambda: merge(told(TOOLS), 1), lambda: merge(told(CHAT), 1)):  # fmt: skip
        with pytest.raises(Impossible):
            refused()


def test_added_turn_is_of_whoever_speaks_next() -> None:
    assert add(told(CHAT), 1)[2].role == "assistant"
    assert add(told(CHAT), 2)[3].role == "user"
    assert add(told(CHAT), -1)[0].role == "user"
    assert add(told(TOOLS), -1)[0].role == "system"


def test_removed_turn_can_be_put_back() -> None:
    now = remove(remove(told(TOOLS), 4), 4)
    assert said(restore(TOOLS, restore(TOOLS, now, 5), 4)) == said(told(TOOLS))
    with pytest.raises(Impossible):
        restore(TOOLS, now, 0)


def test_only_turn_stays() -> None:
    with pytest.raises(Impossible):
        remove([Told(0, "user", "Why?")], 0)


@pytest.mark.parametrize(("content", "kept", "word"), [
    (CHAT, [0, 1], "end with an answer"),
    (CHAT, [0, 2], "begin with a question"),
    (TOOLS, [0, 1, 2, 3, 5], "one after the other"),
    (TOOLS, [0, 2, 3, 4, 5], "lost the call"),
    (TOOLS, [0, 1, 3, 4, 5], "lost its result"),
])  # fmt: skip
def test_conversation_that_training_would_stumble_over_is_refused(content: Json, kept: list[int], word: str) -> None:
    with pytest.raises(Impossible, match=word):
        retold(content, [told(content)[number] for number in kept])


def test_instruction_stands_at_the_beginning() -> None:
    with pytest.raises(Impossible, match="at the beginning"):
        retold(CHAT, [*told(CHAT), Told(None, "system", "Be kind."), Told(None, "assistant", "I am.")])


def test_faults_of_the_original_are_not_the_editors() -> None:
    unfinished: Json = {"messages": [{"role": "user", "content": "Hello?"}, {"role": "user", "content": "Anyone?"}]}
    now = told(unfinished)
    now[0] = now[0]._replace(text="Hello!")

    assert retold(unfinished, now)["messages"][0]["content"] == "Hello!"


@pytest.mark.parametrize(("layout", "roles"), [("0,0", {}), ("1,0", {}), ("9", {}), ("x", {}), ("0,+", {}), ("+", {0: "tool"}), ("0,1,2", {1: "nurse"})])  # fmt: skip
def test_form_that_makes_no_sense_is_refused(layout: str, roles: dict[int, str]) -> None:
    with pytest.raises(Impossible):
        retelling.read(CHAT, layout, roles, {})


@pytest.mark.parametrize(("after", "pairs"), [
    ("ab", [(0, 0), (1, 1)]),
    ("axb", [(0, 0), (None, 1), (1, 2)]),
    ("a", [(0, 0), (1, None)]),
    ("acd", [(0, 0), (1, 1), (None, 2)]),
    ("cabd", [(None, 0), (0, 1), (1, 2), (None, 3)]),
])  # fmt: skip
def test_turns_find_what_became_of_them(after: str, pairs: list[Any]) -> None:
    def as_turns(letters: str) -> list[Turn]:
        return [Turn(("messages", at, "content"), f"r{len(letters)}", letter) for at, letter in enumerate(letters)]

    same_roles = [Turn(turn.path, "r", turn.text) for turn in as_turns(after)]
    assert retelling.aligned([Turn(turn.path, "r", turn.text) for turn in as_turns("ab")], same_roles) == pairs
