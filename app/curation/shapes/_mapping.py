"""A mapping: the user's word on which column holds which part of a sample, for files in no known shape."""

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._chat import chat_texts, read_chat
from app.curation.shapes._note import noted
from app.curation.shapes._shape import Unfit
from app.curation.shapes._spelling import spelling_of
from app.curation.shapes._text import checked_text, refuse_if_blank

_REQUIRED = {
    Form.CHAT: ("messages",),
    Form.INSTRUCTION: ("prompt", "response"),
    Form.TEXT: ("text",),
    Form.PREFERENCE: ("prompt", "chosen", "rejected"),
}
_OPTIONAL = {Form.CHAT: ("system",), Form.INSTRUCTION: ("context", "system"), Form.PREFERENCE: ("system",)}


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns by part, such as ``{"prompt": "Frage", "response": "answers.0.text"}``; a dot leads into nested records.

    ValueError, with a sentence for the person, where a part is unknown or a required one has no column.
    """

    form: Form
    fields: AnyMapping[str, str]

    def __post_init__(self) -> None:
        allowed = (*_REQUIRED[self.form], *_OPTIONAL.get(self.form, ()))
        unknown = [part for part in self.fields if part not in allowed]
        missing = [part for part in _REQUIRED[self.form] if not self.fields.get(part)]
        if unknown:
            parts = ", ".join(allowed)
            raise ValueError(f"A {self.form.value} sample has no part “{unknown[0]}”. Its parts are {parts}.")
        if missing:
            raise ValueError(f"Choose a column for “{missing[0]}”.")

    def to_sample(self, record: Json, source: Source) -> Sample:
        """Unfit as for any shape. Numbers become their JSON text; other columns become metadata."""
        columns = {part: column for part, column in self.fields.items() if column}
        used = {column for column in columns.values() if column in record}
        content = self._content(record, columns)
        rest = {key: value for key, value in record.items() if key not in used}
        return Sample(self.form, content, source, noted(rest, "mapping", {"fields": columns}))

    def _content(self, record: Json, columns: dict[str, str]) -> Json:
        if self.form is Form.CHAT:
            return _chat(record, columns)
        present = {part: column for part, column in columns.items() if _has(record, part, column)}
        texts = {part: _text(value_at(record, column), column) for part, column in present.items()}
        refuse_if_blank(texts.values())
        if self.form is not Form.PREFERENCE:
            return texts
        asked = [{"role": role, "content": texts[part]} for part, role in _ASKED if part in texts]
        return {"messages": asked, "chosen": texts["chosen"], "rejected": texts["rejected"]}


_ASKED = (("system", "system"), ("prompt", "user"))
_MAY_BE_EMPTY = ("context", "system")


def value_at(record: Json, column: str) -> Any:
    """The value of a column, or of a dotted path where no column has that very name. Unfit `missing_field`."""
    if column in record:
        return record[column]
    value: Any = record
    for step in column.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and len(step) < 10 and int(step) < len(value):
            value = value[int(step)]
        else:
            raise Unfit("missing_field", f"The column “{column}” is missing. Add it, or leave the record out.")
    return value


def _has(record: Json, part: str, column: str) -> bool:
    """Required parts must be there; an optional one may be absent, null or empty."""
    if part not in _MAY_BE_EMPTY:
        return True
    try:
        return value_at(record, column) not in (None, "")
    except Unfit:
        return False


def _text(value: Any, column: str) -> str:
    if type(value) in (int, float):
        return orjson.dumps(value).decode()
    return checked_text(value, column)


def _chat(record: Json, columns: dict[str, str]) -> Json:
    listed = value_at(record, columns["messages"])
    messages = read_chat(listed, columns["messages"], spelling_of(listed)).messages
    if "system" in columns and _has(record, "system", columns["system"]):
        messages.insert(0, {"role": "system", "content": _text(value_at(record, columns["system"]), columns["system"])})
    refuse_if_blank(chat_texts(messages))
    return {"messages": messages}
