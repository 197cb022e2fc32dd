"""Small PDFs written by hand: objects, a table of their places, nothing else."""

import zlib
from pathlib import Path

FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold", "F3": "Courier", "F4": "Times-Roman"}


def text(x: float, y: float, said: str, size: float = 10, font: str = "F1", matrix: str = "1 0 0 1") -> str:
    """A line of text whose first letter stands on (x, y), upwards from the lower left corner."""
    escaped = said.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{font} {size} Tf {matrix} {x} {y} Tm ({escaped}) Tj ET\n"


def lines(x: float, y: float, said: list[str], size: float = 10, font: str = "F1", step: float = 1.2) -> str:
    return "".join(text(x, y - index * step * size, line, size, font) for index, line in enumerate(said))


def pdf(
    pages: list[str],
    extra: str = "",
    info: str = "",
    fonts: dict[str, str] | None = None,
    more: list[bytes] | None = None,
    packed: bool = False,
) -> bytes:
    """`pages` are contents; `extra` goes into every page's dictionary; `more` are further objects, from number 100 on."""
    named = " ".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for key, name in FONTS.items()
    )
    named += "".join(f" /{key} {value}" for key, value in (fonts or {}).items())
    kids = " ".join(f"{10 + 2 * index + 1000} 0 R" for index in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 612 792] >>".encode(),
        3: f"<< /Font << {named} >> /XObject << /Im 100 0 R >> >>".encode(),
        4: f"<< {info} >>".encode("latin-1"),
    }
    for index, content in enumerate(pages):
        number = 10 + 2 * index + 1000
        body = content.encode("latin-1")
        filters = ""
        if packed:
            body, filters = zlib.compress(body), "/Filter /FlateDecode "
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /Resources 3 0 R /Contents {number + 1} 0 R {extra} >>".encode()
        )
        objects[number + 1] = f"<< {filters}/Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"
    objects |= {100 + index: body for index, body in enumerate(more or [])}
    return assembled(objects)


def assembled(objects: dict[int, bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += f"{number} 1\n{place:010} 00000 n \n".encode()
    out += f"trailer << /Root 1 0 R /Info 4 0 R /Size {max(objects) + 1} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def image(width: int = 8, height: int = 8) -> bytes:
    """A grey picture, for `more`."""
    body = zlib.compress(bytes([128]) * width * height)
    told = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return f"{told} /Filter /FlateDecode /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"


def prose(count: int, topic: str, width: int = 6) -> list[str]:
    """So many different lines of so many words."""
    return [" ".join(f"{topic}{'abcdefghij'[(index + n) % 10]}" for n in range(width)) for index in range(count)]


def write(folder: Path, content: bytes) -> Path:
    path = folder / "made.pdf"
    path.write_bytes(content)
    return path
