"""The published run's arrays, held in the process between two questions to it; at most two runs at a time."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.curation.batch import Array, Mask
from app.curation.deduplicator import Deduplicator
from app.curation.edges import Edges
from app.models import MeasureSet, PairSet, RecipeVersion, Run, RunBlock
from app.services import columns, judging, pairs, recipes, tallies
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
    dropped: Mask
    corpora: Places
    labels: dict[str, Places]
    columns: "OrderedDict[str, Array]" = field(default_factory=OrderedDict)
    edges: dict[int, Edges] = field(default_factory=dict)


_held: "OrderedDict[tuple[int, int], Picture]" = OrderedDict()
_lock = Lock()


def is_stored(session: Session, run: Run) -> bool:
    """Whether a run left its columns: one of an older version did not."""
    return bool(session.scalar(select(exists().where(RunBlock.run_id == run.id))))


def of(session: Session, run: Run) -> Picture:
    """A published run's picture; made anew where samples were deleted since."""
    many = session.scalar(select(func.count()).where(RunBlock.run_id == run.id)) or 0
    with _lock:
        key = (run.id, many)
        if key not in _held:
            _held[key] = _made(session, run)
            while len(_held) > MOST_RUNS:
                _held.popitem(last=False)
        _held.move_to_end(key)
        return _held[key]


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
        raise Conflict("Near-duplicates have to be looked for anew under this setting. Save it and run the recipe.")
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
        judged.dropped,
        tallies.corpus_places(judged.layout),
        {
            name: tallies.label_places(measure, values)
            for name, measure, values in tallies.label_columns(session, judged.layout, using)
        },
    )
