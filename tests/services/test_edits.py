"""Pieces of a sample and what edits make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.sample import Form, Json, turns
from app.services.edits import pieces, revised
from app.services.errors import Invalid

CHAT: Json = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": "And now?"},
    ]
}
PREFERENCE: Json = {"messages": [{"role": "user", "content": "Why?"}], "chosen": "Because.", "rejected": "No."}
TOOLS: Json = {
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "url": "x.png"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]},
        {"role": "assistant", "content": "A cat."},
    ]
}
plain_text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))


@pytest.mark.parametrize(
    ("form", "content", "answer"),
    [
        (Form.CHAT, CHAT, 2),
        (Form.PREFERENCE, PREFERENCE, 1),
        (Form.TEXT, {"text": "All of it."}, 0),
        (Form.INSTRUCTION, {"system": "s", "prompt": "p", "context": "c", "response": "r"}, 3),
        (Form.CHAT, TOOLS, 2),
    ],
)
def test_one_piece_is_the_answer(form: Form, content: Json, answer: int) -> None:
    assert [piece.number for piece in pieces(form, content) if piece.is_answer] == [answer]


def test_what_is_not_plain_words_cannot_be_edited() -> None:
    assert [piece.is_editable for piece in pieces(Form.CHAT, TOOLS)] == [False, False, True]
    with pytest.raises(Invalid):
        revised(Form.CHAT, TOOLS, {0: "Look at this"})


@pytest.mark.parametrize("number", [-1, 4, 99])
def test_unknown_piece_is_refused(number: int) -> None:
    with pytest.raises(Invalid):
        revised(Form.CHAT, CHAT, {number: "words"})


def test_emptied_answer_is_refused() -> None:
    with pytest.raises(Invalid):
        revised(Form.PREFERENCE, PREFERENCE, {1: " \n"})


def test_original_is_not_touched() -> None:
    before = revised(Form.CHAT, CHAT, {2: "Hello there.", 3: "What now?"})

    assert CHAT["messages"][2]["content"] == "Hi."
    assert before is not None
    assert [turn.text for turn in turns(Form.CHAT, before)] == ["Be kind.", "Hello?", "Hello there.", "What now?"]


@given(plain_text, plain_text)
def test_edit_changes_that_piece_and_no_other(old: str, new: str) -> None:
    content: Json = {"prompt": "Why?", "response": old, "context": "A note."}
    plain = new.replace("\r\n", "\n").replace("\r", "\n")
    if not new.strip() and plain != old.replace("\r\n", "\n").replace("\r", "\n"):
        with pytest.raises(Invalid):
            revised(Form.INSTRUCTION, content, {2: new})
        return

    result = revised(Form.INSTRUCTION, content, {0: "Why?", 2: new})

    if result is not None:
        assert result == {**content, "response": plain}


@given(plain_text)
def test_what_a_browser_sends_back_unchanged_is_no_edit(text: str) -> None:
    sent = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")

    assert revised(Form.TEXT, {"text": text}, {0: sent}) is None
