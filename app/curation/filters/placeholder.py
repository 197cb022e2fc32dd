"""Placeholders: answers that stand in for an answer, and contexts that say there is none."""

import re

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter

ANSWER = Measure("placeholder_answer", "The answer only stands in for one", kind="flag")
REMNANT = Measure("input_remnant", "A note that there is no input was left in the sample", kind="flag")

_NOTHING = re.compile(
    r"""[\W_]*(?:n\s?/\s?a|none|null|nil|nan|tbd|todo|to\ be\ (?:added|determined)|lorem\ ipsum.*
    |no\W?(?:out|in)put\b(?:\W+(?:is\W+)?(?:required|needed|necessary|provided|available|given|applicable))?
    |no\ (?:answer|response|text|data|content|information|context)(?:\ (?:available|provided|given|found))?
    |not?\W?applicable|not\ available|(?:out|in)put|answer|response|(?:same\ as|see)\ above|empty|blank)[\W_]*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_BRACKETED = re.compile(
    r"\W*[\[<{(](?:insert|your|add|cropped|image|picture|photo|graph|chart|diagram|video|audio|drawing|output|logo|file)"
    r"\b[^\]>})\n]{0,200}[\]>})]\W*",
    re.IGNORECASE,
)
_REMNANT = re.compile(
    r"<\s*no[ _-]?(?:in|out)put\s*>"
    r"|(?:^|\n)[\W_]*"
    r"(?:no[ _-]?input(?:\W+(?:is\W+)?(?:required|needed|necessary|provided|available|given))?|n/a)[\W_]*$",
    re.IGNORECASE,
)


class Placeholder(Filter):
    """Stand-ins such as "N/A", "no output" or "[insert answer]", and the "<noinput>" that generators leave behind."""

    max_placeholder_answer: Bound = at_most(0, ANSWER, "answer_is_a_placeholder")
    max_input_remnant: Bound = at_most(0, REMNANT, "no_input_note_left_in")

    def measure(self, batch: Batch) -> dict[str, Array]:
        return {
            "placeholder_answer": where(batch.is_answered, each(_stands_in, batch.answers)),
            "input_remnant": where(~batch.is_text, each(_has_remnant, batch.prompts)),
        }


def _stands_in(answer: str) -> bool:
    short = answer.strip()
    return 0 < len(short) <= 240 and bool(_NOTHING.fullmatch(short) or _BRACKETED.fullmatch(short))


def _has_remnant(text: str) -> bool:
    return _REMNANT.search(text.rstrip()) is not None
