"""Samples' original contents as batches for the core, some megabytes of text at a time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.sample import Form, Source, turns
from app.curation.sample import Sample as CoreSample
from app.db import AnyRow
from app.models import Passage, Sample, SampleSource

Ids = NDArray[np.int64]
TEXT_AT_ONCE = 16 << 20
"""Characters of text that are measured together; all views of them take some times as much memory."""
_NOWHERE = Source("", 0)


class Contents(NamedTuple):
    """Samples in the order of import: ids, ids of their corpora, and what they say."""

    ids: Ids
    corpora: NDArray[np.int32]
    batch: Batch


def next_samples(session: Session, dataset_id: int, after: int, last: int) -> Contents:
    """From behind `after` up to `last`, as many as have so much text together; one at least if there is any."""
    query = _contents(dataset_id).where(Sample.id > after, Sample.id <= last).order_by(Sample.id)
    rows, size = [], 0
    with session.execute(query, execution_options={"stream_results": True, "max_row_buffer": 100}) as found:
        for row in found:
            rows.append(row)
            size += sum(len(turn.text) for turn in turns(Form(row.form), row.content)) + len(row.passage or "")
            if size >= TEXT_AT_ONCE:
                break
    return _together(rows)


def chosen_samples(session: Session, dataset_id: int, chosen: Ids) -> Batch:
    """The chosen ids' contents, in their order."""
    query = _contents(dataset_id).where(Sample.id.in_(chosen.tolist()))
    found = {row.id: row for row in session.execute(query)}
    return _together([found[sample_id] for sample_id in chosen.tolist()]).batch


def _contents(dataset_id: int) -> Select[Any]:
    """With the passage that each sample comes from, where it comes from one."""
    return (
        select(Sample.id, Sample.corpus_id, Sample.form, Sample.content, Passage.text.label("passage"))
        .outerjoin(SampleSource, SampleSource.sample_id == Sample.id)
        .outerjoin(Passage, Passage.id == SampleSource.passage_id)
        .where(Sample.dataset_id == dataset_id)
    )


def _together(rows: Sequence[AnyRow]) -> Contents:
    ids = np.fromiter((row.id for row in rows), np.int64, len(rows))
    corpora = np.fromiter((row.corpus_id for row in rows), np.int32, len(rows))
    samples = [CoreSample(Form(row.form), row.content, _NOWHERE) for row in rows]
    return Contents(ids, corpora, Batch(samples, [row.passage for row in rows]))
