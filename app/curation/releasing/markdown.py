"""Facts in Markdown and YAML, so that nothing that a person typed is taken for a sign of the format."""

import re
from collections.abc import Sequence

_SIGNS = str.maketrans({sign: f"&#{ord(sign)};" for sign in "\\`*[]<>|#&~$"})

_UNDERSCORE = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
"""One that is not inside a word, such as a format's name, where it means nothing."""


def said(value: object) -> str:
    """A fact in one line: counts with separators, texts without what Markdown or HTML would take for its own."""
    if isinstance(value, bool) or not isinstance(value, int):
        return _UNDERSCORE.sub("&#95;", one_line(str(value)).translate(_SIGNS))
    return f"{value:,}"


def quoted(text: str) -> str:
    """A YAML scalar in double quotes."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_line(text: str) -> str:
    """Without what does not print; what ends a line is a blank."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; no cell breaks out of its column."""
    lines = [head, ["---"] * len(head), *([said(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
