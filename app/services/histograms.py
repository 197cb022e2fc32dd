"""How a dataset's stored measures spread: bins for the drawings beside a recipe's limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.bounds import Measure
from app.models import Run
from app.services import columns

LOOKED_AT = 5_000
"""Samples that a drawing rests on; more would not move a bar by a pixel."""
BLOCKS_LOOKED_AT = 20
"""Blocks that those samples come from."""
BINS = 40


@dataclass(frozen=True)
class Spread:
    """Ends of the bins, one more than there are counts. The last bin also holds everything beyond it."""

    edges: list[float]
    counts: list[int]


def values(session: Session, run: Run | None) -> dict[str, NDArray[np.float64]]:
    """Stored measures by name, of some thousand samples from all over the dataset; empty before the first run."""
    if run is None or run.set_id is None:
        return {}
    found = session.execute(
        text("""
        SELECT id, samples FROM blocks WHERE dataset_id = :dataset AND last_id <= :last ORDER BY first_id
    """),
        {"dataset": run.dataset_id, "last": run.last_sample_id},
    ).all()
    total = sum(block.samples for block in found)
    step = max(1, total // LOOKED_AT)
    chosen = found[:: max(1, len(found) // BLOCKS_LOOKED_AT)]
    parts = [columns.measures_of_block(session, run.set_id, block.id, block.samples) for block in chosen]
    each = max(1, step * len(chosen) // max(1, len(found)))
    return {name: np.concatenate([part[name][::each] for part in parts]) for name in parts[0]} if parts else {}


def spread(found: Mapping[str, NDArray[np.float64]], measure: Measure, bounds: Sequence[float]) -> Spread | None:
    """The bins of one measure, wide enough to show every bound on it; None where it was not measured."""
    known = found.get(measure.name)
    known = known[np.isfinite(known)] if known is not None else known
    if known is None or not len(known):
        return None
    top = max(float(np.quantile(known, 0.99)), *(bound * 1.25 for bound in bounds), 0.0)
    edges = _share_edges(top, known) if measure.kind in {"share", "score"} else _count_edges(top)
    counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
    return Spread(edges.tolist(), counts.tolist())


def drawn_at(bound: float, spread: Spread, side: str) -> float:
    """Where a bound lies between whole numbers: beyond the last one that passes."""
    if spread.edges[0] != -0.5:
        return bound
    return bound - 0.5 if side == "min" else bound + 0.5


def _share_edges(top: float, known: NDArray[np.float64]) -> NDArray[np.float64]:
    most = 1.0 if float(known.max()) <= 1 else max(top, 1.0)
    return np.linspace(0, min(max(top, 0.05), most), BINS + 1, dtype=np.float64)


def _count_edges(top: float) -> NDArray[np.float64]:
    """Whole numbers get a bin each while they are few, bins of equal whole width otherwise."""
    if top <= BINS:
        return np.arange(0, max(int(np.ceil(top)), 3) + 2, dtype=np.float64) - 0.5
    return np.arange(BINS + 1, dtype=np.float64) * float(np.ceil(top / BINS))
