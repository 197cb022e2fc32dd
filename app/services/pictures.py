"""The published run's arrays, held in the process between two questions to it; at most two runs at a time."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.batch import Array, Mask
from app.curation.deduplicator import Deduplicator
from app.curation.edges import Edges
from app.messages import say
from app.models import Block, MeasureSet, PairSet, RecipeVersion, Run, RunBlock
from app.services import columns, conflicting, judging, pairs, recipes, tallies
from app.services.blocks import Layout
from app.services.errors import Conflict
from app.services.measured_set import MeasuredSet

MOST_RUNS, MOST_COLUMNS = 2, 6
Places = tuple[list[str], NDArray[np.int64]]
"""Names of groups, and the group of each row."""


@dataclass(eq=False)
class Picture:
    """What a run decided, and of its measures and pairs what was asked for lately. Its arrays are never changed."""

    layout: Layout
    failing: NDArray[np.uint8]
    disputed: Mask
    dropped: Mask
    corpora: Places
    labels: dict[str, Places]
    columns: "OrderedDict[str, Array]" = field(default_factory=OrderedDict)
    edges: dict[int, Edges] = field(default_factory=dict)


_held: "OrderedDict[int, Picture]" = OrderedDict()
_lock = Lock()


def is_whole(session: Session, run: Run) -> bool:
    """Whether a run's columns are there for all its samples: not those of an older version, nor once samples were deleted."""
    known = session.scalar(
        select(func.sum(Block.samples)).join(RunBlock, RunBlock.block_id == Block.id).where(RunBlock.run_id == run.id)
    )
    return known == run.counts.get("samples")


def of(session: Session, run: Run) -> Picture:
    """A published run's picture."""
    with _lock:
        if run.id not in _held:
            _held[run.id] = _made(session, run)
            while len(_held) > MOST_RUNS:
                _held.popitem(last=False)
        _held.move_to_end(run.id)
        return _held[run.id]


def column(session: Session, run: Run, picture: Picture, name: str) -> Array:
    """One measure of all samples."""
    if run.set_id is None:
        raise ValueError("a run without measures has no columns")
    with _lock:
        if name not in picture.columns:
            picture.columns[name] = columns.measure(session, picture.layout, run.set_id, name)
            while len(picture.columns) > MOST_COLUMNS:
                picture.columns.popitem(last=False)
        picture.columns.move_to_end(name)
        return picture.columns[name]


def edges(session: Session, run: Run, picture: Picture, one: Deduplicator) -> Edges:
    """All stored pairs. Conflict where they were not looked for at this threshold or with this configuration."""
    known = session.scalar(
        select(PairSet.id).where(
            PairSet.dataset_id == run.dataset_id,
            PairSet.config == one.fingerprint(),
            PairSet.threshold <= pairs.threshold(one),
        )
    )
    if known is None:
        raise Conflict(say("Near-duplicates have to be looked for anew under this setting. Save it and run the recipe."))
    with _lock:
        if known not in picture.edges:
            picture.edges[known] = pairs.load_all(session, run.dataset_id, one, picture.layout)
        return picture.edges[known]


def _made(session: Session, run: Run) -> Picture:
    judged = judging.load(session, run)
    recipe = recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id))
    using = MeasuredSet.load(session.get_one(MeasureSet, run.set_id), recipe)
    return Picture(
        judged.layout,
        judged.failing,
        conflicting.mask(judged.conflicts),
        judged.dropped,
        tallies.corpus_places(judged.layout),
        {
            name: tallies.label_places(measure, values)
            for name, measure, values in tallies.label_columns(session, judged.layout, using)
        },
    )
