"""Samples that contradict one another, among those that pass everything else."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Mask
from app.curation.edges import Edges
from app.services.blocks import Layout

CONFLICT = np.dtype([("place", "<i4"), ("partner", "<i8"), ("disagreement", "<f8")])
"""In a stored block: the place of a sample, the id of one that contradicts it, and by how much."""


def nothing(rows: int) -> Edges:
    """No conflict among so many rows."""
    return Edges(np.arange(rows), np.empty((0, 2), np.int64), np.empty(0))


def mask(found: Edges) -> Mask:
    """The rows that have a partner."""
    disputed = np.zeros(len(found.groups), np.bool_)
    disputed[found.pairs.ravel()] = True
    return disputed


def stored(found: Edges, layout: Layout, rows: slice) -> bytes:
    """The conflicts of a block's rows, both sides of each."""
    sides = np.concatenate([found.pairs, found.pairs[:, ::-1]])
    shares = np.concatenate([found.similarities, found.similarities])
    mine = np.flatnonzero((sides[:, 0] >= rows.start) & (sides[:, 0] < rows.stop))
    mine = mine[np.lexsort((sides[mine, 1], sides[mine, 0]))]
    table = np.empty(len(mine), CONFLICT)
    table["place"] = sides[mine, 0] - rows.start
    table["partner"] = layout.ids[sides[mine, 1]]
    table["disagreement"] = shares[mine]
    return table.tobytes()


def places(content: bytes) -> NDArray[np.int32]:
    """The places of a block that have a conflict."""
    found: NDArray[np.int32] = np.unique(np.frombuffer(content, CONFLICT)["place"])
    return found


def by_place(content: bytes) -> dict[int, list[dict[str, Any]]]:
    """The partners of each place, as a verdict names them."""
    sides: dict[int, list[dict[str, Any]]] = {}
    for place, partner, disagreement in np.frombuffer(content, CONFLICT).tolist():
        sides.setdefault(place, []).append({"sample": partner, "agreement": round(1 - disagreement, 4)})
    return sides
