"""Gopher's repetition rules (Rae et al. 2021, table A1), as datatrove 0.10 counts them (`gopher_repetition_filter.py`)."""

from typing import Any

import numpy as np

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_most
from app.curation.english import classes
from app.curation.filter import Filter
from app.curation.kernels.gopher import repeated_pieces, repeated_words

PARAGRAPHS = Measure("gopher_duplicate_paragraphs", "Paragraphs that came before", kind="share")
PARAGRAPH_CHARACTERS = Measure("gopher_duplicate_paragraph_characters", "Text in such paragraphs", kind="share")
LINES = Measure("gopher_duplicate_lines", "Lines that came before", kind="share")
LINE_CHARACTERS = Measure("gopher_duplicate_line_characters", "Text in lines that came before", kind="share")
TOP = {
    n: Measure(f"gopher_top_{n}_gram", f"Text in the most frequent {n} words in a row", kind="share") for n in (2, 3, 4)
}
REPEATED = {
    n: Measure(f"gopher_duplicate_{n}_grams", f"Text in {n} words in a row that came before", kind="share")
    for n in range(5, 11)
}
ORDER = (PARAGRAPHS, PARAGRAPH_CHARACTERS, LINES, LINE_CHARACTERS, *TOP.values(), *REPEATED.values())


def _top(n: int, bound: float, reason: str) -> Any:
    return at_most(bound, TOP[n], reason, f"Counts every copy. datatrove: top_{n}_gram.")


def _repeated(n: int, bound: float, reason: str) -> Any:
    return at_most(bound, REPEATED[n], reason, f"The first copy does not count. datatrove: duplicated_{n}_n_grams.")


class GopherRepetition(Filter):
    """How much of the text comes again; shares of all characters. Text that is not mostly in Latin letters passes."""

    max_duplicate_paragraphs: Bound = at_most(0.30, PARAGRAPHS, "paragraphs_come_again", "datatrove: dup_para_frac.")
    max_duplicate_paragraph_characters: Bound = at_most(
        0.20, PARAGRAPH_CHARACTERS, "long_paragraphs_come_again", "datatrove: dup_para_char_frac."
    )
    max_duplicate_lines: Bound = at_most(0.30, LINES, "lines_come_again", "datatrove: dup_line_frac.")
    max_duplicate_line_characters: Bound = at_most(
        0.20, LINE_CHARACTERS, "long_lines_come_again", "datatrove: dup_line_char_frac."
    )
    max_top_2_gram: Bound = _top(2, 0.20, "two_words_fill_the_text")
    max_top_3_gram: Bound = _top(3, 0.18, "three_words_fill_the_text")
    max_top_4_gram: Bound = _top(4, 0.16, "four_words_fill_the_text")
    max_duplicate_5_grams: Bound = _repeated(5, 0.15, "five_words_come_again")
    max_duplicate_6_grams: Bound = _repeated(6, 0.14, "six_words_come_again")
    max_duplicate_7_grams: Bound = _repeated(7, 0.13, "seven_words_come_again")
    max_duplicate_8_grams: Bound = _repeated(8, 0.12, "eight_words_come_again")
    max_duplicate_9_grams: Bound = _repeated(9, 0.11, "nine_words_come_again")
    max_duplicate_10_grams: Bound = _repeated(10, 0.10, "ten_words_come_again")

    def measure(self, batch: Batch) -> dict[str, Array]:
        texts = batch.web_texts
        points, tokens, lines = texts.points, texts.tokens, texts.lines
        pieces = repeated_pieces(
            points.codes, points.offsets, classes(), lines.starts, lines.ends, lines.hashes, lines.firsts
        )
        words = repeated_words(points.offsets, tokens.starts, tokens.ends, tokens.hashes, tokens.firsts)
        return texts.named([one.name for one in ORDER], np.hstack([pieces, words]))
