"""Repetition: lines, paragraphs, sentences and word sequences that come again (Gopher, table A1; Tülu 3)."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Batch, Content, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.kernels import pieces as kernel
from app.curation.ngrams import repeated_shares
from app.curation.pieces import Pieces, recurrence
from app.curation.spans import in_answers
from app.curation.text import lines, sentences

LINES = Measure("duplicate_line_share", "Lines that came before", kind="share")
LINE_CHARACTERS = Measure("duplicate_line_character_share", "Characters in lines that came before", kind="share")
PARAGRAPHS = Measure("duplicate_paragraph_share", "Paragraphs that came before", kind="share")
PARAGRAPH_CHARACTERS = Measure("duplicate_paragraph_character_share", "Characters in repeated paragraphs", kind="share")
PARAGRAPH_COPIES = Measure("paragraph_copies", "The same paragraph in all", "times")
SENTENCE_COPIES = Measure("sentence_copies", "The same sentence in all", "times")
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
"""Shorter texts have no word-sequence shares: one natural repetition would decide. Nor has code."""

_CODE = Cue("</", "/>", "();", "){", ") {", "];", "= [", "\ndef ")


class Repetition(Filter):
    """How much of the answer or text repeats itself. Code blocks are left out; first copies do not count."""

    version = 2

    max_duplicate_line_share: Bound = at_most(0.30, LINES, "lines_repeat")
    max_duplicate_line_character_share: Bound = at_most(0.20, LINE_CHARACTERS, "long_lines_repeat")
    max_duplicate_paragraph_share: Bound = at_most(0.30, PARAGRAPHS, "paragraphs_repeat")
    max_duplicate_paragraph_character_share: Bound = at_most(0.20, PARAGRAPH_CHARACTERS, "long_paragraphs_repeat")
    max_paragraph_copies: Bound = at_most(9, PARAGRAPH_COPIES, "paragraph_repeats_often")
    max_sentence_copies: Bound = at_most(39, SENTENCE_COPIES, "sentence_repeats_often")
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
        layout = batch.prose_layout
        lines, paragraphs = (
            recurrence(layout.lines),
            recurrence(layout.paragraphs, _paragraph_weights(layout.paragraphs)),
        )
        sentences = recurrence(layout.sentences, _sentence_weights(layout.sentences))
        found = {
            "duplicate_line_share": lines.share,
            "duplicate_line_character_share": lines.characters,
            "duplicate_paragraph_share": paragraphs.share,
            "duplicate_paragraph_character_share": paragraphs.characters,
            "paragraph_copies": paragraphs.copies,
            "sentence_copies": sentences.copies,
            "repeated_sentence_run": sentences.run,
        }
        applies = (batch.prose_words.counts >= MIN_WORDS) & ~_CODE.among(batch.reply_cues)
        for n, shares in repeated_shares(batch.prose_words).items():
            found[(TOP | REPEATED)[n].name] = where(applies, shares)
        return found

    def spans(self, sample: Content) -> Spans:
        return {
            "sentence_repeats_in_a_row": in_answers(sample, _runs),
            "long_lines_repeat": in_answers(sample, _copies),
        }


def _sentence_weights(sentences: Pieces) -> NDArray[np.int64]:
    """Formulas may come twice as often, list items three times, as in Tülu 3."""
    maths = np.where(sentences.has(kernel.HAS_MATHS), 2, 1)
    return np.where(sentences.has(kernel.IS_ITEM), 3, maths).astype(np.int64)


def _paragraph_weights(paragraphs: Pieces) -> NDArray[np.int64]:
    """Paragraphs of several lines (verses, forms, tables) may come four times as often, as in Tülu 3."""
    return np.where(paragraphs.has(kernel.HAS_LINES), 4, 1).astype(np.int64)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence follows that is the one before it."""
    places = list(_places(text, sentences(text)))
    return (there for here, there in pairwise(places) if text[slice(*here)] == text[slice(*there)])


def _copies(text: str) -> Iterator[tuple[int, int]]:
    """Where a line comes again."""
    seen: set[str] = set()
    for start, end in _places(text, lines(text)):
        if text[start:end] in seen:
            yield start, end
        seen.add(text[start:end])


def _places(text: str, pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
    end = 0
    for piece in pieces:
        start = text.index(piece, end)
        end = start + len(piece)
        yield start, end
