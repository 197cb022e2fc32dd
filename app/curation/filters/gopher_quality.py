"""Gopher's quality rules (Rae et al. 2021, section A.1.1), as datatrove 0.10 counts them (`gopher_quality_filter.py`)."""

import numpy as np

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.english import classes
from app.curation.filter import Filter
from app.curation.hashing import Hashes
from app.curation.kernels.gopher import count_lines, count_signs, count_words
from app.curation.kernels.polynomial import hash_of
from app.curation.points import Points

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
WORDS = Measure("gopher_words", "Words that are not signs alone", "words")
WORD_LENGTH = Measure("gopher_word_length", "Characters in a word, on average", "characters", kind="score")
LETTERS = Measure("gopher_alphabetic_word_share", "Words with a letter", kind="share")
STOPS = Measure("gopher_stop_words", "Different ones of the, be, to, of, and, that, have, with", "words")
HASHES = Measure("gopher_hash_share", "Number signs (#) per word", kind="score")
ELLIPSES = Measure("gopher_ellipsis_share", "Ellipses (…) per word", kind="score")
BULLETS = Measure("gopher_bullet_line_share", "Lines that begin with a bullet or hyphen", kind="share")
CUT_LINES = Measure("gopher_ellipsis_line_share", "Lines that end in an ellipsis", kind="share")


class GopherQuality(Filter):
    """Is it running text? Words are counted as spaCy cuts them. Text that is not mostly in Latin letters passes."""

    min_words: Bound = at_least(50, WORDS, "too_few_words", "datatrove: gopher_short_doc.")
    max_words: Bound = at_most(100_000, WORDS, "too_many_words", "datatrove: gopher_long_doc.")
    min_word_length: Bound = at_least(3, WORD_LENGTH, "words_too_short", "datatrove: gopher_below_avg_threshold.")
    max_word_length: Bound = at_most(10, WORD_LENGTH, "words_too_long", "datatrove: gopher_above_avg_threshold.")
    max_hash_share: Bound = at_most(0.1, HASHES, "too_many_hashes", "datatrove: gopher_too_many_hashes.")
    max_ellipsis_share: Bound = at_most(0.1, ELLIPSES, "too_many_ellipses", "datatrove: gopher_too_many_ellipsis.")
    max_bullet_lines: Bound = at_most(0.9, BULLETS, "too_many_bullets", "datatrove: gopher_too_many_bullets.")
    max_ellipsis_lines: Bound = at_most(0.3, CUT_LINES, "lines_cut_off", "datatrove: gopher_too_many_end_ellipsis.")
    min_alphabetic_words: Bound = at_least(
        0.8, LETTERS, "too_few_words_with_letters", "datatrove: gopher_below_alpha_threshold."
    )
    min_stop_words: Bound = at_least(2, STOPS, "too_few_stop_words", "datatrove: gopher_enough_stop_words.")

    def measure(self, batch: Batch) -> dict[str, Array]:
        texts = batch.web_texts
        points, tokens, lines = texts.points, texts.tokens, texts.all_lines
        words = count_words(tokens.starts, tokens.ends, tokens.hashes, tokens.flags, tokens.firsts, _stop_words())
        signs = count_signs(points.codes, points.offsets) / np.maximum(1, tokens.counts)[:, None]
        edges = count_lines(points.codes, classes(), lines.starts, lines.ends, lines.firsts)
        order = (WORDS, WORD_LENGTH, LETTERS, STOPS, HASHES, ELLIPSES, BULLETS, CUT_LINES)
        return texts.named([one.name for one in order], np.hstack([words, signs, edges]))


def _stop_words() -> Hashes:
    return np.array([hash_of(Points.of([word]).codes, 0, len(word)) for word in STOP_WORDS], np.uint64)
