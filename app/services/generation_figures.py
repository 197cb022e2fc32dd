"""What became of a generation's passages, and how each version of a prompt does with each model, by its experts' word."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Corpus,
    Generation,
    GenerationItem,
    ItemState,
    ModelRequest,
    Prompt,
    PromptVersion,
    RefusedLine,
    RequestState,
    Sample,
    SampleState,
)


@dataclass(frozen=True)
class Counts:
    """Passages of one generation. asked + waiting = all of them; `refused` had nothing usable in their reply."""

    asked: int
    waiting: int
    refused: int
    cached: int
    under_way: int


@dataclass(frozen=True)
class Reason:
    """Passages whose reply was refused as a whole, and the first of the sentences that say why."""

    code: str
    passages: int
    message: str


@dataclass
class Line:
    """One version of a prompt with one model, over all its generations."""

    prompt: str
    prompt_id: int
    version: int
    model: str
    currency: str = ""
    asked: int = 0
    refused: int = 0
    samples: int = 0
    approved: int = 0
    rejected: int = 0
    edited: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    spent: Decimal = Decimal(0)

    @property
    def judged(self) -> int:
        return self.approved + self.rejected

    @property
    def tokens_each(self) -> int:
        """Tokens of a request and its reply together, on the average."""
        return round((self.tokens_in + self.tokens_out) / self.asked) if self.asked else 0


def counts(session: Session, generation: Generation) -> Counts:
    stored = GenerationItem.state == ItemState.STORED
    row = session.execute(
        select(
            func.count().filter(stored),
            func.count().filter(~stored),
            func.count().filter(stored, GenerationItem.code != ""),
            func.count().filter(GenerationItem.cached),
        ).where(GenerationItem.generation_id == generation.id)
    ).one()
    under_way = session.scalar(
        select(func.count()).where(ModelRequest.generation_id == generation.id, ModelRequest.state == RequestState.SENT)
    )
    return Counts(*row, under_way or 0)


def reasons(session: Session, generation: Generation) -> Sequence[Reason]:
    """Why passages came to nothing, the commonest first."""
    rows = session.execute(
        select(GenerationItem.code, func.count().label("passages"))
        .where(GenerationItem.generation_id == generation.id, GenerationItem.code != "")
        .group_by(GenerationItem.code)
        .order_by(func.count().desc(), GenerationItem.code)
    ).all()
    told = {
        row.code: row.message
        for row in session.execute(
            select(RefusedLine.code, func.min(RefusedLine.message).label("message"))
            .where(RefusedLine.corpus_id == generation.corpus_id)
            .group_by(RefusedLine.code)
        )
    }
    return [Reason(row.code, row.passages, told.get(row.code, "")) for row in rows]


def by_prompt(session: Session, dataset_id: int, generation_id: int | None = None) -> Sequence[Line]:
    """Per version of a prompt and model: what was asked, refused, made, and what experts said to it."""
    lines: dict[tuple[int, int, str], Line] = {}
    states = _states(session, dataset_id)
    items = _items(session, dataset_id)
    for generation, prompt, version in session.execute(
        select(Generation, Prompt, PromptVersion)
        .join(PromptVersion, PromptVersion.id == Generation.prompt_version_id)
        .join(Prompt, Prompt.id == PromptVersion.prompt_id)
        .where(Generation.dataset_id == dataset_id)
        .order_by(Prompt.name, PromptVersion.version.desc(), Generation.model)
    ):
        if generation_id is not None and generation.id != generation_id:
            continue
        key = (prompt.id, version.version, generation.model)
        line = lines.setdefault(key, Line(prompt.name, prompt.id, version.version, generation.model))
        _add(line, generation, items[generation.id], states[generation.corpus_id or 0])
    return list(lines.values())


def _add(
    line: Line, generation: Generation, items: tuple[int, int], states: dict[SampleState, tuple[int, int]]
) -> None:
    line.currency = generation.currency
    line.asked += items[0]
    line.refused += items[1]
    line.samples += sum(number for number, _ in states.values())
    line.edited += sum(edited for _, edited in states.values())
    line.approved += states.get(SampleState.APPROVED, (0, 0))[0]
    line.rejected += states.get(SampleState.REJECTED, (0, 0))[0]
    line.tokens_in += generation.tokens_in
    line.tokens_out += generation.tokens_out
    line.spent += generation.spent


def _states(session: Session, dataset_id: int) -> defaultdict[int, dict[SampleState, tuple[int, int]]]:
    """Per corpus that was generated: samples and edited ones, by state."""
    found: defaultdict[int, dict[SampleState, tuple[int, int]]] = defaultdict(dict)
    generated = select(Corpus.id).where(Corpus.dataset_id == dataset_id, Corpus.shape == "generated")
    for corpus_id, state, number, edited in session.execute(
        select(Sample.corpus_id, Sample.state, func.count(), func.count(Sample.revision_id))
        .where(Sample.dataset_id == dataset_id, Sample.corpus_id.in_(generated))
        .group_by(Sample.corpus_id, Sample.state)
    ):
        found[corpus_id][state] = (number, edited)
    return found


def _items(session: Session, dataset_id: int) -> defaultdict[int, tuple[int, int]]:
    """Per generation: passages that were asked about, and those refused as a whole."""
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for generation_id, asked, refused in session.execute(
        select(
            GenerationItem.generation_id,
            func.count().filter(GenerationItem.state == ItemState.STORED),
            func.count().filter(GenerationItem.code != ""),
        )
        .join(Generation, Generation.id == GenerationItem.generation_id)
        .where(Generation.dataset_id == dataset_id)
        .group_by(GenerationItem.generation_id)
    ):
        found[generation_id] = (asked, refused)
    return found
