"""Parquet (.parquet): rows in small batches, one row group after the other."""

import os
from collections.abc import Iterator
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.curation.readers._data import Budget, Data
from app.curation.readers._json_items import excerpt_of
from app.curation.readers._json_value import Unreadable, check
from app.curation.readers._limits import MIB
from app.curation.readers._plain import plain
from app.curation.readers._reader import Broken, Item, Reader, Record
from app.curation.readers._refused import FileRefused
from app.curation.readers._row_groups import rows_at_once
from app.curation.readers._table import check_header

_FOOTER = 64 * MIB
_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError)


class Parquet(Reader):
    suffixes = (".parquet",)

    def items(self, data: Data, skip: int) -> Iterator[Item]:
        with data.seekable() as file:
            size = _check_ends(file)
            table = _open(file)
            groups = [table.metadata.row_group(number) for number in range(table.num_row_groups)]
            Budget(size, self.limits).spend(sum(max(group.total_byte_size, 0) for group in groups))
            check_header(table.schema_arrow.names, self.limits)
            for number, group in enumerate(groups):
                yield from self._group(table, number, rows_at_once(group, file, self.limits), skip)
                self.share = self.position / max(table.metadata.num_rows, 1)

    def _group(self, table: pq.ParquetFile, number: int, rows: int, skip: int) -> Iterator[Item]:
        count = table.metadata.row_group(number).num_rows
        if self.position + count <= skip:
            self.position += count
            return
        for batch in _batches(table, number, rows):
            yield from self._rows(batch, skip)

    def _rows(self, batch: pa.RecordBatch, skip: int) -> Iterator[Item]:
        unwanted = min(max(skip - self.position, 0), batch.num_rows)
        self.position += unwanted
        for value in _values(batch.slice(unwanted)):
            yield self._item(value, self.take())

    def _item(self, value: Any, position: int) -> Item:
        """`value` is a row, or the error that reading it gave."""
        if isinstance(value, Exception):
            return _unconverted(value, position)
        try:
            row = plain(value)
            check(row, self.limits)
            return Record(row, position)
        except Unreadable as trouble:
            return Broken(trouble.code, trouble.message, position, excerpt=_excerpt(value))


def _unconverted(error: Exception, position: int) -> Broken:
    if isinstance(error, UnicodeDecodeError):
        return Broken("encoding", "A text of this row is not UTF-8. Correct it or leave the column out.", position)
    message = "A value of this row is out of the range of its type. Correct it or leave the column out."
    return Broken("unsupported_value", message, position)


def _check_ends(file: IO[bytes]) -> int:
    """The file's size. FileRefused where its first and last bytes are not those of a Parquet file we can read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(4)
    file.seek(max(size - 8, 0))
    tail = file.read(8)
    file.seek(0)
    if size == 0:
        raise FileRefused("empty_file", "The file is empty. Upload one that holds records.")
    if b"PARE" in (head, tail[4:]):
        raise FileRefused("encrypted", "The file is encrypted. Upload it without encryption.")
    if head != b"PAR1":
        raise FileRefused("type_mismatch", "The file is named Parquet but is none. Upload it under its right name.")
    if size < 12 or tail[4:] != b"PAR1" or int.from_bytes(tail[:4], "little") > min(size - 12, _FOOTER):
        raise _corrupt("Its end is missing or damaged.")
    return size


def _open(file: IO[bytes]) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=MIB)
    except _ERRORS as error:
        if "encrypt" in str(error).lower():
            raise FileRefused("encrypted", "The file is encrypted. Upload it without encryption.") from error
        raise _corrupt("Its description of the columns cannot be read.") from error


def _batches(table: pq.ParquetFile, group: int, rows: int) -> Iterator[pa.RecordBatch]:
    try:
        yield from table.iter_batches(batch_size=rows, row_groups=[group], use_threads=False)
    except _ERRORS as error:
        raise _corrupt(f"Part {group + 1} of it cannot be unpacked.") from error


def _values(batch: pa.RecordBatch) -> Iterator[Any]:
    """Rows as Python values; one that cannot be converted is an exception in its place."""
    batch, lost = _with_times_as_text(batch)
    for at, value in enumerate(_converted(batch)):
        yield OverflowError("time out of range") if at in lost else value


def _converted(batch: pa.RecordBatch) -> Iterator[Any]:
    try:
        yield from batch.to_pylist()
        return
    except _ERRORS:
        pass
    for at in range(batch.num_rows):
        try:
            yield batch.slice(at, 1).to_pylist()[0]
        except _ERRORS as error:
            yield error


def _with_times_as_text(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, set[int]]:
    """Python's own times end at the year 9999 and at microseconds. Arrow writes them up to the year 32767; the rows
    beyond that, for which it writes that they are out of range, are the second value."""
    lost: set[int] = set()
    for index, field in enumerate(batch.schema):
        if pa.types.is_duration(field.type):
            batch = batch.set_column(index, field.name, batch.column(index).cast(pa.int64()))
        elif pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            written = batch.column(index).cast(pa.string())
            lost.update(pc.indices_nonzero(pc.starts_with(written, "<").fill_null(False)).to_pylist())
            batch = batch.set_column(index, field.name, written)
    return batch, lost


def _excerpt(value: Any) -> str:
    return excerpt_of(orjson.dumps(value, default=repr, option=orjson.OPT_NON_STR_KEYS))


def _corrupt(detail: str) -> FileRefused:
    return FileRefused(
        "parquet_corrupt", f"The Parquet file is damaged. {detail} Upload it once more, or write it anew."
    )
