"""What a draft of the recipe would change, as the recipe's page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.orm import Session

from app.curation.measuring import all_measures
from app.curation.recipe import Recipe
from app.models import Dataset, Run, SampleState
from app.services import corpora, examples, recipes, runs, what_if
from app.services.errors import DomainError
from app.services.examples import Example
from app.services.what_if import Answer, Moving, Tally
from app.web.languages import language

MOST_ROWS = 12


@dataclass(frozen=True)
class Change:
    """A group of samples: how many there are, how many are kept in the published run, and how many would be."""

    name: str
    samples: int
    was: int
    now: int

    @property
    def change(self) -> int:
        return self.now - self.was


@dataclass(frozen=True)
class Group:
    """One way of dividing the samples; `others` groups are not listed because they are too many."""

    title: str
    rows: list[Change]
    others: int


@dataclass(frozen=True)
class Moved:
    """Samples that would change sides."""

    count: int
    examples: list[Example]


@dataclass(frozen=True)
class Preview:
    """All that is shown before anything is saved. `problem` says why nothing can be counted."""

    problem: str = ""
    kept: Change | None = None
    groups: list[Group] = field(default_factory=list)
    decisions: dict[SampleState, Tally] = field(default_factory=dict)
    rules: dict[str, Tally] = field(default_factory=dict)
    dropped_as_copies: int = 0
    rising: Moved = Moved(0, [])
    falling: Moved = Moved(0, [])
    unseen: int = 0


def preview(session: Session, dataset: Dataset, draft: Recipe) -> Preview:
    """What a run with this recipe would publish, against what is published."""
    try:
        answer = what_if.ask(session, dataset, draft)
    except DomainError as error:
        return Preview(error.message)
    run = runs.latest(session, dataset.id)
    assert run is not None, "without a run there is no answer"
    before = recipes.of_run(session, run)
    return Preview(
        kept=Change("", answer.counts["samples"], run.counts["kept"], answer.counts["kept"]),
        groups=_groups(session, dataset, run, answer),
        decisions={state: tally for state, tally in answer.decisions.items() if tally["samples"]},
        rules=answer.rules,
        dropped_as_copies=answer.counts["duplicates"],
        rising=_moved(session, run, answer.rising, before, draft),
        falling=_moved(session, run, answer.falling, draft, before),
        unseen=answer.unseen,
    )


def _moved(session: Session, run: Run, moving: Moving, one: Recipe, other: Recipe) -> Moved:
    return Moved(moving.count, examples.of(session, run, moving.examples, examples.only_in(one, other)))


def _groups(session: Session, dataset: Dataset, run: Run, answer: Answer) -> list[Group]:
    names = {str(corpus.id): corpus.name for corpus in corpora.of(session, dataset.id)}
    found = [_group("Corpus", names, run.details.get("corpora", {}), answer.corpora)]
    measures, labels = all_measures(), run.details.get("labels", {})
    for name, now in answer.labels.items():
        titles = {label: language(label) if "language" in name else label for label in now}
        found.append(_group(measures[name].title, titles, labels.get(name, {}), now))
    return [group for group in found if len(group.rows) + group.others > 1]


def _group(title: str, names: Mapping[str, str], before: Mapping[str, Tally], after: Mapping[str, Tally]) -> Group:
    """Those that change most first, then the largest."""
    rows = [
        Change(names.get(key, "gone"), tally["samples"], before.get(key, tally)["kept"], tally["kept"])
        for key, tally in after.items()
    ]
    rows.sort(key=lambda row: (-abs(row.change), -row.samples, row.name))
    return Group(title, list(islice(rows, MOST_ROWS)), max(0, len(rows) - MOST_ROWS))
