"""The manifest of a release: its shape, and the sums that must hold in it.

Facts only, and none that differs between two releases of one state: no times, no numbers of rows in the database.
"""

from collections.abc import Iterator
from typing import Self

import orjson
from pydantic import BaseModel, ConfigDict, Field

from app.curation.sample import Json

SCHEMA_VERSION = 1


class _Facts(BaseModel):
    """Fields that are not named here are facts too, and are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)


class File(_Facts):
    """One file; `split` and `rows` where it holds rows."""

    name: str
    size: int = Field(ge=0)
    sha256: str
    split: str = ""
    rows: int | None = Field(None, ge=0)


class Origin(_Facts):
    """A corpus: lines = refused + copies + passages + accepted. `released` of its samples are in the release."""

    name: str
    licence: str
    origin: str
    lines: int
    refused: int
    copies: int
    passages: int = 0
    accepted: int
    released: int


class Funnel(_Facts):
    """Where every line went. `taken` are the samples in a state that the format wants: approved, or rejected too."""

    lines: int
    refused: int
    copies: int
    passages: int = 0
    removed: int
    samples: int
    unjudged: int
    dropped_by_rules: int
    dropped_as_duplicates: int
    waiting: int
    flagged: int
    rejected: int
    approved: int
    taken: int
    not_selected: int
    open_questions: int
    left_out: int
    released: int

    def sums(self) -> Iterator[tuple[str, int, int]]:
        """Each stage, and what its parts come to."""
        yield "lines", self.lines, self.refused + self.copies + self.passages + self.removed + self.samples
        judged = self.dropped_by_rules + self.dropped_as_duplicates + self.waiting + self.flagged
        yield "samples", self.samples, self.unjudged + judged + self.rejected + self.approved
        yield "taken", self.taken, self.not_selected + self.open_questions + self.left_out + self.released


class Manifest(_Facts):
    """What a release is made of and what it holds."""

    schema_version: int
    format: str
    rows: int
    size: int
    files: list[File]
    splits: dict[str, int]
    counts: dict[str, int]
    left_out: dict[str, int]
    funnel: Funnel
    corpora: list[Origin]
    licences: dict[str, int]

    @classmethod
    def read(cls, content: bytes) -> Self:
        """From the file. ValueError."""
        return cls.model_validate(orjson.loads(content))

    def faults(self) -> Iterator[str]:
        """Numbers that do not add up, as sentences."""
        for what, said, found in self._sums():
            if said != found:
                yield f"The manifest does not add up: {what} is {said:,}, and its parts come to {found:,}."

    def _sums(self) -> Iterator[tuple[str, int, int]]:
        yield "rows", self.rows, sum(file.rows or 0 for file in self.files)
        yield "size", self.size, sum(file.size for file in self.files)
        for split in sorted({*self.splits, *(file.split for file in self.files if file.rows is not None)}):
            mine = sum(file.rows or 0 for file in self.files if file.split == split)
            yield f"rows of {split}", self.splits.get(split, 0), mine
        yield from self.funnel.sums()
        yield from self._across()

    def _across(self) -> Iterator[tuple[str, int, int]]:
        funnel = self.funnel
        yield "samples", funnel.samples, sum(self.counts.values())
        for state in ("approved", "rejected", "flagged"):
            yield state, getattr(funnel, state), self.counts.get(state, 0)
        yield "left out", funnel.left_out + funnel.open_questions, sum(self.left_out.values())
        for name in ("lines", "refused", "copies", "passages", "released"):
            yield name, getattr(funnel, name), sum(getattr(one, name) for one in self.corpora)
        yield "licences", funnel.released, sum(self.licences.values())
        for one in self.corpora:
            yield f"lines of {one.name}", one.lines, one.refused + one.copies + one.passages + one.accepted


def as_bytes(value: object) -> bytes:
    """JSON for people and hashes alike: sorted and indented."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def comment(manifest: Json, sha256: str) -> str:
    """What is signed beside the manifest: the same for the same manifest, so no time."""
    return f"winnow {manifest['tool']['version']} release, {manifest['rows']} rows, sha256:{sha256}"
