"""Which lane each sample belongs to: by its language, the field of its corpus, and the group that it is for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.batch import Array
from app.curation.languages import LANGUAGES
from app.curation.queueing import Numbers
from app.models import Batch, Corpus, Dataset, Lane
from app.services import lanes

Parts = tuple[str, str, str]
"""Language, field and group of a lane."""


@dataclass(frozen=True)
class Standing:
    """Samples in the order of import. `language` is a place in LANGUAGES and `batch` one in `batches`, or -1."""

    ids: Numbers
    corpora: Numbers
    states: NDArray[np.str_]
    language: Numbers
    batch: Numbers
    batches: list[Batch]
    fields: dict[int, str]
    measure: Callable[[str], Array]


def standing(
    session: Session,
    dataset: Dataset,
    ids: Numbers,
    corpora: Numbers,
    states: NDArray[np.str_],
    measure: Callable[[str], Array],
) -> Standing:
    """What routes samples, beside what was measured of them."""
    batches = list(
        session.scalars(
            select(Batch).where(Batch.dataset_id == dataset.id).order_by(Batch.due_on.nulls_last(), Batch.id)
        )
    )
    return Standing(
        ids,
        corpora,
        states,
        np.nan_to_num(measure("language"), nan=-1).astype(np.int64),
        _batch_of(session, ids, batches),
        batches,
        _given_fields(session, dataset.id),
        measure,
    )


def lanes_of(session: Session, dataset: Dataset, now: Standing, *, is_all: bool) -> list[str]:
    """The name of each sample's lane, which is made known. `is_all`: no other lane has a place any more."""
    chosen, parts = named(session, dataset, now)
    if is_all:
        session.execute(text("DELETE FROM lanes WHERE dataset_id = :dataset"), {"dataset": dataset.id})
    lanes.remember(session, dataset.id, parts)
    return chosen


def named(session: Session, dataset: Dataset, now: Standing) -> tuple[list[str], list[Parts]]:
    """(the name of each sample's lane, what all these lanes consist of)."""
    corpora = {one.id: one for one in session.scalars(select(Corpus).where(Corpus.dataset_id == dataset.id))}
    fields = sorted(set(now.fields.values()))
    given = np.full(len(now.ids), -1)
    rows, known = rows_of(now.ids, now.fields)
    given[rows] = [fields.index(now.fields[sample_id]) for sample_id in known]
    first, kind = alike(now.language, now.corpora, given, now.batch)

    def parts_of(row: int) -> Parts:
        language, field, batch, corpus = now.language[row], given[row], now.batch[row], corpora[int(now.corpora[row])]
        group = now.batches[batch].for_group if batch >= 0 else ""
        return (
            LANGUAGES[language] if language >= 0 else "",
            fields[field] if field >= 0 else corpus.field,
            group or corpus.for_group,
        )

    parts = [parts_of(row) for row in first.tolist()]
    names = np.array([lanes.name_of(*part) for part in parts], dtype=object)
    chosen: list[str] = names[kind].tolist()
    return chosen, parts


def alike(*columns: Numbers) -> tuple[Numbers, Numbers]:
    """(a row of each kind, the kind of each row): rows are of one kind where they are equal in every column."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        key = np.unique(key * len(values) + codes, return_inverse=True)[1].astype(np.int64)
    return np.unique(key, return_index=True)[1].astype(np.int64), key


def rows_of(ids: Numbers, wanted: Iterable[int]) -> tuple[Numbers, list[int]]:
    """(rows, their ids) of those wanted that are among the ids, which are in order."""
    chosen = np.array(sorted(wanted), np.int64)
    places = np.searchsorted(ids, chosen)
    places[places == len(ids)] = 0
    is_there = ids[places] == chosen if len(ids) else np.zeros(len(chosen), bool)
    return places[is_there].astype(np.int64), chosen[is_there].tolist()


def are_known(session: Session, dataset: Dataset) -> bool:
    """Whether the dataset's places have been put into lanes."""
    return session.scalar(select(Lane.name).where(Lane.dataset_id == dataset.id).limit(1)) is not None


def _batch_of(session: Session, ids: Numbers, batches: list[Batch]) -> Numbers:
    out = np.full(len(ids), -1)
    for place, batch in enumerate(batches):
        found = session.scalars(
            text("SELECT DISTINCT sample_id FROM slots WHERE batch_id = :batch"), {"batch": batch.id}
        )
        out[rows_of(ids, found.all())[0]] = place
    return out


def _given_fields(session: Session, dataset_id: int) -> dict[int, str]:
    """By sample, where a lead has said so."""
    given = session.execute(
        text("""
        SELECT f.sample_id, f.field FROM sample_fields f JOIN samples s ON s.id = f.sample_id WHERE s.dataset_id = :dataset
    """),
        {"dataset": dataset_id},
    )
    return {row.sample_id: row.field for row in given}
