"""A document is read by a child process: what it tells arrives, and a child that dies or hangs is a refusal."""

from pathlib import Path

import pytest

from app.curation.documents import wire
from app.curation.documents.document import Block, BlockKind, Exchange, Facts, Fault, Place
from app.curation.documents.elements import elements
from app.curation.documents.format import Unreadable, format_of
from app.curation.sample import Form

BLOCK = Block(BlockKind.TABLE, "| a |\n|---|", 0, 3, (Place(0, 5, 3, 0.1, 0.2, 0.3, 0.4),), "de")


@pytest.mark.parametrize(
    "element",
    [
        Facts("Title", "en", 12, {"author": "A. Nother"}),
        BLOCK,
        Exchange(Form.INSTRUCTION, {"prompt": "Why?", "response": "So."}, BLOCK, ("A", "B"), {"id": 1}),
        Fault("page_unreadable", "Page 3 cannot be read.", 3),
    ],
)
def test_an_element_survives_the_wire(element: Facts | Block | Exchange | Fault) -> None:
    assert wire.loads(wire.dumps(element)) == element


def test_a_document_is_read_in_a_child(tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("One.\n\nTwo.")
    assert format_of("note.txt", b"One.") == "plain_text"
    assert list(elements("plain_text", file, "note.txt")) == [
        Facts(),
        Block(BlockKind.PARAGRAPH, "One."),
        Block(BlockKind.PARAGRAPH, "Two."),
    ]


def test_a_child_that_dies_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        list(elements("plain_text", tmp_path / "absent.txt", "absent.txt"))
    assert refused.value.code == "unreadable"


def test_a_silent_child_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("One.")
    with pytest.raises(Unreadable) as refused:
        list(elements("plain_text", file, "note.txt", silent_seconds=0.01))
    assert refused.value.code == "too_slow"
