"""A page as it is shown, as a PNG."""

from io import BytesIO
from pathlib import Path

import pypdfium2.raw as pdfium
from PIL import Image

from app.curation.documents.format import Unreadable
from app.curation.documents.pdf.opening import opened

_WIDEST, _MOST_PIXELS = 4000, 40_000_000
_WHITE = 0xFFFFFFFF


def picture(path: Path, page: int, width: int) -> bytes:
    """Unreadable where there is no such page, or it cannot be drawn."""
    with opened(path) as document:
        if not 1 <= page <= pdfium.FPDF_GetPageCount(document):
            raise Unreadable("no_page", f"This PDF has no page {page}.")
        handle = pdfium.FPDF_LoadPage(document, page - 1)
        if not handle:
            raise Unreadable("page_unreadable", f"Page {page} is damaged and cannot be shown.")
        try:
            return _png(_drawn(handle, width))
        finally:
            pdfium.FPDF_ClosePage(handle)


def _drawn(handle: object, width: int) -> Image.Image:
    across, down = pdfium.FPDF_GetPageWidthF(handle), pdfium.FPDF_GetPageHeightF(handle)
    width = max(1, min(width, _WIDEST))
    height = max(1, round(width * down / max(across, 0.1)))
    if height * width > _MOST_PIXELS:
        raise Unreadable("page_too_large", "This page is too long to be shown as a picture.")
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGRx, None, 0)
    if not bitmap:
        raise Unreadable("page_too_large", "This page is too large to be shown as a picture.")
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, handle, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        data = _bytes(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
        return Image.frombuffer("RGB", (width, height), data, "raw", "BGRX", stride, 1).copy()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def _bytes(pointer: object, size: int) -> bytes:
    import ctypes

    return ctypes.string_at(pointer, size)  # type: ignore[arg-type]


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
