"""Lists of pandoc's syntax tree as Markdown. A numbering that Markdown has not, such as (a), stays in the text."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.curation.documents.pandoc.inlines import Node

Item = Callable[[list[Node]], str]
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_LOW = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_TASKS = {"☐": "[ ]", "☒": "[x]"}


def indented(text: str, mark: str, deep: int = 0) -> str:
    """The mark before the first line, every other line as far in."""
    first, *rest = text.split("\n")
    blanks = " " * (deep or len(mark))
    return "\n".join([mark + first, *(blanks + line if line.strip() else "" for line in rest)])


def items(node: Node, item: Item) -> str:
    """A whole list; an item with a gap inside makes the list a loose one."""
    entries = node["c"] if node["t"] == "BulletList" else node["c"][1]
    texts = [item(entry) for entry in entries]
    marks = _marks(node, len(texts))
    written = [indented(text, mark, _deep(mark)) for mark, text in zip(marks, texts, strict=True) if text.strip()]
    return ("\n\n" if any("\n\n" in text for text in written) else "\n").join(written)


def _deep(mark: str) -> int:
    return 2 if mark.startswith("- ") else len(mark)


def _marks(node: Node, count: int) -> Iterator[str]:
    if node["t"] == "BulletList":
        return ("- " for _ in range(count))
    start, style, delimiter = node["c"][0]
    return (_mark(start + number, style["t"], delimiter["t"]) for number in range(count))


def _mark(number: int, style: str, delimiter: str) -> str:
    label = _label(number, style)
    if delimiter == "TwoParens":
        return f"- ({label}) "
    closed = f"{label}{')' if delimiter == 'OneParen' else '.'} "
    return closed if label.isdigit() else f"- {closed}"


def _label(number: int, style: str) -> str:
    if number > 0 and style in {"LowerAlpha", "UpperAlpha"}:
        text = _letters(number)
    elif 0 < number < 4000 and style in {"LowerRoman", "UpperRoman"}:
        text = roman(number)
    else:
        return str(max(number, 0))
    return text.upper() if style.startswith("Upper") else text


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN + _ROMAN_LOW:
        times, number = divmod(number, value)
        text += letters * times
    return text


def definitions(entries: Any, line: Callable[[Iterable[Node]], str], item: Item) -> str:
    """Terms set bold, each an item of a list with what it means."""
    return "\n".join(_definition(line(term).replace("**", ""), list(map(item, meanings))) for term, meanings in entries)


def _definition(term: str, meanings: list[str]) -> str:
    text = "\n\n".join(meaning for meaning in meanings if meaning.strip())
    named = f"**{' '.join(term.split())}**" if term else ""
    apart = text.startswith(("- ", "```", "| ", "> ", "1. "))
    between = "" if not (named and text) else "\n\n" if apart else ": "
    return indented(named + between + text, "- ")
