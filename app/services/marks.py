"""Which words of a sample made a rule fire, and which speak of a person: what its page marks in the text."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.curation.filter import Filter
from app.curation.pii.detection import find
from app.curation.pii.detector import kinds
from app.curation.sample import Form, Path
from app.services import why

MOST_OF_A_KIND = 100
"""Places that are marked for one reason; the reader has understood it long before."""


@dataclass(frozen=True)
class Mark:
    """Characters `start` to `end` of the turn at `path`.

    `code` is a rule's reason, a kind of personal data, or the item of a benchmark.
    """

    about: Literal["rule", "person", "benchmark"]
    code: str
    title: str
    path: Path
    start: int
    end: int


@dataclass(frozen=True)
class _Words:
    """What filters and detectors look at."""

    form: Form
    content: Mapping[str, Any]


def of_sample(
    form: str, content: Mapping[str, Any], filters: Mapping[str, Filter], failed: Collection[str]
) -> list[Mark]:
    """The marks of every failed rule that can say where it fired, then those of personal data."""
    words = _Words(Form(form), content)
    return [*_rules(words, filters, failed), *_persons(words)]


def _rules(words: _Words, filters: Mapping[str, Filter], failed: Collection[str]) -> Iterator[Mark]:
    owners = [one for one in filters.values() if any(rule.reason in failed for rule in one.rules().values())]
    for one in owners:
        for code, spans in one.spans(words).items():
            if code in failed:
                yield from (Mark("rule", code, why.title(code), *span) for span in spans[:MOST_OF_A_KIND])


def _persons(words: _Words) -> Iterator[Mark]:
    counts: dict[str, int] = {}
    for found in find(words):
        counts[found.kind] = counts.get(found.kind, 0) + 1
        if counts[found.kind] <= MOST_OF_A_KIND:
            yield Mark("person", found.kind, kinds()[found.kind], found.path, found.start, found.end)
