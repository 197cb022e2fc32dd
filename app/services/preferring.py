"""Who stays among near-duplicates in a dataset: a person's choice before all, then the recipe's preferences."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.batch import Array, Mask
from app.curation.edges import Edges
from app.curation.preferences import MEASURES, priority
from app.curation.survivors import Copies, survivors
from app.models import Corpus, Sample, SampleState, SurvivorChoice
from app.services.blocks import Layout

Column = Callable[[str], Array]
"""A stored measure of all rows by name."""


def copies(
    session: Session,
    dataset_id: int,
    layout: Layout,
    passes: Mask,
    found: Sequence[Edges],
    order: Sequence[str],
    column: Column,
) -> Copies:
    """Of the rows that pass: who is a copy of whom. Without a preference or a choice the first of them stays."""
    rows = _involved(found, len(layout))
    ranks = np.zeros(len(layout))
    keys = dict(_keys(session, dataset_id, layout, rows, order, column))
    if keys:
        ranks[rows] = priority(list(keys), keys)
    return survivors(passes, found, ranks if keys else None)


def _involved(found: Sequence[Edges], rows: int) -> NDArray[np.int64]:
    """Rows that have a near-duplicate at all."""
    used = np.zeros(rows, np.bool_)
    for one in found:
        members = np.flatnonzero(one.groups != np.arange(rows))
        used[members], used[one.groups[members]] = True, True
        in_pair = np.zeros(rows, np.bool_)
        in_pair[one.pairs] = True
        used |= in_pair[one.groups]
    return np.flatnonzero(used)


def _keys(
    session: Session, dataset_id: int, layout: Layout, rows: NDArray[np.int64], order: Sequence[str], column: Column
) -> Iterator[tuple[str, Array]]:
    chosen = session.scalars(select(SurvivorChoice.sample_id).where(SurvivorChoice.dataset_id == dataset_id)).all()
    if chosen:
        yield "chosen", _are(layout, rows, chosen)
    for name in order:
        if name == "approved":
            approved = select(Sample.id).where(Sample.dataset_id == dataset_id, Sample.state == SampleState.APPROVED)
            yield name, _are(layout, rows, session.scalars(approved).all())
        elif name == "newest":
            yield name, rows.astype(np.float64)
        elif name in {"trusted", "licence"}:
            yield name, _of_corpus(session, dataset_id, layout, name)[rows]
        else:
            yield name, column(MEASURES[name])[rows]  # type: ignore[index]


def _are(layout: Layout, rows: NDArray[np.int64], ids: Sequence[int]) -> Array:
    mask = np.zeros(len(layout))
    mask[layout.rows(np.array(ids, np.int64))] = 1
    return mask[rows]


def _of_corpus(session: Session, dataset_id: int, layout: Layout, name: str) -> Array:
    """1 for rows of a corpus that is trusted, or that states a licence."""
    wanted = Corpus.trusted if name == "trusted" else Corpus.licence != ""
    ids = session.scalars(select(Corpus.id).where(Corpus.dataset_id == dataset_id, wanted)).all()
    return np.isin(layout.corpora, ids).astype(np.float64)
