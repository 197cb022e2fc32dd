"""The words of a page in the order of its content, each with its rectangle, size and face.

Two calls into the library per word instead of several per character: that is most of the reading's speed.
"""

import ctypes
import re
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from app.curation.documents.pdf.boxes import Array, address, boxes, text_object
from app.curation.documents.pdf.frame import Frame
from app.curation.documents.pdf.letters import ACCENT, ARABIC, SCRIPTS, accented, by_script, in_order

MOST_CHARACTERS = 400_000
"""Of one page. A page of small print has 10,000."""
LINE_HYPHEN = "\ufffe"
"""What pdfium writes for a hyphen at the end of a line, the line break included."""
_WORD = re.compile(r"[^\s\ufffe\u200b]+\ufffe?|\ufffe")
_BOLD = re.compile(r"bold|black|heavy|demi|\bbd\b|(?:cm|sf|ec|lm|tc)(?:ss)?bx|-b$|_b$|medi$", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obliq|(?:cm|sf|ec)ti\d|-it$", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|consol|typewriter|cmtt|sftt|menlo|fixed|inconsolata|lmtt|nimbusmonl", re.IGNORECASE)
_POWER = re.compile(r"10[-−–+]?\d+[^\d.,:;)\]]")
_RAISED = str.maketrans("0123456789+-−–()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾")
_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18
_HEAVY = 680
_STROKED = 2


class Face(NamedTuple):
    """What a reader sees of a font."""

    bold: bool = False
    mono: bool = False
    italic: bool = False


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
        if ACCENT.search(text):
            text = accented(textpage, text)
        if ARABIC.search(text):
            text = in_order(textpage, text)
        spans = [(found.start(), found.end() - 1) for found in _WORD.finditer(text)]
        if SCRIPTS.search(text):
            spans = by_script(textpage, text, spans)
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
    if not spans:
        return []
    starts, ends = zip(*spans, strict=True)
    first, last = boxes(textpage, starts), boxes(textpage, ends)
    told = [text[start : end + 1] for start, end in spans]
    if frame.quarters == 0:
        for index in np.flatnonzero(_smaller(first, last) | _with_power(told)).tolist():
            told[index] = _raised(textpage, told[index], starts[index], first[index])
    left, top, right, bottom = frame.turned(*_united(first, last))
    size = first[:, 2] - first[:, 0] if frame.quarters % 2 else first[:, 1] - first[:, 3]
    sides = [side.tolist() for side in (left, top, right, bottom, np.round(size, 1))]
    between = zip((0, *ends), starts, strict=False)
    near = ["\n" not in text[before:start] for before, start in between]
    faces = _faces(textpage, starts)
    return list(map(Word, told, *sides, faces, near))


def _united(first: Array, last: Array) -> tuple[Array, Array, Array, Array]:
    """Left, bottom, right, top of both; of the first alone where the last has no width."""
    last = np.where((last[:, 2] > last[:, 0])[:, None], last, first)
    return (
        np.minimum(first[:, 0], last[:, 0]),
        np.minimum(first[:, 3], last[:, 3]),
        np.maximum(first[:, 2], last[:, 2]),
        np.maximum(first[:, 1], last[:, 1]),
    )


def _smaller(first: Array, last: Array) -> Array:
    """Words that end in something small and raised."""
    high = first[:, 1] - first[:, 3]
    return (last[:, 1] - last[:, 3] < 0.87 * high) & (last[:, 3] > first[:, 3] + 0.2 * high)


def _with_power(told: list[str]) -> Array:
    return np.fromiter(("10" in word and bool(_POWER.search(word)) for word in told), bool, len(told))


def _faces(textpage: Any, starts: tuple[int, ...]) -> list[Face]:
    objects = list(map(text_object(), repeat(address(textpage)), starts))
    fonts: dict[int, Face] = {}
    faces = {item: _face(item, fonts) for item in set(objects)}
    return [faces[item] for item in objects]


def _raised(textpage: Any, word: str, start: int, first: Array) -> str:
    """The word with its small raised digits told as such: 10⁹/L is not 109/L."""
    size, floor = first[1] - first[3], first[3]
    found = boxes(textpage, tuple(range(start, start + len(word))))
    small = (found[:, 1] - found[:, 3] < 0.87 * size) & (found[:, 3] > floor + 0.2 * size)
    return "".join(c.translate(_RAISED) if up else c for c, up in zip(word, small.tolist(), strict=True))


def _face(item: int | None, fonts: dict[int, Face]) -> Face:
    pointer = ctypes.cast(item, pdfium.FPDF_PAGEOBJECT) if item else None
    font = pdfium.FPDFTextObj_GetFont(pointer) if pointer else None
    if not font:
        return Face()
    key = address(font)
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
    return Face(bold, bool(_MONO.search(name) or flags & _FIXED_PITCH), bool(_ITALIC.search(name)))
