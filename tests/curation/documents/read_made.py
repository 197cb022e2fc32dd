"""Reads a document that a test made, and the elements of it that a test asks for."""

from pathlib import Path

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Unreadable, format_of, known

SHARED = Path("../shared/data")


def read(folder: Path, name: str, content: str | bytes) -> list[Element]:
    """Everything that the format of that name makes of it."""
    raw = content.encode() if isinstance(content, str) else content
    file = folder / name
    file.write_bytes(raw)
    key = format_of(name, raw[: 1 << 16])
    assert key, name
    return list(known()[key].elements(file, name))


def facts(elements: list[Element]) -> Facts:
    assert isinstance(elements[0], Facts)
    return elements[0]


def said(elements: list[Element]) -> list[tuple[str, str]]:
    """Kind and text of every block; a heading has its level behind it."""
    blocks = [one for one in elements if isinstance(one, Block)]
    return [(f"{one.kind}{one.level or ''}", one.text) for one in blocks]


def of_kind(elements: list[Element], kind: BlockKind) -> list[str]:
    return [one.text for one in elements if isinstance(one, Block) and one.kind is kind]


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    """The code with which it is refused; empty where it is read."""
    try:
        read(folder, name, content)
    except Unreadable as refused:
        return refused.code if refused.message.endswith(".") else refused.message
    return ""
