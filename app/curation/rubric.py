"""A question to experts: a module in `rubrics/` that says what may be answered, and how far two answers lie apart."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.curation.registry import plugins
from app.curation.sample import Json, Turn

Given: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sent for one question, by the part of it that a control is for; "" is the question as a whole."""
Scale: TypeAlias = Literal["nominal", "ordinal", "interval", "set", "ranking", "spans", "claims", "none"]
"""What the answers are to statistics. Words of one's own ("none") are read, not compared."""
_PLAIN = r"^[a-z][a-z0-9_]{0,39}$"


class Refused(ValueError):
    """The answer cannot be one; the message says why, and `key` names the question where it is known."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.key = key


def _different(options: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(option.strip() for option in options if option.strip())
    if len(found) < 2:
        raise ValueError("Write at least two, one on each line.")
    if len({option.casefold() for option in found}) < len(found):
        raise ValueError("Two of them are the same. Write each once.")
    if any(len(option) > 80 or not option.isprintable() for option in found):
        raise ValueError("Use 80 characters or fewer for each, on one line.")
    return found


Options: TypeAlias = Annotated[tuple[str, ...], AfterValidator(_different)]
"""What can be chosen, in the words that are shown and stored."""


class Question(BaseModel, ABC):
    """The fields are what a rubric stores, what its form asks, and what is checked.

    `key` names the question in answers and files; it stays when the words change.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    scale: ClassVar[Scale]
    name: ClassVar[str]
    """What people call this kind."""
    needs_source: ClassVar[bool] = False
    """Whether it is only asked of samples that come from a passage of a document."""

    key: str = Field(pattern=_PLAIN)
    title: str = Field(min_length=1, max_length=200, title="Question")
    help: str = Field("", max_length=1_000, title="Help", description="Shown below the question.")
    required: bool = Field(True, title="Must be answered to approve")
    on_reject: bool = Field(False, title="Must be answered to reject, too")
    when: str = Field("", title="Only ask if", description="Another question of this rubric.")
    when_is: tuple[str, ...] = Field((), title="was answered with", description="One answer on each line.")

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers that another question's condition can name; empty where there are none to name."""
        return ()

    @abstractmethod
    def typed(self, given: Given) -> Any:
        """What a form sent, as an answer that is not checked yet. None where nothing was answered."""

    @abstractmethod
    def check(self, answer: Any, sample: Sequence[Turn]) -> Any:
        """The answer in the one way in which it is stored. Refused."""

    @abstractmethod
    def distance(self, one: Any, other: Any) -> float:
        """How far two checked answers lie apart, from 0 to 1; equal answers are 0, and the order does not matter."""

    @abstractmethod
    def words(self, answer: Any) -> str:
        """A checked answer as a person says it."""

    def missing(self, answer: Any, sample: Sequence[Turn]) -> bool:
        """Whether an answer is still to be given, in whole or in part."""
        return answer is None or answer in ("", [], {})

    def says(self, answer: Any) -> tuple[str, ...]:
        """Which of `choices` a checked answer names."""
        return tuple(choice for choice in self.choices if choice == answer)

    def dumped(self) -> Json:
        """As a rubric stores it: its kind, and all fields."""
        return {"kind": self.kind(), **self.model_dump(mode="json")}

    @classmethod
    def kind(cls) -> str:
        """The kind's name in rubrics and addresses: its module's."""
        return cls.__module__.rpartition(".")[2]


@cache
def kinds() -> dict[str, type[Question]]:
    """Every kind of question by key."""
    import app.curation.rubrics as package

    return plugins(package, Question)  # type: ignore[type-abstract]


def loaded(stored: Sequence[Json]) -> tuple[Question, ...]:
    """The questions of a stored rubric, in order. ValueError where one cannot be asked."""
    found = tuple(_question(dict(one)) for one in stored)
    for place, question in enumerate(found):
        _refuse_dangling(question, found[:place])
    return found


def _question(stored: Json) -> Question:
    kind = kinds().get(stored.pop("kind", ""))
    if kind is None:
        raise ValueError("This kind of question is not known here.")
    return kind.model_validate(stored)


def _refuse_dangling(question: Question, before: Sequence[Question]) -> None:
    """A condition may only look back, so that none can wait for itself."""
    if any(other.key == question.key for other in before):
        raise ValueError(f"Two questions have the name {question.key}.")
    if not question.when:
        return
    other = next((other for other in before if other.key == question.when), None)
    if other is None or not other.choices:
        raise ValueError(
            f"“{question.title}” waits for a question that is not above it. Move it below that question, or ask it always."
        )
    unknown = [answer for answer in question.when_is if answer not in other.choices]
    if unknown or not question.when_is:
        raise ValueError(
            f"“{question.title}” needs an answer to wait for. “{other.title}” can be answered with: {', '.join(other.choices)}."
        )
