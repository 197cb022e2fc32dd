"""Quality: one number from 0 to 1 that orders samples for review, made of features that anybody can check.

The score is the weighted mean of the features in `WEIGHTS` that apply, halved for every flaw that another filter finds
with its default bounds. It says nothing about truth. The weights were set by hand on human judgements of answers
(AlpacaDataCleaned, CoachLM's revisions, MedQuAD's judgements, Tülu's annotations); see `benchmarks/instruction.py`.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Batch, each
from app.curation.bounds import Bound, Measure, at_least
from app.curation.filter import Filter, filters
from app.curation.kernels.reading import digits_and_breaks, share_found, word_keys
from app.curation.texts import Texts
from app.curation.verdict import failing
from app.curation.words import Words

SCORE = Measure("quality_score", "Quality by features that can be checked", kind="score")

WEIGHTS = {
    "relevance": 0.25,
    "substance": 0.15,
    "variety": 0.30,
    "words_over_figures": 0.30,
    "layout": 0.10,
    "beginning": 0.15,
    "end": 0.10,
}
"""`features` says what each is."""
FLAWS = (
    "echo",
    "encoding",
    "markup",
    "mismatch",
    "placeholder",
    "prompt_leak",
    "refusal",
    "request",
    "residue",
    "truncation",
)
"""Filters whose default rules count as flaws; drawings and live data that are asked for count as well."""
ASKED_TOO_MUCH = {"max_asks_for_live_data": 0, "max_asks_for_drawing": 0}
MOST_FLAWS = 3
ENOUGH_WORDS, ENOUGH_BREAKS = 60, 12
STEM = 6
"""Bytes by which words of question and answer are compared."""
SHORT = 8
"""Words of an answer that needs no end mark."""
_COMMON = """
about answer compose create describe explain find following from generate give given have identify list make
name please provide that their them these this three using what when where which with write your
"""


class Quality(Filter):
    """A score to order samples by. It prefers answers that speak of what was asked, in varied words, well begun and ended."""

    min_quality_score: Bound = at_least(None, SCORE, "quality_score_low")

    def measure(self, batch: Batch) -> dict[str, Array]:
        values = features(batch)
        weights = np.array([WEIGHTS[name] for name in values])[:, None]
        table = np.array(list(values.values())).reshape(len(values), len(batch))
        known = ~np.isnan(table)
        base = (np.where(known, table, 0) * weights).sum(0) / (known * weights).sum(0)
        return {"quality_score": base * 0.5 ** np.minimum(flaws(batch), MOST_FLAWS)}


def features(batch: Batch) -> dict[str, Array]:
    """Each from 0 to 1, NaN where it does not apply.

    relevance: words of the question (4 letters or more, common ones left out) that the answer takes up. substance: words,
    up to 60, on a logarithmic scale. variety: different words among all. words_over_figures: 1 without digits, 0 where
    every fifth character is one. layout: line breaks, up to 12, on a logarithmic scale. beginning: no small letter comes
    first. end: an answer of more than 7 words does not stop at a letter.
    """
    words, counts = batch.answer_words, batch.prose_words.counts
    digits, breaks = digits_and_breaks(batch.answer_bytes.data, batch.answer_bytes.offsets).T
    stops = each(_stops_at_a_letter, batch.answers)
    return {
        "relevance": np.where(batch.is_text, np.nan, _relevance(batch.prompt_words, words)),
        "substance": np.minimum(1, np.log1p(words.counts) / np.log1p(ENOUGH_WORDS)),
        "variety": np.where(counts > 0, batch.prose_counts[:, 3] / np.maximum(1, counts), np.nan),
        "words_over_figures": 1 - np.minimum(1, 5 * digits / np.maximum(1, batch.answer_bytes.lengths)),
        "layout": np.minimum(1, np.log1p(breaks) / np.log1p(ENOUGH_BREAKS)),
        "beginning": 1 - each(_begins_small, batch.answers),
        "end": np.where((words.counts >= SHORT) & (stops > 0), 0.0, 1.0),
    }


def flaws(batch: Batch) -> NDArray[np.int64]:
    """How many default rules of the filters in `FLAWS` each sample fails."""
    found = np.zeros(len(batch), np.int64)
    for one in _flaw_filters():
        measured = one.measured(batch)
        for limit in one.limits():
            found += failing(measured, limit)
    return found


@cache
def _flaw_filters() -> tuple[Filter, ...]:
    return tuple(filters()[key].model_validate(ASKED_TOO_MUCH if key == "request" else {}) for key in FLAWS)


def _relevance(asked: Words, said: Words) -> Array:
    keys = [word_keys(words.texts.data, words.starts, words.ends, STEM) for words in (asked, said)]
    return share_found(keys[0], asked.firsts, keys[1], said.firsts, _common())


@cache
def _common() -> NDArray[np.uint64]:
    words = Words.of(Texts.of(_COMMON.split()))
    return np.unique(word_keys(words.texts.data, words.starts, words.ends, STEM))


def _begins_small(text: str) -> bool:
    return text[:1].islower()


def _stops_at_a_letter(text: str) -> bool:
    return text[-1:].isalnum()
