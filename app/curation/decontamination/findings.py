"""What a check says: contaminations, which count, and suspects, which a person judges."""

from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple, TypeAlias

from app.curation.decontamination.pieces import Span
from app.curation.sample import Json

Tier: TypeAlias = Literal["exact", "contained", "overlap", "coverage"]
Doubt: TypeAlias = Literal["overlap", "paraphrase"]


@dataclass(frozen=True, slots=True)
class Contamination:
    """Sample `row` of the batch holds the item. `score` is the share of the question found, weighted, up to 1.

    Tiers: `exact` (a turn is the question), `contained` (all of it stands in the sample), `overlap` (a long sequence is
    shared), `coverage` (many shorter ones are).
    """

    row: int
    benchmark: str
    item: str
    tier: Tier
    score: float
    span: Span

    def as_json(self) -> Json:
        """As `dropped.jsonl` has it, without the row."""
        return _json(self)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Sample `row` may hold the item: it shares a sequence that says too little, or is alike. Never dropped for it.

    `score` is the share of the question or the likeness, whichever is greater.
    """

    row: int
    benchmark: str
    item: str
    tier: Doubt
    score: float
    span: Span

    def as_json(self) -> Json:
        """As `suspects.jsonl` has it, without the row."""
        return _json(self)


class Findings(NamedTuple):
    """Of each sample and item at most one: a contamination, else a suspect. Both are sorted by row."""

    contaminations: list[Contamination]
    suspects: list[Suspect]


def _json(found: Contamination | Suspect) -> Json:
    fields = asdict(found) | {"score": round(found.score, 4)}
    path, start, end = found.span
    span = {"path": list(path), "start": start, "end": end}
    return {key: value for key, value in fields.items() if key not in {"row", "span"}} | {"span": span}
