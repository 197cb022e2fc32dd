"""A few thousand samples seen together: every view that filters share is computed once, when first asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.curation.cues import Cue, Seen, cues
from app.curation.kernels.reading import word_counts
from app.curation.languages import identify
from app.curation.pieces import Layout
from app.curation.sample import Form, answer_text, prompt_text, turns
from app.curation.text import without_code
from app.curation.texts import Texts
from app.curation.webtexts import WebTexts
from app.curation.words import Words

if TYPE_CHECKING:
    from app.curation.pii.detection import Found

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
_FENCE = Cue("```", "~~~")


class Content(Protocol):
    """Anything with a form and a content: a sample from a file, a row from the database."""

    @property
    def form(self) -> Form: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


class Batch:
    """Samples with shared views. `replies` holds all that a model would learn to say; a plain text is its own reply.

    `passages` are what samples were made from, empty where that is not known; a sample read from a document has its own.
    """

    def __init__(self, samples: Sequence[Content], passages: Sequence[str | None] | None = None) -> None:
        self.samples = samples
        self.passages = [one or "" for one in (passages if passages is not None else map(_passage, samples))]
        self.measured: dict[str, dict[str, Array]] = {}

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def is_text(self) -> Mask:
        """Where the sample is plain text: questions and answers do not apply."""
        return np.fromiter((sample.form is Form.TEXT for sample in self.samples), np.bool_, len(self))

    @cached_property
    def is_answered(self) -> Mask:
        """Where an answer in words is due: not in plain text, not where the last message only calls a tool."""
        return np.fromiter((_is_answered(sample) for sample in self.samples), np.bool_, len(self))

    @cached_property
    def has_passage(self) -> Mask:
        """Where the sample is known to come from a passage of a document."""
        return np.fromiter(map(bool, self.passages), np.bool_, len(self))

    @cached_property
    def has_tools(self) -> Mask:
        """Where the sample offers or calls tools, so that a model may know what is not in its words."""
        return np.fromiter(map(_has_tools, self.samples), np.bool_, len(self))

    @cached_property
    def prompts(self) -> list[str]:
        """What was asked, earlier turns included; empty for plain text."""
        return [prompt_text(sample.form, sample.content) for sample in self.samples]

    @cached_property
    def answers(self) -> list[str]:
        """The last answer, or the text itself."""
        return [answer_text(sample.form, sample.content) for sample in self.samples]

    @cached_property
    def replies(self) -> list[str]:
        """All that the assistant says over all turns, or the text itself."""
        found = [_replies(sample, answer) for sample, answer in zip(self.samples, self.answers, strict=True)]
        return self.answers if found == self.answers else found

    @cached_property
    def prose(self) -> list[str]:
        """The replies without fenced code."""
        found = list(self.replies)
        for row in np.flatnonzero(_FENCE.among(self.reply_cues)).tolist():
            found[row] = without_code(found[row])
        return self.replies if found == self.replies else found

    @cached_property
    def questions(self) -> list[str]:
        """The last thing a person asked, context included; empty for plain text."""
        return [_question(sample) for sample in self.samples]

    @cached_property
    def texts(self) -> list[str]:
        """Prompt and answer together, or the text itself."""
        return [f"{prompt}\n\n{answer}" if prompt else answer for prompt, answer in self._pairs]

    @cached_property
    def prompt_words(self) -> Words:
        return Words.of(self.prompt_bytes)

    @cached_property
    def answer_words(self) -> Words:
        return Words.of(self.answer_bytes)

    @cached_property
    def prose_words(self) -> Words:
        rows = [row for row, (one, other) in enumerate(zip(self.prose, self.answers, strict=True)) if one is not other]
        return self.answer_words.changed(self.prose_bytes, np.array(rows, np.int64)) if rows else self.answer_words

    @cached_property
    def prose_counts(self) -> NDArray[np.int64]:
        """Per reply: characters in words, long words, syllables, distinct words (`kernels.reading`)."""
        found = self.prose_words
        return word_counts(found.texts.data, found.starts, found.ends, found.hashes, found.firsts)

    @cached_property
    def prose_layout(self) -> Layout:
        return Layout(self.prose_bytes)

    @cached_property
    def prompt_languages(self) -> Array:
        """Places in `languages.LANGUAGES`, NaN where unknown."""
        return column(identify(prompt).label for prompt in self.prompts)

    @cached_property
    def reply_languages(self) -> Array:
        """Places in `languages.LANGUAGES`, NaN where unknown."""
        return column(identify(reply).label for reply in self.replies)

    @cached_property
    def web_texts(self) -> WebTexts:
        """The replies as the published web rules read them."""
        return WebTexts(self.replies)

    @cached_property
    def prompt_cues(self) -> Seen:
        return cues(self.prompt_bytes)

    @cached_property
    def reply_cues(self) -> Seen:
        return cues(self.reply_bytes)

    @cached_property
    def prompt_bytes(self) -> Texts:
        return Texts.of(self.prompts)

    @cached_property
    def answer_bytes(self) -> Texts:
        return Texts.of(self.answers)

    @cached_property
    def reply_bytes(self) -> Texts:
        return self.answer_bytes if self.replies is self.answers else Texts.of(self.replies)

    @cached_property
    def prose_bytes(self) -> Texts:
        return self.reply_bytes if self.prose is self.replies else Texts.of(self.prose)

    @cached_property
    def text_bytes(self) -> Texts:
        return Texts.of(self.texts)

    @cached_property
    def personal_data(self) -> "list[list[Found]]":
        """What the packaged detectors find in each sample, before any policy."""
        from app.curation.pii.detection import find_all

        return find_all(self.samples)

    @property
    def _pairs(self) -> Iterable[tuple[str, str]]:
        return zip(self.prompts, self.answers, strict=True)


def column(values: Iterable[float]) -> Array:
    """The values as the array that a measure is."""
    return np.fromiter(values, np.float64)


def each(measure: Callable[[str], float], texts: Sequence[str]) -> Array:
    """The measure of each text."""
    return np.fromiter(map(measure, texts), np.float64, len(texts))


def among(rows: Mask, measure: Callable[[str], float], texts: Sequence[str]) -> Array:
    """The measure of each text in `rows`, 0 for the others: those that no cue gives reason to look at."""
    found = np.zeros(len(texts))
    for row in np.flatnonzero(rows).tolist():
        found[row] = measure(texts[row])
    return found


def where(mask: Mask, values: Array) -> Array:
    """The values where they apply, NaN elsewhere; a NaN passes every rule."""
    return np.where(mask, values, np.nan)


def _passage(sample: Content) -> str:
    found = getattr(sample, "passage", None)
    return found.text if found is not None else ""


def _is_answered(sample: Content) -> bool:
    if sample.form is Form.TEXT:
        return False
    messages = sample.content.get("messages") or [{}]
    return sample.form is not Form.CHAT or not (messages[-1].get("tool_calls") or messages[-1].get("function_call"))


def _has_tools(sample: Content) -> bool:
    if sample.form is not Form.CHAT:
        return False
    messages = sample.content["messages"]
    return "tools" in sample.content or any(
        message["role"] in {"tool", "function"} or message.get("tool_calls") or message.get("function_call")
        for message in messages
    )


def _replies(sample: Content, answer: str) -> str:
    if sample.form is not Form.CHAT or len(sample.content["messages"]) < 4:
        return answer
    return "\n\n".join(turn.text for turn in turns(sample.form, sample.content) if turn.role == "assistant")


def _question(sample: Content) -> str:
    if sample.form in {Form.TEXT, Form.INSTRUCTION}:
        return prompt_text(sample.form, sample.content)
    asked = [turn.text for turn in turns(sample.form, sample.content) if turn.role == "user"]
    return asked[-1] if asked else ""
