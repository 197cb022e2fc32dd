"""Which words of a sample made a rule fire, and which speak of a person: what its page marks in the text."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.curation.filter import Filter
from app.curation.filters.pii import Pii
from app.curation.pii.detection import Found, find
from app.curation.pii.detector import NotInstalled, kinds
from app.curation.pii.policy import PiiPolicy
from app.curation.sample import Form, Path
from app.services import why

MOST_OF_A_KIND = 100
"""Places that are marked for one reason; the reader has understood it long before."""


@dataclass(frozen=True)
class Mark:
    """Characters `start` to `end` of the turn at `path`.

    `code` is a rule's reason, a kind of personal data, the item of a benchmark, or the number of a claim.
    """

    about: Literal["rule", "person", "benchmark", "source", "claim"]
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
    personal = next((one for one in filters.values() if isinstance(one, Pii)), Pii())
    return [*_rules(words, filters, failed), *_persons(words, personal.policy)]


def warm_up() -> None:
    """Load what detectors look up on first use, so that the first expert of the day does not wait for it."""
    list(_persons(_Words(Form.TEXT, {"text": "Call +44 20 7946 0958."}), Pii().policy))


def _rules(words: _Words, filters: Mapping[str, Filter], failed: Collection[str]) -> Iterator[Mark]:
    # Personal data is marked kind by kind, whether or not it is too much.
    others = [one for one in filters.values() if not isinstance(one, Pii)]
    owners = [one for one in others if any(rule.reason in failed for rule in one.rules().values())]
    for one in owners:
        for code, spans in one.spans(words).items():
            if code in failed:
                yield from (Mark("rule", code, why.title(code), *span) for span in spans[:MOST_OF_A_KIND])


def _persons(words: _Words, policy: PiiPolicy) -> Iterator[Mark]:
    """What the recipe counts as personal data, and which of it is replaced where samples leave."""
    counts: dict[str, int] = {}
    for found in _found(words, policy):
        counts[found.kind] = counts.get(found.kind, 0) + 1
        if counts[found.kind] <= MOST_OF_A_KIND:
            title = kinds()[found.kind] + (", replaced in releases" if policy.action(found.kind) == "mask" else "")
            yield Mark("person", found.kind, title, found.path, found.start, found.end)


def _found(words: _Words, policy: PiiPolicy) -> list[Found]:
    try:
        return policy.find(words)
    except NotInstalled:  # a further detector that only the workers have
        return policy.counted(words, find(words))
