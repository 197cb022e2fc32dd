"""Placeholders: answers that stand in for an answer, and contexts that say there is none."""

import re

from app.curation.batch import Array, Batch, Content, among, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.spans import in_answers, in_questions, matches

ANSWER = Measure("placeholder_answer", "The answer only stands in for one", kind="flag")
REMNANT = Measure("input_remnant", "A note that there is no input was left in the sample", kind="flag")

LONGEST = 240
"""Bytes of an answer that can be a placeholder."""
_NOTES = Cue("input", "output", "n/a")
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
        asked = ~batch.is_text
        short = batch.is_answered & (batch.answer_bytes.lengths <= LONGEST)
        noted = asked & _NOTES.among(batch.prompt_cues)
        return {
            "placeholder_answer": where(batch.is_answered, among(short, _stands_in, batch.answers)),
            "input_remnant": where(asked, among(noted, _has_remnant, batch.prompts)),
        }

    def spans(self, sample: Content) -> Spans:
        return {
            "answer_is_a_placeholder": in_answers(sample, lambda text: [(0, len(text))] if _stands_in(text) else []),
            "no_input_note_left_in": in_questions(sample, matches(_REMNANT)),
        }


def _stands_in(answer: str) -> bool:
    short = answer.strip()
    return bool(short) and bool(_NOTHING.fullmatch(short) or _BRACKETED.fullmatch(short))


def _has_remnant(text: str) -> bool:
    return _REMNANT.search(text.rstrip()) is not None
