"""The words of a page in the order of its content, each with its rectangle, size and face.

Two calls into the library per word instead of several per character: that is most of the reading's speed.
"""

import ctypes
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from app.curation.documents.pdf.frame import Frame

MOST_CHARACTERS = 400_000
"""Of one page. A page of small print has 10,000."""
LINE_HYPHEN = "\ufffe"
"""What pdfium writes for a hyphen at the end of a line, the line break included."""
_WORD = re.compile(r"[^\s\ufffe\u200b]+\ufffe?|\ufffe")
_BOLD = re.compile(r"bold|black|heavy|demi|\bbd\b|cmbx|-b$|_b$|medi$", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|consol|typewriter|cmtt|sftt|menlo|fixed|inconsolata|lmtt|nimbusmonl", re.IGNORECASE)
_RAISABLE = re.compile(r".[-+−–]?[0-9]")
_RAISED = str.maketrans("0123456789+-−–()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾")
_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18
_HEAVY = 680
_STROKED = 2


class Face(NamedTuple):
    """What a reader sees of a font."""

    bold: bool = False
    mono: bool = False


class Word(NamedTuple):
    """In points from the upper left corner of the page as its text is read. `size` is the height of its line.

    `near` is True where the content goes on from the word before on the same line.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    face: Face
    near: bool


@dataclass(slots=True)
class Text:
    """All characters of a page. `lost` of them have no meaning in any alphabet: the file does not tell it."""

    words: list[Word]
    frame: Frame
    characters: int
    lost: int


class TooLarge(Exception):
    """A page with more characters than a page can have."""


def read(page: Any) -> Text:
    """Raises TooLarge."""
    textpage = pdfium.FPDFText_LoadPage(page)
    try:
        count = max(0, pdfium.FPDFText_CountChars(textpage))
        if count > MOST_CHARACTERS:
            raise TooLarge
        text, lost = characters(textpage, count)
        spans = [(found.start(), found.end() - 1) for found in _WORD.finditer(text)]
        frame = Frame.of(page, _slant(textpage, spans))
        return Text(_words(textpage, text, spans, frame), frame, count, lost)
    finally:
        pdfium.FPDFText_ClosePage(textpage)


def characters(textpage: Any, count: int) -> tuple[str, int]:
    """The text with exactly one character for each of pdfium's, and how many of them mean nothing."""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, buffer)
    text = bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text, sum(map(text.count, _lost_in(text)))
    # Characters without a meaning are left out of the text: place and text would part, so ask one by one.
    get = pdfium.FPDFText_GetUnicode
    codes = [get(textpage, index) for index in range(count)]
    kept = [chr(code) if _meant(code) else ("\ufffe" if code == 2 else "\ufffd") for code in codes]
    return "".join(kept), kept.count("\ufffd")


@cache
def _meant(code: int) -> bool:
    return code in (9, 10, 13) or 32 <= code < 127 or (160 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF)


def _lost_in(text: str) -> list[str]:
    return [c for c in set(text) if c == "\ufffd" or 0xE000 <= ord(c) <= 0xF8FF or ord(c) >= 0xF0000]


def _slant(textpage: Any, spans: list[tuple[int, int]]) -> int:
    """The quarter turn, clockwise, that most of the text is written in: asked of up to 40 words."""
    votes = [0, 0, 0, 0]
    angle = pdfium.FPDFText_GetCharAngle
    for start, end in spans[:: max(1, len(spans) // 40)]:
        votes[round(max(0.0, angle(textpage, start)) / 1.5707963) % 4] += end - start + 1
    return max(range(4), key=votes.__getitem__)


def _words(textpage: Any, text: str, spans: list[tuple[int, int]], frame: Frame) -> list[Word]:
    rect, last = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    at, at_last = ctypes.byref(rect), ctypes.byref(last)
    box, object_of = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetTextObject
    faces: dict[int, Face] = {}
    fonts: dict[int, Face] = {}
    turned, words, before = frame.turned, [], 0
    for start, end in spans:
        box(textpage, start, at)
        left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        size = right - left if frame.quarters % 2 else top - bottom
        word = text[start : end + 1]
        if end > start:
            box(textpage, end, at_last)
            if last.right > last.left:
                if frame.quarters == 0 and _RAISABLE.search(word):
                    word = _raised(textpage, word, start, rect)
                left, right = min(left, last.left), max(right, last.right)
                bottom, top = min(bottom, last.bottom), max(top, last.top)
        left, top, right, bottom = turned(left, bottom, right, top)
        pointer = object_of(textpage, start)
        key = ctypes.cast(pointer, ctypes.c_void_p).value if pointer else 0
        face = faces.get(key or 0)
        if face is None:
            face = faces[key or 0] = _face(pointer, fonts)
        near = "\n" not in text[before:start]
        words.append(Word(word, left, top, right, bottom, size, face, near))
        before = end
    return words


def _raised(textpage: Any, word: str, start: int, first: Any) -> str:
    """The word with its small raised digits told as such: 10⁹/L is not 109/L."""
    box, size = pdfium.FS_RECTF(), first.top - first.bottom
    told = []
    for index, character in enumerate(word):
        if character in "0123456789+-−–()":
            pdfium.FPDFText_GetLooseCharBox(textpage, start + index, ctypes.byref(box))
            if box.top - box.bottom < 0.87 * size and box.bottom > first.bottom + 0.2 * size:
                character = character.translate(_RAISED)
        told.append(character)
    return "".join(told)


def _face(pointer: Any, fonts: dict[int, Face]) -> Face:
    font = pdfium.FPDFTextObj_GetFont(pointer) if pointer else None
    if not font:
        return Face()
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in fonts:
        fonts[key] = _of_font(font)
    if pdfium.FPDFTextObj_GetTextRenderMode(pointer) == _STROKED:
        return fonts[key]._replace(bold=True)
    return fonts[key]


def _of_font(font: Any) -> Face:
    buffer = ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
    name = buffer.value.decode("latin-1")
    flags = max(0, pdfium.FPDFFont_GetFlags(font))
    bold = bool(_BOLD.search(name) or flags & _FORCE_BOLD or pdfium.FPDFFont_GetWeight(font) >= _HEAVY)
    return Face(bold, bool(_MONO.search(name) or flags & _FIXED_PITCH))
