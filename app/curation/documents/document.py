"""What a document consists of once it is read: facts about it, then blocks and exchanges in reading order.

A document's text is the texts of its blocks, joined by an empty line; every character span counts in that text.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from app.curation.sample import Form, Json

BETWEEN_BLOCKS = "\n\n"


class BlockKind(StrEnum):
    """What a block is to its reader. FURNITURE is a running header, footer or page number: kept apart, never a passage."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    FORMULA = "formula"
    FURNITURE = "furniture"


class Place(NamedTuple):
    """Characters `start` to `end` of a text stand in this rectangle of a page.

    Pages count from 1. The sides are shares of the page's width and height (0 to 1) from its upper left corner,
    as the page is shown: turned and cropped.
    """

    start: int
    end: int
    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(slots=True)
class Facts:
    """What is known of a document before its first block. `pages` is None where the format has no pages."""

    title: str = ""
    language: str = ""
    pages: int | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(slots=True)
class Block:
    """One heading, paragraph, table, ... `text` is Markdown: a heading without its marks (`level` from 1 tells), a whole
    list, a pipe table, a fenced listing. `places` count in `text`, a line of the page each."""

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None
    places: tuple[Place, ...] = ()
    language: str = ""


@dataclass(slots=True)
class Exchange:
    """A question with its answer, or a conversation, that stands in the document ready to be a sample.

    `block` is the passage it stands in: what an expert sees beside it. `heading` is the path to it.
    """

    form: Form
    content: Json
    block: Block
    heading: tuple[str, ...] = ()
    metadata: Json = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """A part that cannot be read (a page, a message) while the rest can: a stable code and a sentence for a person."""

    code: str
    message: str
    page: int | None = None
    excerpt: str = ""


Element: TypeAlias = Facts | Block | Exchange | Fault


class PassageFlag(StrEnum):
    """Why a passage is likely not worth a sample: it stays readable as evidence and is left out unless asked for."""

    CONTENTS = "contents"
    REFERENCES = "references"
    BOILERPLATE = "boilerplate"


@dataclass(slots=True)
class Document:
    """One file, or one member of an archive. `name` is its path in what was uploaded: its identity across versions."""

    name: str
    format: str
    sha256: str
    size: int
    facts: Facts = field(default_factory=Facts)


@dataclass(slots=True)
class Passage:
    """A piece of a document small enough to be asked about. `start` and `end` are its span in the document's text.

    `places` count in the passage's own `text`; `heading` is the path of headings above it, outermost first.
    """

    document: Document
    number: int
    text: str
    start: int
    end: int
    heading: tuple[str, ...] = ()
    first_page: int | None = None
    last_page: int | None = None
    places: tuple[Place, ...] = ()
    tokens: int = 0
    flag: PassageFlag | None = None
    language: str = ""
