"""The questions as the desk shows them: controls with their keys, what is answered, and who suggests what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import orjson

from app.curation.answering import asked
from app.curation.claims import answer as turn_of_claims
from app.curation.claims import claims
from app.curation.rubric import Question
from app.curation.rubrics.claims import VERDICTS, Claims
from app.curation.rubrics.preference import Preference
from app.curation.rubrics.ranking import Ranking
from app.curation.rubrics.rating import Rating
from app.curation.rubrics.span import Span
from app.curation.rubrics.text import Text
from app.curation.sample import Turn
from app.messages import say
from app.models import Suggestion
from app.web.dock_keys import Wanted, allocate
from app.web.rendering import GLOBALS

IN_DOCK = 3
"""Questions that have their place beside the decision; more of them go above it."""


@dataclass(frozen=True)
class Choice:
    """One thing to press or fill in. `value` is what is sent; `place` is that of a ranking, from 1."""

    value: str
    label: str
    key: str = ""
    is_chosen: bool = False
    place: int | None = None


@dataclass(frozen=True)
class Judged:
    """One sentence of the answer, by its number from 0, with what can be said of it."""

    number: int
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Shown:
    """One question. `name` begins the names of its controls; `turn` is the number of the turn that it is asked of."""

    question: Question
    control: str
    choices: tuple[Choice, ...]
    answer: Any = None
    turn: int | None = None
    suggestions: tuple[tuple[str, str, str], ...] = ()
    condition: str = ""
    is_open: bool = True
    key: str = ""
    has_error: bool = False
    claims: tuple[Judged, ...] = ()

    @property
    def name(self) -> str:
        return f"a.{self.question.key}" + ("" if self.turn is None else f".{self.turn}")

    @property
    def id(self) -> str:
        """Of the fieldset; stable, so that a sentence can point at it."""
        return self.name.replace(".", "-")

    @property
    def text(self) -> str:
        """What stands in a field for words or numbers."""
        return "" if self.answer is None else str(self.answer)

    @property
    def json(self) -> str:
        """What a script keeps in a hidden field: marked words."""
        return orjson.dumps(self.answer).decode() if self.answer else ""

    @property
    def needed(self) -> str:
        """For which decisions an answer is needed."""
        if not self.question.required:
            return ""
        return "approve reject" if self.question.on_reject else "approve"

    @property
    def waits_for(self) -> str:
        """The answers that open it, for the script."""
        return orjson.dumps(list(self.question.when_is)).decode()


@dataclass(frozen=True)
class Dock:
    """`beside` the decision, `above` it, and under the turns that they are asked of, by the turn's number."""

    beside: tuple[Shown, ...] = ()
    above: tuple[Shown, ...] = ()
    turns: Mapping[int, tuple[Shown, ...]] | None = None
    has_spans: bool = False
    is_suggested: bool = False

    def of_turn(self, number: int | None) -> tuple[Shown, ...]:
        return (self.turns or {}).get(number, ()) if number is not None else ()

    @property
    def is_empty(self) -> bool:
        return not (self.beside or self.above or self.turns)


def lay_out(
    questions: Sequence[Question],
    sample: Sequence[Turn],
    answers: Mapping[str, Any],
    suggestions: Mapping[str, Sequence[Suggestion]] | None = None,
    missing: str = "",
    taken: Collection[str] = (),
) -> Dock:
    """All questions of a rubric for one sample. `missing` is the key of one whose answer was refused.

    `taken` are keys of the keyboard that no answer may have.
    """
    open_keys = {question.key for question in asked(questions, _plausible(questions, answers))}
    titles = {question.key: question for question in questions}
    whole: list[Shown] = []
    turns: dict[int, list[Shown]] = {}
    for question, keys in zip(questions, allocate(map(_wanted, questions), taken), strict=True):
        shown = replace(
            _shown(question, answers.get(question.key), keys),
            suggestions=_suggested(question, (suggestions or {}).get(question.key, ())),
            condition=_condition(question, titles.get(question.when)),
            is_open=question.key in open_keys,
            has_error=question.key == missing,
        )
        if isinstance(question, Claims):
            for number, one in _by_claim(shown, sample, keys):
                turns.setdefault(number, []).append(one)
        elif getattr(question, "per_turn", ""):
            for number, one in _by_turn(shown, sample, keys):
                turns.setdefault(number, []).append(one)
        else:
            whole.append(shown)
    return Dock(
        tuple(whole[:IN_DOCK]),
        tuple(whole[IN_DOCK:]),
        {number: tuple(found) for number, found in turns.items()},
        any(isinstance(question, Span) for question in questions),
        bool(suggestions),
    )


