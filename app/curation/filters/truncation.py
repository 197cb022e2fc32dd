"""Truncation: answers and texts that break off."""

import re

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter
from app.curation.text import words

CUT = Measure("cut_sentence", "The end is missing", kind="flag")
FENCE = Measure("open_code_block", "A code block is opened and never closed", kind="flag")
BRACKETS = Measure("open_brackets", "Brackets opened and never closed near the end", "brackets")

TAIL = 600
SENTENCE = 8
LONG_SENTENCE = 12
_FENCE_LINE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_CODE = re.compile(r"[{};=<>\\|]|\b(?:def|return|SELECT|print|import)\b|^\s{2,}\S|^\s*[#@]", re.MULTILINE)
_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\(?\w{1,3}[.):])\s*\S?")
_BARE_ITEM = re.compile(r"(?:[-*•]|\(?\d{1,3}[.)])\s*")
_LABEL = re.compile(r"[^\s:]{1,30}(?: [^\s:]{1,30}){0,3}:")
_DANGLING = re.compile(
    r"(?:\b(?:and|or|but|the|an?|of|to|with|for|in|on|by|from|that|which|is|are|was|were|be|as|at|their|its|such|than))$"
)
_END_MARKS = tuple(".!?。！？｡…:;\"'”’»)]}>*`|~_#-–—%、।؟؛。」』）】》")


class Truncation(Filter):
    """Whether the answer or text was cut: a sentence without its end, an open code block, open brackets."""

    max_cut_sentence: Bound = at_most(0, CUT, "text_breaks_off")
    max_open_code_block: Bound = at_most(0, FENCE, "code_block_not_closed")
    max_open_brackets: Bound = at_most(None, BRACKETS, "brackets_not_closed")

    def measure(self, batch: Batch) -> dict[str, Array]:
        due = batch.is_answered | batch.is_text
        return {
            "cut_sentence": where(due, each(_is_cut, batch.answers)),
            "open_code_block": where(due, each(_has_open_fence, batch.answers)),
            "open_brackets": where(due, each(_open_brackets, batch.answers)),
        }


def _is_cut(text: str) -> bool:
    """Ends in a list mark without an item, or in a sentence that asks for more or is long and has no end mark."""
    text = text[-TAIL:].rstrip()
    *before, line = (text[text.rfind("\n\n") + 1 :] or text).splitlines() or [""]
    if before and _BARE_ITEM.fullmatch(line.strip()) and _LIST_ITEM.match(before[-1]):
        return True
    if line.endswith(_END_MARKS) or not (line[-1:].isalnum() or line.endswith(",")) or _CODE.search(line):
        return False
    return _stops_early(text, line)


def _stops_early(text: str, line: str) -> bool:
    last = re.split(r"[.!?。！？]\s", line)[-1]
    length = len(words(last))
    if _DANGLING.search(last) and length >= SENTENCE:
        return True
    return length >= LONG_SENTENCE and last != line and not _LIST_ITEM.match(line) and "#" not in last


def _has_open_fence(text: str) -> bool:
    return len(_FENCE_LINE.findall(text)) % 2 == 1


def _open_brackets(text: str) -> int:
    """How many of ( [ { in the last characters are never closed; brackets closed there but opened before count 0."""
    open_now = 0
    for character in text[-TAIL:]:
        if character in "([{（【「『":
            open_now += 1
        elif character in ")]}）】」』":
            open_now = max(0, open_now - 1)
    return open_now
