"""The lines of a chat that was saved as text, whatever its encoding."""

import codecs
from collections.abc import Iterator
from pathlib import Path

_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def lines(path: Path) -> Iterator[str]:
    """Without their ends. UTF-8 or UTF-16, and line by line Windows' encoding where it is neither."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in _WIDE:
            with codecs.getreader(_WIDE[start])(file, "replace") as wide:
                yield from (line.rstrip("\r\n") for line in wide)
            return
        file.seek(0)
        for number, line in enumerate(file):
            yield _decoded(line if number else line.removeprefix(codecs.BOM_UTF8)).rstrip("\r\n")


def head_lines(head: bytes) -> list[str]:
    """The whole lines of a file's beginning that are not blank."""
    encoding = _WIDE.get(head[:2], "utf-8-sig")
    text = (head[2:] if head[:2] in _WIDE else head).decode(encoding, "replace")
    found = text.splitlines()
    return [line for line in (found[:-1] if len(head) >= 65_536 else found) if line.strip()]


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
