"""The gate before the door: checks that look at every row of a release before anything is written.

A check is one module in `gates/`; its file name is its key. Workers look at pages of rows side by side; what each
counted is added up, and the check says whether the release passes.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from sqlalchemy.orm import Session

from app.curation.registry import plugins
from app.curation.releasing.composition import Composition
from app.db import Json
from app.models import Level, Release
from app.services.release_page import Page
from app.services.release_rows import Row


@dataclass(frozen=True, slots=True)
class Finding:
    """A row, and why it is pointed at. A row that is left out does not stand in the release's way.

    Of more findings than are shown, those that `blocks` are kept first.
    """

    row: Row
    why: str
    leaves_out: bool = False
    blocks: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a check ended: a level, a sentence for a person, the number of rows it points at, and facts for the manifest."""

    level: Level
    words: str
    rows: int = 0
    facts: Json = field(default_factory=dict)


class Check(ABC):
    """One check. An instance looks at one shard; `counts` and `facts` are what the shard adds to the whole.

    Where a check must compare all rows, `facts` hold a few bytes of each, never their texts.
    """

    title: ClassVar[str]
    about: ClassVar[str]
    """One sentence: what is looked at, and against what."""

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        self.composition = composition
        self.counts: Counter[str] = Counter()

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        """What is wrong with rows of a page. Rows that an earlier check left out are not among them.

        The session is this page's; the one that the check was made with is closed by then.
        """
        return iter(())

    def facts(self) -> Json:
        """What the shard leaves beside its counts, for `outcome` to read (`gates._whole`)."""
        return {}

    @classmethod
    @abstractmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        """The check as a whole; `counts` are the shards' added up, findings among them as `found`."""

    @classmethod
    def key(cls) -> str:
        """The check's name in tables and addresses: its module's."""
        return cls.__module__.rpartition(".")[2]


@cache
def checks() -> dict[str, type[Check]]:
    """Every check by key; those that leave rows out come first, so that the others need not look at these."""
    import app.services.gates as package

    found = plugins(package, Check)  # type: ignore[type-abstract]
    first = [key for key in ("benchmarks", "format") if key in found]
    return {key: found[key] for key in [*first, *(key for key in found if key not in first)]}
