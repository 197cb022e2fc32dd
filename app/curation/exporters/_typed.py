"""Messages with a fixed set of typed fields, tool calls and thoughts among them: for Parquet, where columns may be empty."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa

from app.curation.conversation import THOUGHTS, spoken
from app.curation.exporter import Unsuitable
from app.curation.exporters._plain import ROLES
from app.curation.sample import Json

_TEXT = pa.string()
CALL = pa.struct([
    ("id", _TEXT), ("type", _TEXT), ("function", pa.struct([("name", _TEXT), ("arguments", _TEXT)])),
])  # fmt: skip
MESSAGE = pa.struct([
    ("role", _TEXT), ("content", _TEXT), ("name", _TEXT), ("reasoning_content", _TEXT), ("tool_calls", pa.list_(CALL)),
    ("tool_call_id", _TEXT),
])  # fmt: skip
FIELDS = frozenset(field.name for field in MESSAGE)


def typed(message: Mapping[str, Any]) -> Json:
    """The message with the fields that it has. Unsuitable for media and unknown roles."""
    if message["role"] not in ROLES:
        raise Unsuitable(f"The role {message['role']!r} does not fit this format. Correct the sample.")
    if message.get("function_call"):
        raise Unsuitable("A function_call in the old manner does not fit this format. Choose the messages format.")
    found: Json = {"role": message["role"], "content": spoken({"content": message.get("content")})}
    if isinstance(name := message.get("name"), str) and name:
        found["name"] = name
    if thought := next((message[key] for key in THOUGHTS if isinstance(message.get(key), str) and message[key]), ""):
        found["reasoning_content"] = thought
    if isinstance(message.get("tool_call_id"), str):
        found["tool_call_id"] = message["tool_call_id"]
    if calls := message.get("tool_calls"):
        found["tool_calls"] = [_call(call) for call in calls]
    if not (found["content"].strip() or "tool_calls" in found or found["role"] == "tool"):
        raise Unsuitable("A message has no text. Correct the sample.")
    return found


def faults(name: str, value: Any) -> Iterator[str]:
    """What a chat template could not read, or a column not hold."""
    if not isinstance(value, list) or not value:
        yield f"“{name}” must be a list of at least one message."
        return
    for number, message in enumerate(value, 1):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            yield f"“{name}”, message {number}: the role is not one of {', '.join(ROLES)}."
        elif unknown := message.keys() - FIELDS:
            yield f"“{name}”, message {number}: the format has no {', '.join(sorted(unknown))}."
        elif not isinstance(message.get("content"), str):
            yield f"“{name}”, message {number}: the content must be text."
        elif not (message["content"].strip() or message.get("tool_calls") or message["role"] == "tool"):
            yield f"“{name}”, message {number}: there is no text."


def _call(call: Any) -> Json:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise Unsuitable("A tool call names no function. Correct the sample.")
    arguments = function.get("arguments", {})
    text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    return {
        "id": str(call.get("id") or ""),
        "type": "function",
        "function": {"name": function["name"], "arguments": text},
    }
