"""Rows of a release that are looked at together, with the views that several checks share."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.curation.batch import Batch
from app.curation.pii.detection import Found, find_all
from app.curation.sample import Form, Json
from app.services.release_rows import Row

SHORTEST = 6
"""Characters of a text that can hold personal data: roles and flags need no look."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a record, wherever in it, as detectors look at it."""

    place: int
    content: Json
    form: Form = Form.TEXT


class Page(list[Row]):
    """Rows in their order; what is computed of them is computed once."""

    @cached_property
    def batch(self) -> Batch:
        """The samples as the core's measures see them."""
        return Batch([row.example for row in self])

    @cached_property
    def said(self) -> list[Said]:
        """Every text of every record as it leaves: tool calls and names too, which no masking of turns reaches."""
        return [
            Said(place, {"text": text})
            for place, row in enumerate(self)
            for text in dict.fromkeys(text for told in (*row.records, _passage(row)) for text in _texts(told))
        ]

    @cached_property
    def personal_data(self) -> list[tuple[Said, list[Found]]]:
        """The texts in which the packaged detectors find something, before any policy."""
        return [(one, found) for one, found in zip(self.said, find_all(self.said), strict=True) if found]


def _passage(row: Row) -> str:
    """What leaves beside the record, where the layout or the format tells the source."""
    return row.example.source["passage"] if row.example.source else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= SHORTEST:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
