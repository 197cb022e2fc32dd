"""The drawn lines of a page: what grids and ruled tables are made of, and how much of it pictures cover."""

import ctypes
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from app.curation.documents.pdf.frame import Frame

_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 4_000
_THIN, _SHORTEST = 2.6, 6.0
"""Points: a line is thinner than the one and longer than the other."""


class Rule(NamedTuple):
    """A level line at `at` downwards, or an upright one at `at` across, from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Drawing:
    """`pictures` is the share of the page that its largest image covers."""

    level: list[Rule] = field(default_factory=list)
    upright: list[Rule] = field(default_factory=list)
    pictures: float = 0.0


def drawing(page: Any, frame: Frame) -> Drawing:
    """Of the page's own objects; those in forms within it are left out."""
    made, objects = Drawing(), pdfium.FPDFPage_CountObjects(page)
    kind_of, segments = pdfium.FPDFPageObj_GetType, _MOST_SEGMENTS
    for index in range(min(objects, _MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page, index)
        kind = kind_of(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH and len(made.level) + len(made.upright) < _MOST_SEGMENTS:
            segments -= _add_path(made, item, frame, segments)
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM) and (box := _bounds(item, frame)):
            shown = (min(box[2], frame.width) - max(box[0], 0)) * (min(box[3], frame.height) - max(box[1], 0))
            made.pictures = max(made.pictures, shown / (frame.width * frame.height))
    return made


def _bounds(item: Any, frame: Frame) -> tuple[float, float, float, float] | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *map(ctypes.byref, sides)):
        return None
    return frame.turned(*(side.value for side in sides))


def _add_path(made: Drawing, item: Any, frame: Frame, left: int) -> int:
    """Adds the lines that a path draws; the number of segments that were looked at."""
    box = _bounds(item, frame)
    if box is None:
        return 0
    if box[3] - box[1] <= _THIN or box[2] - box[0] <= _THIN:
        _add_box(made, *box)
        return 0
    if not _stroked(item):
        return 0
    count = pdfium.FPDFPath_CountSegments(item)
    if count <= 6:
        _add_box(made, *box)
        return 0
    if count > left:
        return 0
    _add_segments(made, item, frame, count)
    return int(count)


def _stroked(item: Any) -> bool:
    """Boxes that are only filled are shades, not lines."""
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(filled), ctypes.byref(stroked)) and stroked.value)


def _add_box(made: Drawing, left: float, top: float, right: float, bottom: float) -> None:
    """A thin box is one line, another is its four sides."""
    if bottom - top <= _THIN:
        if right - left >= _SHORTEST:
            made.level.append(Rule((top + bottom) / 2, left, right))
    elif right - left <= _THIN:
        if bottom - top >= _SHORTEST:
            made.upright.append(Rule((left + right) / 2, top, bottom))
    else:
        made.level += [Rule(top, left, right), Rule(bottom, left, right)]
        made.upright += [Rule(left, top, bottom), Rule(right, top, bottom)]


def _add_segments(made: Drawing, item: Any, frame: Frame, count: int) -> None:
    matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
    at = (0.0, 0.0)
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        to = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            box = frame.turned(min(at[0], to[0]), min(at[1], to[1]), max(at[0], to[0]), max(at[1], to[1]))
            if box[3] - box[1] <= _THIN or box[2] - box[0] <= _THIN:
                _add_box(made, *box)
        at = to
