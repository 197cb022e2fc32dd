"""What `curate` says of its work: progress while it runs, counts and versions when it is done."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import orjson

from app.curation.sample import Json

Stage: TypeAlias = Literal["reading", "comparing", "writing"]
Progress: TypeAlias = Callable[["Step"], None]


class Step(NamedTuple):
    """How far it is: records handled in this stage, and how many there are (None while they are still being read)."""

    stage: Stage
    done: int
    total: int | None
    file: str = ""


@dataclass
class Counts:
    """``read = refused + dropped + kept``; `duplicates` and `contaminated` are parts of `dropped` and may overlap rules."""

    read: int = 0
    refused: int = 0
    dropped: int = 0
    duplicates: int = 0
    contaminated: int = 0
    kept: int = 0


@dataclass
class Report:
    """What report.json says. `rules` counts, per reason, the records that fail for it (one may fail for several)."""

    counts: Counts = field(default_factory=Counts)
    rules: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    samples_per_second: float = 0.0
    inputs: list[str] = field(default_factory=list)
    recipe: Json = field(default_factory=dict)
    recipe_fingerprint: str = ""
    versions: Json = field(default_factory=dict)

    def as_json(self) -> bytes:
        state = vars(self) | {"counts": asdict(self.counts)}
        return orjson.dumps(state, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
