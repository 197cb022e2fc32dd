"""A benchmark: the evaluation items that training data must not contain."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from app.curation.decontamination.layouts import Item, items_of
from app.curation.readers import FileRefused, records


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Items with ids that differ. `unread` counts the records of its file that held none."""

    name: str
    items: tuple[Item, ...]
    unread: int = 0

    @classmethod
    def read(cls, path: Path, name: str | None = None, *, file_name: str | None = None) -> "Benchmark":
        """From a file of any corpus format, one JSON object of named items included. FileRefused where it cannot be read.

        `file_name` tells the format where the path does not.
        """
        return cls.of(name or path.stem, _records(path, file_name or path.name))

    @classmethod
    def of(cls, name: str, records: Iterable[tuple[str, Mapping[str, Any] | None]]) -> "Benchmark":
        """From records, each with the id it has where it tells none; None stands for one that could not be read."""
        items: list[Item] = []
        unread = 0
        for fallback, record in records:
            found = list(items_of(record, fallback)) if record is not None else []
            items += found
            unread += not found
        return cls(name, _distinct(items), unread)


def _records(path: Path, file_name: str) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    try:
        for number, record in enumerate(records(path, file_name)):
            yield str(number), record
    except FileRefused as refused:
        if refused.code != "not_a_list":
            raise
        try:
            named = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError:  # packed: what the reader says of it holds
            raise refused from None
        yield from named.items()


def _distinct(items: list[Item]) -> tuple[Item, ...]:
    """Ids that come several times get the item's position behind them."""
    counts = Counter(item.id for item in items)
    return tuple(
        item if counts[item.id] == 1 else replace(item, id=f"{item.id}#{position}")
        for position, item in enumerate(items)
    )
