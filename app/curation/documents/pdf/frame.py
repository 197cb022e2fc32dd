"""How a page is shown: cropped and turned, and how its text runs across it."""

import ctypes
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pypdfium2.raw as pdfium

_N = TypeVar("_N", float, "np.ndarray[Any, np.dtype[Any]]")


@dataclass(frozen=True, slots=True)
class Frame:
    """From the page's own coordinates (upwards from a lower left corner) to those in which its text runs to the right.

    `quarters` turns the page's own axes for reading; `shown` is how many of them the viewer turns.
    """

    left: float
    bottom: float
    right: float
    top: float
    quarters: int
    shown: int

    @classmethod
    def of(cls, page: Any, slant: int) -> "Frame":
        """`slant`: quarter turns, clockwise, of the text in the page's own axes."""
        box = pdfium.FS_RECTF()
        found = pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
        if not found or box.right - box.left < 1 or box.top - box.bottom < 1:
            box.left, box.bottom, box.right, box.top = 0.0, 0.0, 612.0, 792.0
        return cls(box.left, box.bottom, box.right, box.top, -slant % 4, pdfium.FPDFPage_GetRotation(page) % 4)

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.quarters % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.quarters % 2 else self.top - self.bottom

    def turned(self, left: _N, bottom: _N, right: _N, top: _N) -> tuple[_N, _N, _N, _N]:
        """A rectangle of the page, or arrays of them, as left, top, right, bottom, down from the text's upper left."""
        if self.quarters == 0:
            return left - self.left, self.top - top, right - self.left, self.top - bottom
        if self.quarters == 1:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.quarters == 2:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        return self.top - top, self.right - right, self.top - bottom, self.right - left

    def shares(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """A rectangle of the text as shares of the page as shown: left, top, right, bottom."""
        x = [_share(left / self.width), _share(right / self.width)]
        y = [_share(top / self.height), _share(bottom / self.height)]
        for _ in range((self.shown - self.quarters) % 4):
            x, y = [round(1 - y[1], 5), round(1 - y[0], 5)], x
        return x[0], y[0], x[1], y[1]


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
