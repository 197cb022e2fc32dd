"""A run of atoms as a passage: its text, its span, its pages, its places, its language."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.curation.documents.atoms import FENCE, RULE, Placed, closing, opening
from app.curation.documents.document import BETWEEN_BLOCKS, Block, BlockKind, Document, Passage, Place
from app.curation.documents.flags import flag_of
from app.curation.documents.sections import Run
from app.curation.documents.sizes import tokens
from app.curation.languages import LANGUAGES, identify

_LANGUAGE_CHARACTERS = 300
_CLOSING = re.compile(r"\n[`~]{3,}")


@dataclass(frozen=True, slots=True)
class Slice:
    """Characters `start` to `end` of a block, which stand from `at` on in the passage's text."""

    placed: Placed
    start: int
    end: int
    at: int


def made(run: Run, document: Document, number: int, *, is_asked: bool = False) -> Passage:
    """The passage of a run; one that holds an exchange `is_asked` about already, and is never flagged."""
    first, last = run.atoms[0], run.atoms[-1]
    before = opening(first.placed.block) if first.start else ""
    after = closing(last.placed.block) if last.end < len(last.placed.block.text) else ""
    slices = list(_slices(run, len(before)))
    words = BETWEEN_BLOCKS.join(one.placed.block.text[one.start : one.end] for one in slices)
    places = tuple(place for one in slices for place in _places(one))
    pages = sorted(_pages(slices))
    text = before + words + after
    size = tokens(text)
    return Passage(
        document,
        number,
        text,
        start=first.placed.start + first.start,
        end=last.placed.start + last.end,
        heading=run.heading,
        first_page=pages[0] if pages else None,
        last_page=pages[-1] if pages else None,
        places=places,
        tokens=size,
        flag=None if is_asked else flag_of(words, run.heading, size),
        language=_language(slices, document),
    )


def document_text(passages: Sequence[Passage]) -> str:
    """The document's text again, from its passages in their order."""
    text = ""
    for one in passages:
        words = own_words(one.text, one.end - one.start)
        text = text[: one.start].ljust(one.start, "\n") + words
    return text


def own_words(text: str, length: int) -> str:
    """A passage's text without what is said again at its beginning (header rows, a fence) and end (a fence)."""
    for begin in (_said_again(text), 0):
        rest = text[begin + length :]
        if len(text) >= begin + length and (not rest or _CLOSING.fullmatch(rest)):
            return text[begin : begin + length]
    return text[:length]


def _said_again(text: str) -> int:
    """How long the header rows, or the line with a fence, at the beginning of a text are."""
    first = text.find("\n") + 1
    if FENCE.match(text):
        return first
    second = text.find("\n", first) + 1
    return second if RULE.match(text[first:second].rstrip("\n")) else 0


def _slices(run: Run, at: int) -> Iterator[Slice]:
    for _, group in groupby(run.atoms, key=lambda atom: atom.placed.start):
        some = list(group)
        one = Slice(some[0].placed, some[0].start, some[-1].end, at)
        yield one
        at += one.end - one.start + len(BETWEEN_BLOCKS)


def _places(one: Slice) -> Iterator[Place]:
    for place in one.placed.block.places:
        start, end = max(place.start, one.start), min(place.end, one.end)
        if start < end:
            shift = one.at - one.start
            yield place._replace(start=start + shift, end=end + shift)


def _pages(slices: Sequence[Slice]) -> Iterator[int]:
    for one in slices:
        placed = {place.page for place in _places(one)}
        if placed:
            yield from placed
        elif one.placed.block.page is not None:
            yield one.placed.block.page


def _language(slices: Sequence[Slice], document: Document) -> str:
    """As it is recognised, else as it is declared."""
    blocks = [one for one in slices if one.placed.block.kind not in (BlockKind.HEADING, BlockKind.CODE)] or slices
    text = " ".join(
        one.placed.block.text[one.start : min(one.end, one.start + _LANGUAGE_CHARACTERS)] for one in blocks[:4]
    )
    label = identify(text, _LANGUAGE_CHARACTERS).label
    if label == label:
        return LANGUAGES[int(label)]
    return _declared([one.placed.block for one in blocks]) or document.facts.language


def _declared(blocks: Sequence[Block]) -> str:
    return next((block.language for block in blocks if block.language), "")
