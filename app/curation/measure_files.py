"""Measure files without any service: one row per sample in a Parquet file that is complete or not there at all.

Columns: ``id`` (``FILE:POSITION``), every measure as a double (a label, such as ``language``, as its word), and ``pii``,
a list of {kind, field, start, end} under the usual policy for personal data. A measure that does not apply is null.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.curation.batch import Array, Batch
from app.curation.bounds import Measure
from app.curation.folders import FolderRefused, short_names
from app.curation.measuring import all_measures, measure, measuring
from app.curation.parallel import ordered_map
from app.curation.pii.policy import PiiPolicy
from app.curation.readers import read
from app.curation.report import Progress, Step
from app.curation.sample import Sample
from app.curation.shapes import Mapping as FieldMapping

BATCH = 1024
ROW_GROUP = 16
"""Batches in a row group, which is what is held in memory."""
PII = pa.list_(pa.struct([("kind", pa.string()), ("field", pa.string()), ("start", pa.int64()), ("end", pa.int64())]))


@dataclass
class Measured:
    """``read = refused + samples``."""

    read: int = 0
    refused: int = 0
    samples: int = 0


def measure_files(
    inputs: Sequence[Path],
    output: Path,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    mapping: FieldMapping | None = None,
    workers: int = 1,
) -> Measured:
    """Write `output`, the same rows with any number of processes. FolderRefused, FileRefused, NeedsMapping, WorkerDied."""
    names, done = short_names(inputs), Measured()
    pieces = _pieces(names, mapping, done, progress or (lambda step: None))
    with _whole_or_not_at_all(output, overwrite) as half, pq.ParquetWriter(half, schema(), compression="zstd") as file:
        rows = ordered_map(measure_samples, pieces, workers)
        while group := list(islice(rows, ROW_GROUP)):
            file.write_table(pa.Table.from_batches(group), row_group_size=BATCH * ROW_GROUP)
    return done


def measure_samples(samples: Sequence[Sample]) -> Any:
    """The rows of some samples, as a pyarrow record batch."""
    batch = Batch(samples)
    values = measure(batch, measuring())
    ids = pa.array([sample.id for sample in samples], pa.string())
    measures = [_column(meaning, values[name]) for name, meaning in all_measures().items()]
    return pa.record_batch([ids, *measures, pa.array(_personal_data(batch), PII)], schema())


def schema() -> Any:
    """The columns, as a pyarrow schema."""
    types = {name: pa.string() if one.kind == "label" else pa.float64() for name, one in all_measures().items()}
    return pa.schema([("id", pa.string()), *types.items(), ("pii", PII)])


def _column(meaning: Measure, values: Array) -> Any:
    if meaning.kind != "label":
        return pa.array(values, pa.float64(), from_pandas=True)
    return pa.array([None if np.isnan(value) else meaning.labels[int(value)] for value in values], pa.string())


def _personal_data(batch: Batch) -> Iterator[list[Mapping[str, Any]]]:
    policy = PiiPolicy()
    for sample, found in zip(batch.samples, batch.personal_data, strict=True):
        counted = policy.counted(sample, found)
        yield [{"kind": one.kind, "field": one.field, "start": one.start, "end": one.end} for one in counted]


def _pieces(
    names: Mapping[str, Path], mapping: FieldMapping | None, done: Measured, progress: Progress
) -> Iterator[list[Sample]]:
    """The samples of all files in pieces, counted as they come."""
    for name, path in names.items():
        records = read(path, name, mapping=mapping)
        while some := list(islice(records, BATCH)):
            samples = [one for one in some if isinstance(one, Sample)]
            done.read += len(some)
            done.samples += len(samples)
            done.refused += len(some) - len(samples)
            progress(Step("reading", done.read, None, name))
            if samples:
                yield samples


@contextmanager
def _whole_or_not_at_all(output: Path, overwrite: bool) -> Iterator[Path]:
    """A file to write that becomes `output` once all is done. FolderRefused where it may not or cannot."""
    if output.exists() and not overwrite:
        raise FolderRefused(f"{output} is there already. Name another file, or allow overwriting.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix=".winnow-", dir=output.parent)
    except OSError as error:
        raise FolderRefused(f"{output} cannot be written: {error.strerror}. Name another file.") from error
    with folder as work:
        yield Path(work) / output.name
        (Path(work) / output.name).replace(output)
