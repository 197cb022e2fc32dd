"""A small PDF made by hand, and where each of its lines stands: the letters of Courier are all equally wide."""

from typing import NamedTuple

from app.curation.documents.document import Place

WIDTH, HEIGHT, SIZE, LEADING, MARGIN = 612, 792, 12, 18, 72
_LETTER = 0.6 * SIZE


class Line(NamedTuple):
    """A line of a page, counted from 1; `top` and `bottom` are shares of its height."""

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float

    def place(self, start: int) -> Place:
        """Of a text in which the line begins at `start`."""
        return Place(start, start + len(self.text), self.page, self.left, self.top, self.right, self.bottom)


def lines(pages: list[list[str]]) -> list[Line]:
    """Every line of the pages with its place."""
    return [_line(page, row, text) for page, rows in enumerate(pages, 1) for row, text in enumerate(rows)]


def pdf(pages: list[list[str]]) -> bytes:
    """The file."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for page, rows in enumerate(pages):
        shown = "\n".join(_shown(row, text) for row, text in enumerate(rows))
        box, font = f"[0 0 {WIDTH} {HEIGHT}]", "<< /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {font} /Contents {5 + 2 * page} 0 R >>")
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    return _file(objects)


def _file(objects: list[str]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode()


def _shown(row: int, text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {SIZE} Tf {MARGIN} {HEIGHT - MARGIN - row * LEADING} Td ({escaped}) Tj ET"


def _line(page: int, row: int, text: str) -> Line:
    base = MARGIN + row * LEADING
    right = (MARGIN + len(text) * _LETTER) / WIDTH
    return Line(page, text, MARGIN / WIDTH, right, (base - 0.8 * SIZE) / HEIGHT, (base + 0.25 * SIZE) / HEIGHT)
