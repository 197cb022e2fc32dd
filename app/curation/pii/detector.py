"""A detector: a module in `detectors/` that finds one kind of personal data in a text."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from typing import ClassVar, NamedTuple

from app.curation.registry import plugins


class NotInstalled(Exception):
    """A detector cannot run here; the message says what to install."""


class Span(NamedTuple):
    """text[start:end] (code points) is personal data; `score` runs from 0 (a guess) to 1 (check digits or a fixed form)."""

    kind: str
    start: int
    end: int
    score: float


class Detector(ABC):
    """`signs` are the bits of `app.curation.kernels.signs` without which a text is not looked at; 0 looks at every text.

    A `further` detector needs something that the user installs, and runs only where it is asked for.
    Raise `version` whenever the same text would give other spans.
    """

    title: ClassVar[str]
    signs: ClassVar[int] = 0
    further: ClassVar[bool] = False
    version: ClassVar[int] = 1

    @abstractmethod
    def spans(self, text: str) -> Iterator[Span]:
        """What is found, from left to right; spans may overlap."""

    @classmethod
    def key(cls) -> str:
        """The detector's name: its module's."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def kinds(cls) -> dict[str, str]:
        """The kinds of personal data that it may find, each with its title."""
        return {cls.key(): cls.title}

    @staticmethod
    def canonical(value: str) -> str:
        """Equal for two spellings of the same thing."""
        return " ".join(value.casefold().split())


@cache
def detectors() -> dict[str, type[Detector]]:
    """Every detector by key, in alphabetical order."""
    import app.curation.pii.detectors as package

    return plugins(package, Detector)  # type: ignore[type-abstract]


@cache
def packaged_detectors() -> tuple[Detector, ...]:
    """One of each detector that needs nothing but this package."""
    return tuple(one() for one in detectors().values() if not one.further)


@cache
def kinds() -> dict[str, str]:
    """Every kind of personal data with its title, those of the packaged detectors first."""
    ordered = sorted(detectors().values(), key=lambda one: one.further)
    return {kind: title for one in ordered for kind, title in one.kinds().items()}


def canonical(kind: str, value: str) -> str:
    """The value in the spelling that all its spellings share."""
    owner = next((one for one in detectors().values() if kind in one.kinds()), Detector)
    return owner.canonical(value)
