"""Language: what a sample is written in, and whether that is one of the languages the dataset is meant for."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from app.curation.batch import Array, Batch, column
from app.curation.bounds import Bound, Measure, at_least
from app.curation.filter import Filter
from app.curation.languages import LANGUAGES, MIN_LETTERS, SURE, UNKNOWN, confidence, excerpt, weight

CONFIDENCE = Measure("language_confidence", "Certainty that the language is one of those wanted", kind="score")
SAMPLE = Measure("language", "Language of the answer or text", kind="label", labels=LANGUAGES)
PROMPT = Measure("prompt_language", "Language of the question", kind="label", labels=LANGUAGES)


class Language(Filter):
    """Question or answer in a wanted language is enough, so translations stay. Too little text to tell passes."""

    version = 2
    plain: ClassVar[tuple[Measure, ...]] = (SAMPLE, PROMPT)
    languages: list[str] = Field(
        default=[],
        title="Languages",
        description="Two-letter codes such as en, de, zh. Empty: every language is welcome.",
    )
    min_language_confidence: Bound = at_least(0.2, CONFIDENCE, "not_in_language")

    def measure(self, batch: Batch) -> dict[str, Array]:
        wanted = {language.strip().lower() for language in self.languages}
        pairs = zip(batch.prompts, batch.replies, strict=True)
        asked, said = batch.prompt_languages, batch.reply_languages
        return {
            "language_confidence": column(_best(wanted, *pair) if wanted else UNKNOWN for pair in pairs),
            "language": np.where(np.isnan(said), asked, said),
            "prompt_language": asked,
        }


def _best(wanted: set[str], prompt: str, reply: str) -> float:
    """Question and answer together; each alone as well where the two together leave a doubt."""
    asked, said = excerpt(prompt), excerpt(reply)
    both = f"{asked} {said}".strip()
    if weight(both) < 2 * MIN_LETTERS:
        return UNKNOWN
    found = confidence(both, wanted)
    if found >= SURE or not asked:
        return found
    return max(found, *(confidence(one, wanted) for one in (asked, said) if weight(one) >= MIN_LETTERS), 0.0)
