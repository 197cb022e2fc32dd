"""Repetition: lines, paragraphs, sentences and word sequences that come again (Gopher, table A1; Tülu 3)."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np

from app.curation.batch import Array, Batch, each
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter
from app.curation.ngrams import Tokens, repeated_share, top_share
from app.curation.text import lines, paragraphs, sentences, without_code, words

LINES = Measure("duplicate_line_share", "Lines that came before", kind="share")
LINE_CHARACTERS = Measure("duplicate_line_character_share", "Characters in lines that came before", kind="share")
PARAGRAPHS = Measure("duplicate_paragraph_share", "Paragraphs that came before", kind="share")
PARAGRAPH_CHARACTERS = Measure("duplicate_paragraph_character_share", "Characters in repeated paragraphs", kind="share")
RUN = Measure("repeated_sentence_run", "The same sentence in a row", "times")
TOP = {
    n: Measure(f"top_{n}_gram_share", f"Characters in the most frequent {n} words in a row", kind="share")
    for n in (2, 3, 4)
}
REPEATED = {
    n: Measure(f"repeated_{n}_gram_share", f"Characters in {n} words in a row that came before", kind="share")
    for n in range(5, 11)
}

MIN_WORDS = 20
"""Shorter texts have no word-sequence shares: one natural repetition would decide."""
_MATH = re.compile(r"[=+*/^<>{}\\$]|\d")
_LIST_ITEM = re.compile(r"\s*(?:[-*•|]|\(?\w{1,3}[.):])")


class Repetition(Filter):
    """How much of the answer or text repeats itself. Code blocks are left out; first copies do not count."""

    max_duplicate_line_share: Bound = at_most(0.30, LINES, "lines_repeat")
    max_duplicate_line_character_share: Bound = at_most(0.20, LINE_CHARACTERS, "long_lines_repeat")
    max_duplicate_paragraph_share: Bound = at_most(0.30, PARAGRAPHS, "paragraphs_repeat")
    max_duplicate_paragraph_character_share: Bound = at_most(0.20, PARAGRAPH_CHARACTERS, "long_paragraphs_repeat")
    max_repeated_sentence_run: Bound = at_most(3, RUN, "sentence_repeats_in_a_row")
    max_top_2_gram_share: Bound = at_most(0.20, TOP[2], "two_words_repeat")
    max_top_3_gram_share: Bound = at_most(0.18, TOP[3], "three_words_repeat")
    max_top_4_gram_share: Bound = at_most(0.16, TOP[4], "four_words_repeat")
    max_repeated_5_gram_share: Bound = at_most(0.15, REPEATED[5], "five_words_repeat")
    max_repeated_6_gram_share: Bound = at_most(0.14, REPEATED[6], "six_words_repeat")
    max_repeated_7_gram_share: Bound = at_most(0.13, REPEATED[7], "seven_words_repeat")
    max_repeated_8_gram_share: Bound = at_most(0.12, REPEATED[8], "eight_words_repeat")
    max_repeated_9_gram_share: Bound = at_most(0.11, REPEATED[9], "nine_words_repeat")
    max_repeated_10_gram_share: Bound = at_most(0.10, REPEATED[10], "ten_words_repeat")

    def measure(self, batch: Batch) -> dict[str, Array]:
        prose = [without_code(reply) for reply in batch.replies]
        known = zip(prose, batch.answers, batch.answer_words, strict=True)
        tokens = Tokens([_long(text, answer, answer_words) for text, answer, answer_words in known])
        applies = tokens.counts > 0
        found = _pieces(prose) | {"repeated_sentence_run": each(_longest_run, prose)}
        for n, measure in TOP.items():
            found[measure.name] = np.where(applies, top_share(tokens, n), np.nan)
        for n, measure in REPEATED.items():
            found[measure.name] = np.where(applies, repeated_share(tokens, n), np.nan)
        return found


def _long(text: str, answer: str, answer_words: list[str]) -> list[str]:
    """The words of a text that has enough of them, else none; an answer's own words are known already."""
    found = answer_words if text == answer else words(text)
    return found if len(found) >= MIN_WORDS else []


def _pieces(prose: Sequence[str]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    cuts: list[tuple[Callable[[str], list[str]], Measure, Measure]] = [
        (lines, LINES, LINE_CHARACTERS),
        (paragraphs, PARAGRAPHS, PARAGRAPH_CHARACTERS),
    ]
    for cut, share, characters in cuts:
        pairs = np.array([_duplicates(cut(text)) for text in prose], np.float64).reshape(-1, 2)
        found[share.name], found[characters.name] = pairs[:, 0].copy(), pairs[:, 1].copy()
    return found


def _duplicates(pieces: Sequence[str]) -> tuple[float, float]:
    """Shares of pieces and of characters that are later copies. Rulers and brackets, without a letter, do not count."""
    pieces = [piece for piece in pieces if any(map(str.isalpha, piece))]
    if len(pieces) < 2 or len(distinct := set(pieces)) == len(pieces):
        return 0.0, 0.0
    total = sum(map(len, pieces))
    return 1 - len(distinct) / len(pieces), 1 - sum(map(len, distinct)) / total


def _longest_run(text: str) -> float:
    """The longest run of one sentence; formulas count half and list items a third, as in Tülu 3."""
    runs = ((sentence, len(list(run))) for sentence, run in groupby(sentences(text)))
    return max(
        (_weighed(sentence, count) for sentence, count in runs if count > 1), default=1.0 if text.strip() else 0.0
    )


def _weighed(sentence: str, count: int) -> float:
    if not any(map(str.isalpha, sentence)):
        return 1.0
    divisor = 3 if _LIST_ITEM.match(sentence) else 2 if _MATH.search(sentence) else 1
    return float(max(1, count // divisor))
