"""What lies beside a sample on the desk: marked words, near-duplicates that were dropped, and what was asked about it."""

from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.curation.filters.repetition import Repetition
from app.curation.measuring import measuring
from app.curation.recipe import Recipe
from app.curation.sample import Form, Path, turns
from app.models import Dataset, Run, Sample, User
from app.services import copies, marks, recipes, runs, threads
from app.services.marks import Mark
from app.services.threads import Thread
from app.services.why import Reason

_REPETITION = frozenset(rule.reason for rule in Repetition.rules().values())


@dataclass(frozen=True)
class Beside:
    """`paths` are those of the sample's turns, in reading order; `copies` how many near-duplicates of it were dropped."""

    paths: list[Path] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    copies: int = 0
    threads: list[Thread] = field(default_factory=list)


def of_sample(session: Session, dataset: Dataset, person: User, sample: Sample, limits: list[Reason]) -> Beside:
    """`limits` are the rules that the sample breaks or nearly breaks; their words are marked where they can be."""
    run = runs.latest(session, dataset.id)
    codes = _REPETITION | {limit.code for limit in limits}
    return Beside(
        [turn.path for turn in turns(Form(sample.form), sample.content)],
        marks.of_sample(sample.form, sample.content, measuring(_recipe(session, run).filters), codes),
        copies.count(session, run, sample.id),
        threads.beside(session, dataset, person, sample.id),
    )


def _recipe(session: Session, run: Run | None) -> Recipe:
    try:
        return recipes.of_run(session, run) if run else Recipe()
    except ValidationError:  # it uses a filter that is gone
        return Recipe()
