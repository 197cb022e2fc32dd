"""What a draft of the recipe would drop and keep: counted from stored measures, exactly as a run would publish it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.batch import Mask
from app.curation.bounds import Limit
from app.curation.conflicts import among
from app.curation.deduplicator import Deduplicator
from app.curation.edges import Edges
from app.curation.recipe import Recipe
from app.curation.verdict import failing
from app.messages import say
from app.models import Dataset, RecipeVersion, Run, Sample, SampleState
from app.services import (
    conflicting,
    histograms,
    judging,
    pairs,
    pictures,
    preferring,
    recipes,
    runs,
    state_counts,
    tallies,
)
from app.services.errors import Conflict
from app.services.histograms import Spread
from app.services.measured_set import MeasuredSet
from app.services.pictures import Picture

EXAMPLES = 10
Tally = dict[str, int]


@dataclass(frozen=True)
class Moving:
    """Samples that a draft treats otherwise than the published run: how many, and the ids of some from all over."""

    count: int
    examples: list[int]


@dataclass(frozen=True)
class Answer:
    """Tallies are {samples, kept, dropped, duplicates}: in all, by the corpus's id, by measure and label, by decision.

    `rules`: how often each rule of the draft that differs would fire, and how often alone. `unseen` samples came after
    the published run and are not among those counted.
    """

    counts: Tally
    corpora: dict[str, Tally]
    labels: dict[str, dict[str, Tally]]
    decisions: dict[SampleState, Tally]
    rules: dict[str, Tally]
    falling: Moving
    rising: Moving
    unseen: int


def ask(session: Session, dataset: Dataset, draft: Recipe) -> Answer:
    """What a run with this recipe would publish. Conflict where only a run can say, because something must be measured."""
    run, published = _published(session, dataset)
    if MeasuredSet.of(session, draft).set_id != run.set_id:
        raise Conflict(
            say("A setting that changes what is measured can only be tried by a run. Save it and run the recipe.")
        )
    picture = pictures.of(session, run)
    broken, changed = _broken(session, run, picture, published.limits, draft.limits)
    passes = broken == 0
    kept_by_hand = picture.layout.rows(judging.overruled(session, dataset.id))
    passes[kept_by_hand] = True
    if draft.conflicts.drop:
        disputed = conflicting.mask(among(_edges(session, run, picture, draft.conflicts), passes))
        broken += disputed
        passes &= ~disputed
        passes[kept_by_hand] = True
    found = [_edges(session, run, picture, one) for one in draft.deduplication.values()]
    copies = preferring.copies(
        session,
        dataset.id,
        picture.layout,
        passes,
        found,
        draft.survivors,
        lambda name: pictures.column(session, run, picture, name),
    )
    is_copy = copies.survivor >= 0
    dropped = (broken > 0) | is_copy
    return Answer(
        counts=tallies.tally(dropped, is_copy),
        corpora=tallies.grouped(*picture.corpora, dropped, is_copy),
        labels={
            name: tallies.without_empty(tallies.grouped(*places, dropped, is_copy))
            for name, places in picture.labels.items()
        },
        decisions=_decisions(session, dataset, picture, dropped, is_copy),
        rules={reason: _fired(mask, broken, is_copy) for reason, mask in changed.items()},
        falling=_moving(picture, dropped & ~picture.dropped),
        rising=_moving(picture, picture.dropped & ~dropped),
        unseen=_unseen(session, dataset, picture),
    )


def spread(session: Session, dataset: Dataset, limit: Limit) -> tuple[Spread | None, float]:
    """How a measure spreads over all samples of the published run, and the share of them beyond the bound."""
    run, _ = _published(session, dataset)
    picture, name = pictures.of(session, run), limit.rule.measure.name
    values = pictures.column(session, run, picture, name)
    share = float(failing({name: values}, limit).mean()) if len(values) else 0.0
    return histograms.spread({name: values}, limit.rule.measure, [limit.bound]), share


def _published(session: Session, dataset: Dataset) -> tuple[Run, Recipe]:
    run = runs.latest(session, dataset.id)
    if run is None or run.set_id is None:
        raise Conflict(say("Nothing is measured yet. Run the recipe once; then you can see what a change would do."))
    if not pictures.is_whole(session, run):
        raise Conflict(
            say("Samples have changed since the last run. Run the recipe; then you can see what a change would do.")
        )
    return run, recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id))


def _broken(
    session: Session, run: Run, picture: Picture, before: list[Limit], after: list[Limit]
) -> tuple[NDArray[np.uint8], dict[str, Mask]]:
    """(how many rules each row breaks under the draft, the rows that break each rule that differs)."""
    old = {limit.rule.reason: limit for limit in before}
    new = {limit.rule.reason: limit for limit in after}
    broken, changed = picture.failing - picture.disputed, {}
    for reason in dict.fromkeys([*old, *new]):
        if old.get(reason) == new.get(reason):
            continue
        if reason in old:
            broken -= _mask(session, run, picture, old[reason])
        if reason in new:
            changed[reason] = _mask(session, run, picture, new[reason])
            broken += changed[reason]
    return broken, changed


def _edges(session: Session, run: Run, picture: Picture, one: Deduplicator) -> Edges:
    return pairs.at_threshold(pictures.edges(session, run, picture, one), one)


def _mask(session: Session, run: Run, picture: Picture, limit: Limit) -> Mask:
    name = limit.rule.measure.name
    return failing({name: pictures.column(session, run, picture, name)}, limit)


def _fired(mask: Mask, broken: NDArray[np.uint8], is_copy: Mask) -> Tally:
    return {"failed": int(mask.sum()), "alone": int((mask & (broken == 1) & ~is_copy).sum())}


def _decisions(
    session: Session, dataset: Dataset, picture: Picture, dropped: Mask, is_copy: Mask
) -> dict[SampleState, Tally]:
    """What the draft thinks of samples that experts have decided; a run leaves them as they are."""
    found: dict[SampleState, Tally] = {}
    for state in (SampleState.APPROVED, SampleState.REJECTED, SampleState.FLAGGED):
        ids = session.scalars(select(Sample.id).where(Sample.dataset_id == dataset.id, Sample.state == state)).all()
        rows = picture.layout.rows(np.array(ids, np.int64))
        found[state] = tallies.tally(dropped[rows], is_copy[rows])
    return found


def _moving(picture: Picture, mask: Mask) -> Moving:
    rows = np.flatnonzero(mask)
    chosen = rows[np.linspace(0, len(rows) - 1, min(EXAMPLES, len(rows))).astype(np.int64)]
    return Moving(len(rows), picture.layout.ids[chosen].tolist())


def _unseen(session: Session, dataset: Dataset, picture: Picture) -> int:
    return sum(state_counts.of(session, dataset.id).values()) - len(picture.layout)
