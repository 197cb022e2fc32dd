"""Parquet: chats, texts or pairs of answers as typed columns, as `datasets`, pandas, DuckDB and Spark read them.

Chats have `messages` and, as JSON, `tools`; texts have `text`; samples with two answers have `prompt`, `chosen` and `rejected`.
The columns are those of TRL's dataset types; every file of a release has the same.
"""

from collections.abc import Iterable, Iterator
from typing import IO

import orjson
import pyarrow as pa

from app.curation.conversation import conversation, tools_of
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain, _typed
from app.curation.releasing import tables
from app.curation.sample import Form, Json

_MESSAGES = pa.list_(_typed.MESSAGE)
_LAYOUTS = (
    pa.schema([("messages", _MESSAGES), ("tools", pa.string())]),
    pa.schema([("text", pa.string())]),
    pa.schema([("prompt", _MESSAGES), ("chosen", _MESSAGES), ("rejected", _MESSAGES)]),
)


class Parquet(Exporter):
    title = "Parquet"
    suffix = "parquet"
    is_packed = True

    def rows(self, example: Example) -> Iterable[Json]:
        if example.form is Form.TEXT:
            if not example.content["text"].strip():
                raise Unsuitable("The text is empty. Correct the sample.")
            return [{"text": example.content["text"]}]
        messages = [_typed.typed(message) for message in conversation(example.form, example.content)]
        if example.form is Form.PREFERENCE:
            rejected = _typed.typed({"role": "assistant", "content": example.content["rejected"]})
            if len(messages) < 2:
                raise Unsuitable("There is no question that both answers reply to. Correct the sample.")
            return [{"prompt": messages[:-1], "chosen": messages[-1:], "rejected": [rejected]}]
        tools = tools_of(example.metadata)
        return [{"messages": messages} | ({"tools": orjson.dumps(tools).decode()} if tools else {})]

    def faults(self, row: Json) -> Iterator[str]:
        layout = next((one for one in _LAYOUTS if row.keys() & set(one.names)), _LAYOUTS[0])
        if unknown := row.keys() - set(layout.names):
            yield f"The record has fields that the format does not know: {', '.join(sorted(unknown))}."
        for field in layout:
            if field.type is _MESSAGES or field.type == _MESSAGES:
                yield from _typed.faults(field.name, row.get(field.name))
            elif field.name == "text":
                yield from _plain.text_faults(row, "text")
            elif field.name in row and not isinstance(row[field.name], str):
                yield f"“{field.name}” must be JSON, written as text."

    def writer(self, file: IO[bytes]) -> tables.Parquet:
        return tables.Parquet(file, _LAYOUTS)
