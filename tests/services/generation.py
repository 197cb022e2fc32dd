"""A dataset with passages, a model and a generation for tests: real commits, worked off in this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app import db
from app.models import Corpus, Dataset, Generation, ModelEndpoint, PromptVersion
from app.services import generating, prompts
from app.services.generating import Choice, Settings
from tests import factories
from tests.factories_generating import make_document, make_endpoint, make_passages
from tests.services.engine import rows, work_off


@dataclass(frozen=True)
class Ground:
    """The numbers of what a generation needs."""

    dataset_id: int
    source_id: int
    version_id: int
    endpoint_id: int


def ground(base_url: str, passages: int | Sequence[str], kind: str = "questions", **endpoint: Any) -> Ground:
    with db.transaction() as session:
        dataset = factories.make_dataset(session)
        source = factories.make_corpus(session, dataset, "Guidelines", licence="CC-BY-4.0", origin="The society")
        make_passages(session, make_document(session, source), passages)
        version = next(v for p, v in prompts.of(session, dataset) if p.kind == kind)
        made = make_endpoint(session, base_url, **endpoint)
        return Ground(dataset.id, source.id, version.id, made.id)


PRICED = {"price_in": Decimal("1"), "price_out": Decimal("2")}
"""For a million tokens: a reply of the test server, 500 in and 100 out, costs 0.0007."""
PAID = Decimal("0.0007")


def start(place: Ground, *, budget: Decimal | None = Decimal(100), choice: Choice | None = None, **values: Any) -> int:
    """A generation that is planned, not worked on."""
    settings = Settings(**values.pop("settings", {}))
    with db.transaction() as session:
        return generating.start(
            session,
            session.get_one(Dataset, place.dataset_id),
            session.get_one(PromptVersion, place.version_id),
            session.get_one(ModelEndpoint, place.endpoint_id),
            settings,
            choice or Choice(),
            budget=budget,
            **values,
        ).id


def work(generation_id: int) -> Generation:
    work_off(of(generation_id).job_id or 0)
    return of(generation_id)


def run(place: Ground, **values: Any) -> Generation:
    return work(start(place, **values))


def of(generation_id: int) -> Generation:
    with db.transaction() as session:
        return session.get_one(Generation, generation_id)


def corpus_of(generation: Generation) -> Corpus:
    with db.transaction() as session:
        return session.get_one(Corpus, generation.corpus_id)


def samples_of(generation: Generation) -> list[tuple[Any, ...]]:
    """What was made, without any number that the database gives out, and in the order of the passages."""
    return rows(
        """SELECT s.file, s.position, s.form, s.content::text, (s.metadata::jsonb - 'request')::text, p.number,
               src.start, src."end"
           FROM samples s LEFT JOIN sample_sources src ON src.sample_id = s.id
           LEFT JOIN passages p ON p.id = src.passage_id
           WHERE s.corpus_id = :corpus ORDER BY s.position, s.content::text""",
        corpus=generation.corpus_id,
    )


def refused_of(generation: Generation) -> list[tuple[int, str]]:
    return rows(  # type: ignore[return-value]
        "SELECT position, code FROM refused_lines WHERE corpus_id = :corpus ORDER BY position, id",
        corpus=generation.corpus_id,
    )
