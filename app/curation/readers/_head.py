"""What the first bytes of a file say about it, whatever its name says."""

from app.curation.readers._data import Data
from app.curation.readers._refused import FileRefused

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive (or an Office document)",
    b"\x1f\x8b": "gzip data",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ\x00": "xz data",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"PAR1": "Parquet",
    b"PARE": "encrypted Parquet",
    b"ARROW1": "Arrow",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"SQLite format 3\x00": "an SQLite database",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def check_text(data: Data) -> None:
    """FileRefused where the bytes cannot be UTF-8 text: empty_file, encoding_utf16, archive_nested, type_mismatch."""
    head = data.head(64)
    if not head or head == b"\xef\xbb\xbf":
        raise FileRefused("empty_file", "The file is empty. Upload one that holds records.")
    if head.startswith(_WIDE) or _alternates(head):
        raise FileRefused(
            "encoding_utf16", "The file is in UTF-16 (Windows “Unicode”). Save it as UTF-8 and upload it again."
        )
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise _mismatch(magic, kind)


def _mismatch(magic: bytes, kind: str) -> FileRefused:
    if magic in _NESTED:
        return FileRefused("archive_nested", f"Inside is {kind}. Unpack it, name it by what it holds, and upload that.")
    return FileRefused(
        "type_mismatch", f"The content is {kind}, not what the name says. Upload it under its right name."
    )


def _alternates(head: bytes) -> bool:
    """UTF-16 without a mark: plain letters with a zero before or after each."""
    even, odd = head[0:16:2], head[1:16:2]
    zeros = [part.count(0) * 4 >= len(part) * 3 for part in (even, odd)]
    return len(odd) >= 2 and zeros[0] != zeros[1]
