"""A deduplicator: a module in `dedup/` that says which samples are copies of one another, in three steps.

Signatures are computed batch by batch and can be stored; candidates come from all signatures together;
`similarities` looks at the texts of the candidates alone. So no step ever holds all texts.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from typing import ClassVar, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from app.curation.batch import Array, Batch
from app.curation.registry import plugins

Signatures: TypeAlias = NDArray[np.uint32]
Pairs: TypeAlias = NDArray[np.int64]
Groups: TypeAlias = NDArray[np.int64]
Fetch: TypeAlias = Callable[[Sequence[int]], Batch]
"""Row numbers in, their samples out, in the same order."""


class Deduplicator(BaseModel, ABC):
    """Its fields are its configuration; those in `DECIDING` may change without computing signatures again."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: ClassVar[int] = 1
    DECIDING: ClassVar[frozenset[str]] = frozenset()
    scheme: ClassVar[str] = ""
    """Names whatever else the numbers in a signature depend on."""

    @property
    @abstractmethod
    def width(self) -> int:
        """32-bit numbers per signature."""

    @abstractmethod
    def signatures(self, batch: Batch) -> Signatures:
        """One row of `width` numbers per sample."""

    @abstractmethod
    def groups(self, signatures: Signatures) -> Groups:
        """For each row the first row that is surely the same, itself where there is none."""

    @abstractmethod
    def candidates(self, signatures: Signatures, rows: NDArray[np.int64], since: int = 0) -> Iterator[Pairs]:
        """Pairs (earlier, later) among `rows` (ascending) that may be near-duplicates, in chunks, each pair once.

        With `since`, only those whose later row is not below it: what rows added from there on bring.
        """

    @abstractmethod
    def similarities(self, pairs: Pairs, fetch: Fetch) -> Array:
        """The true similarity of each pair, from 0 to 1, computed from the texts; may be 0 where not `verified`."""

    @abstractmethod
    def verified(self, similarities: Array) -> NDArray[np.bool_]:
        """Which similarities make a duplicate."""

    @classmethod
    def key(cls) -> str:
        """The deduplicator's name in recipes: its module's."""
        return cls.__module__.rpartition(".")[2]

    def fingerprint(self) -> str:
        """Stored signatures hold as long as this stays the same."""
        settings = self.model_dump(mode="json", exclude=set(self.DECIDING))
        state = orjson.dumps([self.key(), self.version, self.scheme, self.width, settings], option=orjson.OPT_SORT_KEYS)
        return blake2b(state, digest_size=8).hexdigest()


@cache
def deduplicators() -> dict[str, type[Deduplicator]]:
    """Every deduplicator by key."""
    import app.curation.dedup as package

    return plugins(package, Deduplicator)  # type: ignore[type-abstract]
