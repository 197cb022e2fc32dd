"""Facts in Markdown, so that nothing that a person typed is taken for a sign of the format."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown; what people wrote cannot break out of its cell."""
    lines = [head, ["---"] * len(head), *([said(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def said(value: object) -> str:
    """A fact in one line: counts with separators, texts without signs that Markdown or HTML would take for its own."""
    if isinstance(value, bool) or not isinstance(value, int):
        text = " ".join(str(value).split())
        for sign in "\\`*_[]<>|#":
            text = text.replace(sign, f"&#{ord(sign)};")
        return text
    return f"{value:,}"
