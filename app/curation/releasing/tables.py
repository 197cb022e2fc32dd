"""Parquet files: the same columns in every file of a release, whatever its rows happen to hold."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from app.curation.releasing.files import Sink, Writer
from app.curation.sample import Json

GROUP_ROWS = 10_000
GROUP_BYTES = 32 * 1024 * 1024
"""Of JSON, in a row group: what is in memory at once."""


class Parquet(Writer):
    """Rows wait in a nameless file until the types of all are known; it is gone with the process.

    Fields of a layout have its types; of several layouts the first that has a field of the first row is taken, whole.
    Fields that no layout knows get the type that all their values have, else they are JSON as text.
    """

    def __init__(self, file: IO[bytes], layouts: Sequence[pa.Schema]) -> None:
        super().__init__(file)
        self._layouts = layouts
        self._known: pa.Schema | None = None
        self._others: dict[str, pa.DataType] = {}
        self._waiting: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by `forget`
        self._batch: list[Json] = []

    def write(self, row: Json) -> None:
        if self._known is None:
            self._known = next((one for one in self._layouts if row.keys() & set(one.names)), pa.schema([]))
        self._waiting.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.rows += 1
        self._batch.append({key: value for key, value in row.items() if key not in self._known.names})
        if len(self._batch) == GROUP_ROWS:
            self._look()

    def close(self) -> None:
        self._look()
        schema = self._schema()
        with pq.ParquetWriter(pa.PythonFile(Sink(self.file), mode="w"), schema, compression="zstd") as out:
            for rows in self._groups():
                columns = [pa.array([_plain(row.get(f.name), f) for row in rows], type=f.type) for f in schema]
                out.write_table(pa.table(columns, schema=schema), row_group_size=len(rows))

    def forget(self) -> None:
        self._waiting.close()

    def _look(self) -> None:
        """Learn the types of the fields that no layout knows."""
        for name in dict.fromkeys(name for row in self._batch for name in row):
            values = [row.get(name) for row in self._batch]
            self._others[name] = _common(self._others.get(name, pa.null()), _type(values))
        self._batch = []

    def _schema(self) -> pa.Schema:
        others = [
            pa.field(name, pa.string(), metadata={"json": "1"}) if _is_text(kind) else pa.field(name, _filled(kind))
            for name, kind in sorted(self._others.items())
        ]
        known = self._known if self._known is not None else self._layouts[0]
        return pa.schema([*known, *others])

    def _groups(self) -> Iterator[list[Json]]:
        self._waiting.seek(0)
        rows: list[Json] = []
        size = 0
        for line in self._waiting:
            rows.append(orjson.loads(line))
            size += len(line)
            if len(rows) == GROUP_ROWS or size >= GROUP_BYTES:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows


JSON_TEXT = pa.large_binary()
"""Stands for values that have no common type; never a type of JSON values."""


def _type(values: list[Any]) -> pa.DataType:
    try:
        return pa.array(values).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return JSON_TEXT


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if JSON_TEXT in (one, other):
        return JSON_TEXT
    schemas = [pa.schema([("it", kind)]) for kind in (one, other)]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field("it").type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return JSON_TEXT


def _is_text(kind: pa.DataType) -> bool:
    """Whether values can only be written as JSON: they share no type, or hold an object without fields."""
    if pa.types.is_struct(kind):
        return not kind.num_fields or any(_is_text(field.type) for field in kind)
    return kind is JSON_TEXT or (pa.types.is_list(kind) and _is_text(kind.value_type))


def _filled(kind: pa.DataType) -> pa.DataType:
    """Text for what was never anything but empty: readers make little of a type without values."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_filled(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_filled(kind.value_type))
    return pa.string() if pa.types.is_null(kind) else kind


def _plain(value: Any, field: pa.Field) -> Any:
    """As Arrow takes it; JSON as text where the column is that."""
    is_text = pa.types.is_string(field.type) and not isinstance(value, str | None)
    return orjson.dumps(value).decode() if is_text or (field.metadata and value is not None) else value
