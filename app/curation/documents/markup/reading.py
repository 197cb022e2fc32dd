"""An XML document as blocks, made while it is parsed: only elements that are open are in memory."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from app.curation.documents.document import Block, BlockKind, Element, Fault
from app.curation.documents.format import Unreadable
from app.curation.documents.markup.closing import closed
from app.curation.documents.markup.events import Damaged, events
from app.curation.documents.markup.frames import Frame, Part, running
from app.curation.documents.markup.roles import COLLECTING, Role, Vocabulary

_KINDS = {
    Role.HEADING: BlockKind.HEADING,
    Role.LIST: BlockKind.LIST,
    Role.TABLE: BlockKind.TABLE,
    Role.CODE: BlockKind.CODE,
    Role.QUOTE: BlockKind.QUOTE,
    Role.NOTE: BlockKind.FOOTNOTE,
    Role.CAPTION: BlockKind.CAPTION,
    Role.FORMULA: BlockKind.FORMULA,
    Role.FURNITURE: BlockKind.FURNITURE,
}
_MOST = 2_000
"""Parts that an element without words of its own may gather before they are told: it is a container by then."""
_FAR_TOO_MANY = 50_000
"""Parts that even a paragraph or a list may not gather: it is told as it comes."""
_BROKEN = re.compile(r"\w-$")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Reader:
    """Follows the events of one document."""

    def __init__(self, vocabulary: Vocabulary, language: str = "") -> None:
        self.vocabulary = vocabulary
        self.language = language
        self.frames: list[Frame] = [Frame("", Role.OTHER, {}, container=True)]
        self.notes: list[Part] = []
        self.collecting = 0
        self.title = ""
        """As the header tells it: at the head of the text it need not stand again."""

    def elements(self, path: Path) -> Iterator[Element]:
        """Blocks in reading order. Where the document breaks off, a fault after what could be read."""
        some = False
        try:
            for event, element in events(path):
                for block in self._start(element) if event == "start" else self._end(element):
                    some = some or bool(block.text.strip())
                    yield block
        except Damaged as damage:
            if not some and not any(frame.parts for frame in self.frames):
                raise Unreadable("damaged", f"This is no well-formed XML document: {damage}.") from damage
            yield from self._flushed()
            yield Fault("damaged", f"The document is damaged; it was read up to this place: {damage}.")
            return
        for block in self._flushed():
            some = True
            yield block
        if not some:
            raise Unreadable("empty", "There is no text in this document.")

    def _start(self, element: etree._Element) -> Iterator[Block]:
        above = self.frames[-1]
        before = element.getprevious()
        above.say(before.tail if before is not None else _text(element.getparent()))
        _forget(before)
        name = str(element.tag).rpartition("}")[2].lower()
        role = Role.SKIPPED if above.role is Role.SKIPPED else self.vocabulary.role(name, above.name)
        if len(self.frames) == 1 and role in COLLECTING:
            role = Role.OTHER
        language = element.get(_LANGUAGE) or element.get("lang") or above.language
        self.frames.append(Frame(name, role, {str(key): str(value) for key, value in element.attrib.items()}, language))
        self.collecting += role in COLLECTING
        yield from ()

    def _end(self, element: etree._Element) -> Iterator[Block]:
        frame = self.frames.pop()
        self.collecting = max(0, self.collecting - (frame.role in COLLECTING))
        last = element[-1] if len(element) else None
        frame.say(last.tail if last is not None else element.text)
        _forget(last)
        above = self.frames[-1]
        if frame.role is Role.SKIPPED:
            return
        if frame.container:
            yield from self._told(frame)
            above.container = True
            return
        for part in closed(frame, self._level(frame)):
            yield from self._placed(part, frame, above)
        if len(above.parts) > _MOST and (len(above.parts) > _FAR_TOO_MANY or not (self.collecting or above.speaks())):
            yield from self._flushed()

    def _level(self, frame: Frame) -> int:
        """A heading stands one deeper than the headings of the elements around its own."""
        told = frame.attributes.get("level", "") or (frame.name[1:] if frame.name[:1] == "h" else "")
        if told.isascii() and told.isdigit():
            return max(1, int(told[:2]))
        return 1 + sum(open_.titled for open_ in self.frames[:-1])

    def _placed(self, part: Part, frame: Frame, above: Frame) -> Iterator[Block]:
        """Within a block it is part of it; a note waits for the end of the paragraph that it stands in."""
        if frame.role is Role.BREAK and above.parts and _BROKEN.search(above.parts[-1].text):
            return
        if part.role is Role.HEADING and not self.collecting:
            above.titled = True
        if part.role is Role.NOTE and self.collecting:
            self.notes.append(part)
        elif self.collecting or part.role is Role.INLINE or (part.role is Role.PARAGRAPH and frame.role is Role.OTHER):
            above.parts.append(part)
        else:
            yield from self._flushed()
            yield from self._block(part, frame.language)
            if above.name == "titlestmt":
                self.title = part.text

    def _flushed(self) -> Iterator[Block]:
        """Everything that stands before the next block, from the outermost element in."""
        self.collecting = 0
        for frame in self.frames:
            frame.role = Role.OTHER if frame.role in COLLECTING else frame.role
            frame.container = True
            if frame.parts:
                yield from self._told(frame)

    def _told(self, frame: Frame) -> Iterator[Block]:
        """What a container has gathered between its blocks."""
        parts, frame.parts = frame.parts, []
        run: list[Part] = []
        for part in [*parts, None]:
            if part is not None and part.role is Role.INLINE:
                run.append(part)
                continue
            yield from self._block(Part(Role.PARAGRAPH, running(run)), frame.language)
            run = []
            if part is not None:
                yield from self._block(part, frame.language)

    def _block(self, part: Part, language: str) -> Iterator[Block]:
        if not part.text.strip() or (part.role is Role.HEADING and part.text == self.title):
            return
        language = "" if language.lower() == self.language.lower() else language
        yield Block(_KINDS.get(part.role, BlockKind.PARAGRAPH), part.text, part.level, language=language)
        notes, self.notes = self.notes, []
        for note in notes:
            yield from self._block(note, language)


def _text(element: etree._Element | None) -> str | None:
    return element.text if element is not None else None


def _forget(element: etree._Element | None) -> None:
    """What was taken from the tree is not needed any more."""
    if element is not None:
        above = element.getparent()
        element.clear()
        if above is not None and above[0] is not element:
            del above[0]
