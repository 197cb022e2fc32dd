"""Axolotl: chats with tools and thoughts as Parquet, and an axolotl.yaml whose `datasets:` is ready to be copied.

`train` says of each message whether it is learnt: answers are, unless the record gives them the weight 0. The rules are those
of Axolotl's documentation ("Conversation", chat_template) and of its strategy for it: tools are a list, their parameters and
a call's arguments may be JSON as text.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import orjson
import pyarrow as pa

from app.curation.conversation import conversation, tools_of
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _typed
from app.curation.releasing import tables
from app.curation.sample import Json

_TEXT = pa.string()
_FUNCTION = pa.struct([("name", _TEXT), ("description", _TEXT), ("parameters", _TEXT)])
_LAYOUT = pa.schema([
    ("messages", pa.list_(pa.struct([*_typed.MESSAGE, pa.field("train", pa.bool_())]))),
    ("tools", pa.list_(pa.struct([("type", _TEXT), ("function", _FUNCTION)]))),
])  # fmt: skip
_ENTRY = """  - path: {path}
    ds_type: parquet
    type: chat_template
    field_messages: messages
    field_tools: tools
    message_property_mappings:
      role: role
      content: content
    message_field_training: train
"""


class Axolotl(Exporter):
    title = "Axolotl"
    suffix = "parquet"
    is_packed = True

    def rows(self, example: Example) -> Iterable[Json]:
        messages = [_typed.typed(m) | {"train": _is_learnt(m)} for m in conversation(example.form, example.content)]
        if not any(message["train"] for message in messages):
            raise Unsuitable("No message is an answer to learn from. Choose a label format, or correct the sample.")
        tools = [_tool(tool) for tool in tools_of(example.metadata)]
        return [{"messages": messages} | ({"tools": tools} if tools else {})]

    def faults(self, row: Json) -> Iterator[str]:
        if unknown := row.keys() - set(_LAYOUT.names):
            yield f"The record has fields that the format does not know: {', '.join(sorted(unknown))}."
        messages = row.get("messages")
        listed = messages if isinstance(messages, list) and all(isinstance(one, dict) for one in messages) else []
        yield from _typed.faults(
            "messages", [{k: v for k, v in one.items() if k != "train"} for one in listed] or messages
        )
        if listed and not all(isinstance(one.get("train"), bool) for one in listed):
            yield "“train” must be true or false in every message."
        elif listed and not any(one["train"] for one in listed):
            yield "No message is learnt."
        if not isinstance(row.get("tools", []), list):
            yield "“tools” must be a list."

    def writer(self, file: IO[bytes]) -> tables.Parquet:
        return tables.Parquet(file, [_LAYOUT])

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        """One entry per file; what is for validation goes under `test_datasets`."""
        wanted = {"datasets": files.get("train", []), "test_datasets": files.get("validation", [])}
        text = "".join(
            f"{key}:\n" + "".join(_ENTRY.format(path=name) for name in sorted(names))
            for key, names in wanted.items()
            if names
        )
        return {"axolotl.yaml": text.encode()} if text else {}


def _is_learnt(message: Mapping[str, Any]) -> bool:
    return message["role"] == "assistant" and message.get("weight") != 0


def _tool(tool: Any) -> Json:
    function = tool.get("function", tool) if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise Unsuitable("A tool has no name. Correct the record.")
    parameters = function.get("parameters", {})
    found = {
        "name": function["name"],
        "description": str(function.get("description") or ""),
        "parameters": parameters if isinstance(parameters, str) else orjson.dumps(parameters).decode(),
    }
    return {"type": "function", "function": found}
