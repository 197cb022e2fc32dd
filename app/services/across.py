"""Near-duplicates between two datasets: what one of them already holds of the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.curation.batch import Array, Batch, Mask
from app.curation.deduplicator import Deduplicator, Pairs
from app.curation.edges import Edges, compared_edges
from app.messages import say
from app.models import Dataset, RecipeVersion
from app.services import blocks, columns, pairs, recipes, runs
from app.services.blocks import Layout
from app.services.contents import chosen_samples
from app.services.errors import Conflict

EXAMPLES = 20


@dataclass(frozen=True)
class Overlap:
    """How many samples of the first dataset have a near-duplicate in the other, and some: (mine, other's, similarity)."""

    deduplicator: str
    samples: int
    shared: int
    examples: list[tuple[int, int, float]]


def compare(session: Session, dataset: Dataset, other: Dataset) -> list[Overlap]:
    """One overlap per deduplicator of the first dataset's published recipe; looks through both, so it is no quick question.

    Conflict where one of them has not been run with these settings.
    """
    run, its_run = runs.latest(session, dataset.id), runs.latest(session, other.id)
    if run is None or its_run is None:
        raise Conflict(say("Both datasets have to be run before they can be compared."))
    recipe = recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id))
    mine = blocks.layout(session, dataset.id, run.last_sample_id)
    theirs = blocks.layout(session, other.id, its_run.last_sample_id)
    for one in recipe.deduplication.values():
        if not pairs.has_signatures(session, theirs, one) or not pairs.has_signatures(session, mine, one):
            raise Conflict(
                say("The other dataset compares its samples with other settings. Run it with the same ones first.")
            )
    return [_overlap(session, dataset, other, mine, theirs, one) for one in recipe.deduplication.values()]


def _overlap(
    session: Session, dataset: Dataset, other: Dataset, mine: Layout, theirs: Layout, one: Deduplicator
) -> Overlap:
    known = len(mine)
    signed = np.concatenate([columns.signatures(session, mine, one), columns.signatures(session, theirs, one)])

    def fetch(rows: Sequence[int]) -> Batch:
        wanted = np.asarray(rows, np.int64)
        return _joined(
            wanted < known,
            chosen_samples(session, dataset.id, mine.ids[wanted[wanted < known]]),
            chosen_samples(session, other.id, theirs.ids[wanted[wanted >= known] - known]),
        )

    def between(some: Pairs) -> Array:
        """Pairs within the other dataset are not looked at."""
        found, crossing = np.zeros(len(some)), some[:, 0] < known
        if crossing.any():
            found[crossing] = one.similarities(some[crossing], fetch)
        return found

    return _counted(one.key(), mine, theirs, compared_edges(one, signed, between, since=known))


def _counted(key: str, mine: Layout, theirs: Layout, found: Edges) -> Overlap:
    known = len(mine)
    equal = known + np.flatnonzero(found.groups[known:] < known)
    is_shared = np.zeros(len(found.groups), np.bool_)
    is_shared[found.groups[equal]] = True
    is_shared[found.pairs[:, 0]] = True
    pairs_found = [(int(found.groups[row]), int(row), 1.0) for row in equal[:EXAMPLES]]
    pairs_found += [
        (one, other, share)
        for (one, other), share in zip(
            found.pairs[:EXAMPLES].tolist(), found.similarities[:EXAMPLES].tolist(), strict=True
        )
    ]
    examples = [
        (int(mine.ids[one]), int(theirs.ids[other - known]), share) for one, other, share in pairs_found[:EXAMPLES]
    ]
    return Overlap(key, known, int(is_shared[found.groups[:known]].sum()), examples)


def _joined(is_mine: Mask, mine: Batch, theirs: Batch) -> Batch:
    """Two batches as one, in the order asked for."""
    first, second = iter(mine.samples), iter(theirs.samples)
    return Batch([next(first) if here else next(second) for here in is_mine.tolist()])
