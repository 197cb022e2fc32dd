"""Prompt leaks: sentences of a system prompt or of a generator's instructions inside the question or answer."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.curation.batch import Array, Batch, Content, among, column
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.sample import Form, answer_text, turns
from app.curation.spans import everywhere, in_answers, matches
from app.curation.text import comparable, sentences, words

GENERATOR = Measure("generator_instructions", "Instructions to a generator of data, left in the text", "places")
SYSTEM = Measure("system_prompt_leak", "Sentences of the system prompt given away in the answer", "sentences")

SENTENCE = 7
"""Words that a sentence of the system prompt must have to be recognised."""
_INSTRUCTIONS = re.compile(
    r"\byou (?:are|will be) asked to come up with a set of \d* ?(?:diverse )?(?:task )?(?:instructions|prompts|tasks)"
    r"|\btry not to repeat the verb for each instruction\b"
    r"|\bbelow is an instruction that describes a task\b|\bwrite a response that appropriately completes the request\b"
    r"|\bpaired with an input that provides further context\b"
    r"|^\W*#{1,4}\s?(?:the )?(?:given|rewritten|created|new|original|old) prompt\s?#{0,4}\s*:?"
    r"|\bi want you to act as an? (?:instruction|prompt) (?:creator|rewriter|evolver)\b|\bi want you act as a prompt rewriter\b"
    r"|\b(?:my|the|these) (?:system (?:prompt|message|instructions)|hidden instructions) "
    r"(?:is|are|says?|states?|tells?|reads?)\b"
    r"|\bi (?:was|am|have been) (?:instructed|told|programmed) (?:by|in) my (?:system prompt|instructions|developers?)\b"
    r"|\bas per (?:the|my) (?:system prompt|system message)\b"
    r"|<(?:instruction|user_query|system_prompt|question_generation)>"
    r"|\bgenerate (?:a|an|the|\d+) (?:new )?(?:instruction|question)[- ](?:answer|response|output) pairs?\b",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNS = Cue(
    "come up with a set of", "repeat the verb", "below is an instruction", "appropriately completes", "paired with an input",
    "prompt#", "prompt #", "# prompt", "prompt:", "prompt creator", "prompt rewriter", "instruction creator", "evolver",
    "system prompt", "system message", "system instructions", "hidden instructions", "my instructions", "my developer",
    "<instruction>", "<user_query>", "<question_generation>", "<system_prompt>", "answer pair", "response pair", "output pair",
)  # fmt: skip
_ASKS_FOR_PROMPTS = re.compile(r"\b(?:prompts?|instructions?|questions?|quiz|interview|faq)\b", re.IGNORECASE)


class PromptLeak(Filter):
    """Answers that repeat their system prompt, and texts in which the instructions of a generator were left."""

    max_generator_instructions: Bound = at_most(0, GENERATOR, "generator_instructions_left_in")
    max_system_prompt_leak: Bound = at_most(0, SYSTEM, "answer_gives_system_prompt_away")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked, said = (_SIGNS.among(seen) for seen in (batch.prompt_cues, batch.reply_cues))
        return {
            "generator_instructions": among(asked | said, _instructions, batch.texts),
            "system_prompt_leak": column(_leaks(sample) for sample in batch.samples),
        }

    def spans(self, sample: Content) -> Spans:
        given = set(_sentences_of_system(sample))
        return {
            "generator_instructions_left_in": everywhere(sample, matches(_INSTRUCTIONS)),
            "answer_gives_system_prompt_away": in_answers(sample, lambda text: _repeated(text, given)) if given else [],
        }


def _instructions(text: str) -> int:
    """What was asked for is no leak: a question about prompts may be answered with prompts."""
    prompt, _, answer = text.partition("\n\n")
    found = len(_INSTRUCTIONS.findall(text))
    return 0 if found and answer and _ASKS_FOR_PROMPTS.search(_INSTRUCTIONS.sub("", prompt)) else found


def _leaks(sample: Content) -> int:
    given = _sentences_of_system(sample)
    if not given:
        return 0
    said = comparable(answer_text(Form(sample.form), sample.content))
    return sum(sentence in said for sentence in given)


def _sentences_of_system(sample: Content) -> list[str]:
    """The long sentences of the system prompt, as they are compared."""
    if sample.form is Form.TEXT or not (sample.content.get("system") or sample.form is Form.CHAT):
        return []
    pieces = (turn.text for turn in turns(Form(sample.form), sample.content) if turn.role == "system")
    return [sentence for piece in pieces for sentence in _long_sentences(piece)]


@lru_cache(maxsize=256)
def _long_sentences(text: str) -> tuple[str, ...]:
    found = (comparable(sentence).strip(" .") for sentence in sentences(text))
    return tuple(sentence for sentence in found if len(words(sentence)) >= SENTENCE)


def _repeated(text: str, given: set[str]) -> Iterator[tuple[int, int]]:
    """Sentences of a text that hold one of the given."""
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        end = start + len(sentence)
        if any(one in comparable(sentence) for one in given):
            yield start, end
