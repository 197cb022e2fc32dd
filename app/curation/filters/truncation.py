"""Truncation: answers and texts that break off."""

import re

import numpy as np

from app.curation.batch import Array, Batch, Content, among, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.kernels.controls import open_brackets
from app.curation.spans import in_answers
from app.curation.text import words

CUT = Measure("cut_sentence", "The end is missing", kind="flag")
FENCE = Measure("open_code_block", "A code block is opened and never closed", kind="flag")
BRACKETS = Measure("open_brackets", "Brackets opened and never closed near the end", "brackets")

TAIL = 600
"""Characters of the end that are looked at (bytes, for brackets)."""
SENTENCE = 8
LONG_SENTENCE = 12
"""Words that a last sentence without an end mark must have: where it asks for more, and where it does not."""
LONG_TEXT = 600
"""Characters: generators cut long answers; people forget the last full stop of short ones."""
_FENCES = Cue("```", "~~~")
_FENCE_LINE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_SIGNS = "{}=<>\\|"
_SEMICOLON = re.compile(r"\d\s*;|;\s*$")
_CODE_START = re.compile(
    r"\s*(?:def|return|print|import|from|select|class|for \(|let|var|const)\b|\s{2,}\S|\s*[#@]", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\(?\w{1,3}[.):])\s*\S?")
_BARE_ITEM = re.compile(r"(?:[-*•]|\(?\d{1,3}[.)])\s*")
_LAST_WORD = re.compile(r"\w*$")
_DANGLING_WORDS = """
and or but the a an of to with for in on by from that which is are was were be as at their its such than
because into your my our his her can will should between
"""
_DANGLING = frozenset(_DANGLING_WORDS.split())
_LONGEST = 12
_END_MARKS = frozenset(".!?。！？｡…:;\"'”’»)]}>*`|~_#-–—%、।؟؛。」』）】》")


class Truncation(Filter):
    """Whether the answer or text was cut: a sentence without its end, an open code block, open brackets."""

    version = 2

    max_cut_sentence: Bound = at_most(0, CUT, "text_breaks_off")
    max_open_code_block: Bound = at_most(0, FENCE, "code_block_not_closed")
    max_open_brackets: Bound = at_most(None, BRACKETS, "brackets_not_closed")

    def measure(self, batch: Batch) -> dict[str, Array]:
        due = batch.is_answered | batch.is_text
        fenced = _FENCES.among(batch.reply_cues)
        brackets = open_brackets(batch.answer_bytes.data, batch.answer_bytes.offsets, TAIL)
        return {
            "cut_sentence": where(due, each(_is_cut, batch.answers)),
            "open_code_block": where(due, among(fenced, _has_open_fence, batch.answers)),
            "open_brackets": where(due, brackets.astype(np.float64)),
        }

    def spans(self, sample: Content) -> Spans:
        return {
            "text_breaks_off": in_answers(sample, lambda text: [_last_line(text)] if _is_cut(text) else []),
            "code_block_not_closed": in_answers(sample, _last_fence),
        }


def _is_cut(text: str) -> bool:
    """Ends in a list mark without an item, or in a sentence that asks for more or is long and has no end mark."""
    is_long = len(text) >= LONG_TEXT
    text = text[-TAIL:].rstrip()
    last = text[-1:]
    if last in _END_MARKS and text[-4:].strip("-*•0123456789.()\n "):
        return False
    *before, line = (text[text.rfind("\n\n") + 1 :] or text).splitlines() or [""]
    if before and _BARE_ITEM.fullmatch(line.strip()) and _LIST_ITEM.match(before[-1]):
        return True
    if not (last.isalnum() or last == ","):
        return False
    return _stops_early(line, is_long) and not _is_code(line)


def _is_code(line: str) -> bool:
    """By a keyword or indent at the start, a sign that prose does not use, a call, or a semicolon behind a figure."""
    if _CODE_START.match(line) or any(sign in line for sign in _SIGNS):
        return True
    if any(before[-1:].isalnum() or before[-1:] == "_" for before in line.split("(")[:-1]):
        return True
    return ";" in line and _SEMICOLON.search(line) is not None


def _stops_early(line: str, is_long: bool) -> bool:
    last = re.split(r"[.!?。！？]\s", line)[-1]
    length = len(words(last))
    if length >= SENTENCE and _LAST_WORD.search(last[-_LONGEST:])[0] in _DANGLING:  # type: ignore[index]
        return True
    return is_long and length >= LONG_SENTENCE and last != line and not _LIST_ITEM.match(line) and "#" not in last


def _last_line(text: str) -> tuple[int, int]:
    end = len(text.rstrip())
    return text.rfind("\n", 0, end) + 1, end


def _last_fence(text: str) -> list[tuple[int, int]]:
    found = [match.span() for match in _FENCE_LINE.finditer(text)]
    return found[-1:] if len(found) % 2 else []


def _has_open_fence(text: str) -> bool:
    return len(_FENCE_LINE.findall(text)) % 2 == 1
