"""The lines of a Markdown page as questions with their answers, headings, and text between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.formats._markdown_lines import FENCE, LOWEST, Line, told_lines, unmarked
from app.curation.documents.questions import (
    labels_answer,
    labels_question,
    pair,
    plain_answer,
    plain_question,
)

_DETAILS = re.compile(r"\s*</?details[^>]*>\s*$", re.IGNORECASE)
_RULE = re.compile(r" {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_KEY = re.compile(r"[\w-]+:(?:\s|$)")
_FRONT = re.compile(rf"{_KEY.pattern}|\s*- |\s{{2,}}\S|\s*$")


def read_faq(lines: list[str]) -> Iterator[Element]:
    """Facts, then the page in its order."""
    front, body = _front_matter(lines)
    told = _without_underlined(list(told_lines(body)))
    title = front.get("title") or next((line.text for line in told if line.level == 1), "")
    yield Facts(title=title, language=front.get("lang") or front.get("language") or "", metadata=dict(front))
    page = _Page()
    for line in told:
        yield from page.add(line)
    yield from page.close()


@dataclass
class _Page:
    """Where we stand: the headings above, the open question with the lines below it, or lines that answer nothing."""

    above: list[tuple[int, str]] = field(default_factory=list)
    question: str = ""
    level: int = 0
    asking: bool = False
    lines: list[str] = field(default_factory=list)

    def add(self, line: Line) -> Iterator[Element]:
        if line.question:
            yield from self._ask(line)
        elif 0 < line.level < LOWEST and not (self.question and line.level > self.level and self._answered):
            yield from self.close()
            yield from self._head(line.level, line.text)
        elif self.asking and labels_answer(unmarked(line.raw)):
            self.asking = False
            self.lines.append(plain_answer(_unbold(line.raw), labelled=True))
        elif self.asking and line.raw.strip() and not self.lines:
            self.question += "\n" + unmarked(line.raw)
        else:
            self.asking = self.asking and not self.lines
            self.lines.append(plain_answer(line.raw) if self.question and not self._answered else line.raw)

    @property
    def _answered(self) -> bool:
        return any(line.strip() for line in self.lines)

    def close(self) -> Iterator[Element]:
        """The open question with its answer, or the blocks that stood here."""
        question, lines = self.question, self.lines
        self.question, self.lines, self.asking = "", [], False
        if question:
            yield from pair(question, "\n".join(_trimmed(lines)), tuple(text for _, text in self.above))
        else:
            yield from _blocks(lines)

    def _ask(self, line: Line) -> Iterator[Element]:
        """A question right below another one that is higher: that one was the heading of a group."""
        if self.question and not self._answered and self.level < line.level:
            question, level, self.question = self.question, self.level, ""
            yield from self._head(level, question)
        yield from self.close()
        if line.level < LOWEST:
            self.above = [above for above in self.above if above[0] < line.level]
        self.question, self.level = plain_question(line.text), line.level
        self.asking = line.level == LOWEST and labels_question(line.text)

    def _head(self, level: int, text: str) -> Iterator[Element]:
        self.above = [above for above in self.above if above[0] < level] + [(level, text)]
        yield Block(BlockKind.HEADING, text, level=level)


def _without_underlined(told: list[Line]) -> list[Line]:
    """An underlined heading came twice: as a line, and with its underline as a heading."""
    drop = {at - 1 for at, line in enumerate(told) if "\n" in line.raw and line.level}
    return [line for at, line in enumerate(told) if at not in drop]


def _unbold(raw: str) -> str:
    """**A:** So. -> A: So."""
    return re.sub(r"^\s*(\*\*|__)([^*_]{1,12})\1\s*", r"\2 ", raw).strip()


def _trimmed(lines: list[str]) -> list[str]:
    """Without the empty lines, rules and ends of `details` around an answer."""
    kept = [line for line in lines if not _DETAILS.match(line)]
    while kept and (not kept[0].strip() or _RULE.match(kept[0])):
        kept.pop(0)
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return kept


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Paragraphs, lists, tables and listings between empty lines."""
    held: list[str] = []
    fence = ""
    for line in [*lines, ""]:
        if found := FENCE.match(line):
            fence = ("" if found[1].startswith(fence) else fence) if fence else found[1]
        if line.strip() or fence:
            held.append(line)
        elif held:
            yield from _block("\n".join(held))
            held = []
    if held:
        yield from _block("\n".join(held).rstrip())


def _block(text: str) -> Iterator[Block]:
    if _RULE.match(text) or _DETAILS.match(text):
        return
    start = text.lstrip()
    if FENCE.match(text):
        kind = BlockKind.CODE
    elif start.startswith("|") and "\n" in start:
        kind = BlockKind.TABLE
    elif re.match(r"(?:[-*+]|\d+[.)])\s", start):
        kind = BlockKind.LIST
    else:
        kind = BlockKind.QUOTE if start.startswith(">") else BlockKind.PARAGRAPH
    yield Block(kind, text)


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Values between two lines of hyphens at the very beginning; what holds other lines is no front matter."""
    if not lines or lines[0].strip() != "---":
        return {}, lines
    end = next((at for at, line in enumerate(lines[1:60], 1) if line.strip() == "---"), 0)
    inside = lines[1:end]
    if not any(_KEY.match(line) for line in inside) or not all(map(_is_front, inside)):
        return {}, lines
    found = [re.fullmatch(r"([\w-]+):\s*(.+)", line) for line in inside]
    return {told[1].lower(): told[2].strip().strip("\"'") for told in found if told}, lines[end + 1 :]


def _is_front(line: str) -> bool:
    return bool(_FRONT.match(line)) and not labels_question(line) and not labels_answer(line)