def _shown(question: Question, answer: Any, keys: tuple[str, ...]) -> Shown:
    labels = _labels(question)
    caps = keys if len(keys) == len(labels) else ("",) * len(labels)
    said = {str(one) for one in (answer if isinstance(answer, list) and question.scale == "set" else [answer])}
    choices = tuple(
        Choice(
            value, label, key, value in said, question.place(answer, value) if isinstance(question, Ranking) else None
        )
        for (value, label), key in zip(labels.items(), caps, strict=True)
    )
    focus = keys[0] if keys and not labels else ""
    return Shown(question, _control(question), choices, answer, key=focus)


def _labels(question: Question) -> dict[str, str]:
    if isinstance(question, Preference):
        return question.labels
    if isinstance(question, Claims):
        return {label: str(title) for label, title in VERDICTS.items()}
    if isinstance(question, Rating):
        return {str(point): str(point) for point in question.points} if question.has_buttons else {}
    return {option: option for option in getattr(question, "options", ())}


def _control(question: Question) -> str:
    if isinstance(question, Text):
        return "text"
    if isinstance(question, Ranking | Span | Claims):
        return question.kind()
    if isinstance(question, Rating) and not question.has_buttons:
        return "number"
    return "check" if question.scale == "set" else "radio"


def _wanted(question: Question) -> Wanted:
    labels = _labels(question)
    own = tuple(labels) if isinstance(question, Rating) and all(len(point) == 1 for point in labels) else ()
    return Wanted(len(labels) or 1, own)


def _by_turn(shown: Shown, sample: Sequence[Turn], keys: tuple[str, ...]) -> list[tuple[int, Shown]]:
    """The same question under each turn. Its keys are printed where they act: at the first turn without an answer."""
    question: Any = shown.question
    answers = shown.answer if isinstance(shown.answer, dict) else {}
    numbers = question.turns(sample)
    acting = next((number for number in numbers if answers.get(str(number)) is None), None)
    return [
        (
            number,
            replace(
                shown,
                turn=number,
                answer=answers.get(str(number)),
                choices=_shown(question, answers.get(str(number)), keys if number == acting else ()).choices,
                key=shown.key if number == acting else "",
            ),
        )
        for number in numbers
    ]


def _by_claim(shown: Shown, sample: Sequence[Turn], keys: tuple[str, ...]) -> list[tuple[int, Shown]]:
    """Under the answer, a line for each sentence. The keys act on the first one that is not judged yet."""
    turn, found = turn_of_claims(sample), claims(sample)
    if turn is None:
        return []
    starts: dict[Any, int] = {one.start: number for number, one in enumerate(found)}
    given = shown.answer if isinstance(shown.answer, list) else []
    said = {one.get("claim", starts.get(one.get("start"))): one.get("label") for one in given if isinstance(one, dict)}
    acting = next((number for number in range(len(found)) if number not in said), None)
    lines = tuple(
        Judged(number, one.text, _shown(shown.question, said.get(number), keys if number == acting else ()).choices)
        for number, one in enumerate(found)
    )
    own = tuple(replace(choice, key=key) for choice, key in zip(shown.choices, keys, strict=False))
    return [(list(sample).index(turn), replace(shown, answer=None, choices=own, claims=lines))]


def _suggested(question: Question, found: Sequence[Suggestion]) -> tuple[tuple[str, str, str], ...]:
    return tuple((one.source, question.words(one.value), sureness(one.score)) for one in found)


def sureness(score: float | None) -> str:
    """How sure a source is, as a person says it."""
    if score is None:
        return ""
    if 0 <= score <= 1:
        share = f"{score * 100:.0f}"
        return say("%(share)s %% sure", share=share)
    shown = f"{score:.3g}"
    return say("score %(score)s", score=shown)


def _condition(question: Question, other: Question | None) -> str:
    if other is None:
        return ""
    labels = _labels(other)
    named = [labels.get(answer, answer) for answer in question.when_is]
    answers = reduce(lambda one, more: say("%(one)s or %(more)s", one=one, more=more), named)
    return say("Only if “%(title)s” is %(answers)s.", title=other.title, answers=answers)


def _plausible(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and refused may be anything; only what could be an answer opens other questions."""
    kinds = {"set": list, "ordinal": int}
    found = {question.key: answers.get(question.key) for question in questions}
    return {
        question.key: found[question.key]
        for question in questions
        if found[question.key] is not None and isinstance(found[question.key], kinds.get(question.scale, object))
    }


GLOBALS.update(sureness=sureness)
