"""Readability: how long sentences and words are, how varied the words, and the formulas made of that."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Batch
from app.curation.bounds import Measure
from app.curation.filter import Filter
from app.curation.kernels.pieces import HAS_LETTER
from app.curation.languages import PLACES
from app.curation.pieces import Pieces
from app.curation.texts import Texts

SENTENCE = Measure("words_per_sentence", "Length of sentences", "words", "score")
WORD = Measure("characters_per_word", "Length of words", "characters", "score")
VARIETY = Measure("distinct_word_share", "Different words among all words", kind="share")
GRADE = Measure("reading_grade", "School years needed to read it (Flesch and Kincaid; English only)", "years", "score")
LIX = Measure("lix", "Difficulty to read (LIX; languages other than English)", kind="score")
COMPRESSION = Measure("compression_ratio", "How much smaller it becomes when packed", "times", "score")

MIN_WORDS = 10
"""Fewer words say nothing about their reader."""
MIN_BYTES = 200
"""Fewer bytes cannot be packed."""


class Readability(Filter):
    """Measures to order and describe samples by; they drop nothing. Code is left out, scripts without spaces are unknown."""

    plain: ClassVar[tuple[Measure, ...]] = (SENTENCE, WORD, VARIETY, GRADE, LIX, COMPRESSION)

    def measure(self, batch: Batch) -> dict[str, Array]:
        found = batch.prose_words
        spaced = (found.counts >= MIN_WORDS) & (2 * found.singles <= found.counts)
        words = np.where(spaced, found.counts, np.nan)
        characters, long, syllables, distinct = (column / words for column in batch.prose_counts.T)
        length = words / np.maximum(1, _with_letters(batch.prose_layout.sentences))
        english = batch.reply_languages == PLACES["en"]
        return {
            "words_per_sentence": length,
            "characters_per_word": characters,
            "distinct_word_share": distinct,
            "reading_grade": np.where(english, 0.39 * length + 11.8 * syllables - 15.59, np.nan),
            "lix": np.where(english | np.isnan(batch.reply_languages), np.nan, length + 100 * long),
            "compression_ratio": _packed(batch.prose_bytes),
        }


def _with_letters(sentences: Pieces) -> NDArray[np.int64]:
    """Sentences per text, numbers and rulers left out."""
    before = np.concatenate([[0], np.cumsum(sentences.has(HAS_LETTER))])
    return np.diff(before[sentences.firsts])


def _packed(texts: Texts) -> Array:
    """Bytes before over bytes after (LZ4), NaN for short texts."""
    import pyarrow as pa

    pack = pa.Codec("lz4_raw").compress
    found = np.full(len(texts), np.nan)
    for row in np.flatnonzero(texts.lengths >= MIN_BYTES).tolist():
        found[row] = texts.lengths[row] / len(pack(texts.raw(row), asbytes=True))
    return found
