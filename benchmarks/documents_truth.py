"""How much of a document's known text, headings and tables a reader keeps: both sides are Markdown, taken apart alike.

Recall counts every word as often as it stands in the truth; order does not count. Formulas are left out of the words:
every tool writes them in a TeX of its own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.curation.documents.document import Block, BlockKind, Element, Exchange

_CHARACTER_SCRIPTS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CHARACTER_SCRIPTS}]|[^\W_{_CHARACTER_SCRIPTS}]+")
_FORMULA = re.compile(r"\$\$.+?\$\$|\$`.+?`\$|(?<![\w$\\])\$(?=\S)[^$\n]+?(?<=\S)\$(?![\w$])", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_TEXTUAL = {"text", "code_inline", "code_block", "fence"}


class Heading(NamedTuple):
    level: int
    text: str


class Parts(NamedTuple):
    """What is compared: words and cells with their counts, headings in order."""

    words: Counter[str]
    headings: list[Heading]
    cells: Counter[str]


class Recall(NamedTuple):
    """Shares from 0 to 1; None where the truth has none of the kind. `precision`: words read that the truth holds."""

    words: float | None
    precision: float | None
    headings: float | None
    levels: float | None
    cells: float | None


def words(text: str) -> list[str]:
    """Lower-case letters and digits between everything else; of Chinese and Japanese every character."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def parts(markdown: str) -> Parts:
    """A piece of Markdown taken apart."""
    tokens = MarkdownIt("commonmark").enable("table").parse(_FORMULA.sub(" ", _COMMENT.sub(" ", markdown)))
    found = Parts(Counter(), [], Counter())
    for before, token in zip([None, *tokens], tokens, strict=False):
        said = _text(token)
        found.words.update(words(said))
        plain = " ".join(words(said))
        if before is not None and plain and before.type == "heading_open":
            found.headings.append(Heading(int(before.tag[1]), plain))
        elif before is not None and plain and before.type in {"th_open", "td_open"}:
            found.cells[plain] += 1
    return found


def _text(token: Token) -> str:
    """What a reader sees of a token: link targets and marks are gone, the alternative text of a picture too."""
    if token.type == "image":
        return ""
    if token.children:
        return "".join(_text(child) for child in token.children)
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    if token.type == "html_block":
        return unescape(_TAG.sub(" ", token.content))
    return token.content if token.type in _TEXTUAL else ""


def recall(truth: Parts, read: Parts) -> Recall:
    """What of the truth is among what was read."""
    texts = Counter(heading.text for heading in truth.headings), Counter(heading.text for heading in read.headings)
    return Recall(
        _share(truth.words, read.words),
        _share(read.words, truth.words),
        _share(*texts),
        _steps(truth.headings, read.headings),
        _share(truth.cells, read.cells),
    )


def _share(whole: Counter[str], among: Counter[str]) -> float | None:
    return (whole & among).total() / whole.total() if whole else None


def _steps(truth: list[Heading], read: list[Heading]) -> float | None:
    """How often two headings that follow each other stand to each other as they should: deeper, higher or equal."""
    known = {heading.text: heading.level for heading in read}
    pairs = list(pairwise(truth))
    right = sum(
        one.text in known
        and other.text in known
        and _sign(other.level - one.level) == _sign(known[other.text] - known[one.text])
        for one, other in pairs
    )
    return right / len(pairs) if pairs else None


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def markdown_of(elements: Iterable[Element]) -> str:
    """What was read, as one piece of Markdown: furniture left out, a heading with its marks."""
    return "\n\n".join(_markdown(element) for element in elements if isinstance(element, Block | Exchange))


def _markdown(element: Block | Exchange) -> str:
    block = element.block if isinstance(element, Exchange) else element
    if block.kind is BlockKind.FURNITURE:
        return ""
    return f"{'#' * min(max(block.level, 1), 6)} {block.text}" if block.kind is BlockKind.HEADING else block.text


def mean(shares: Iterable[float | None]) -> float | None:
    """Of those that there are."""
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def row(*cells: object) -> str:
    """A row of a Markdown table; a share with three digits, a dash for what there is none of."""
    shown = ("–" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"| {' | '.join(shown)} |"
