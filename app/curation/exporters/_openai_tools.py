"""What OpenAI publishes about tools and calls in a line of a chat fine-tuning file; its sources stand in `_openai`."""

import re
from collections.abc import Iterator
from typing import Any

from app.curation.sample import Json

MOST_FUNCTIONS = 128

_FUNCTION = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def calls(message: Json) -> Iterator[str]:
    """Of what a message calls."""
    if "function_call" in message:
        yield from _called(message["function_call"])
    if "tool_calls" not in message:
        return
    made = message["tool_calls"]
    if not isinstance(made, list) or not made:
        yield "“tool_calls” must be a list of at least one call."
        return
    for call in made:
        if not isinstance(call, dict) or not isinstance(call.get("id"), str) or call.get("type") != "function":
            yield "a tool call needs an id and the type “function”."
        else:
            yield from _called(call.get("function"))


def _called(function: Any) -> Iterator[str]:
    if not isinstance(function, dict) or not _is_function_name(function.get("name")):
        yield "a call needs a function's name of 1 to 64 letters, digits, _ and -."
    elif not isinstance(function.get("arguments"), str):
        yield "the arguments of a call must be JSON written as text."


def answered(messages: list[Json]) -> Iterator[str]:
    """Every call but those at the end is answered before anyone else speaks, and every answer belongs to a call."""
    open_calls: set[str] = set()
    for number, message in enumerate(messages, 1):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                yield f"Message {number}: the tool answers a call that was not made just before."
            open_calls.discard(str(message.get("tool_call_id")))
            continue
        if open_calls:
            yield f"Message {number}: a tool call before it was not answered."
        made = message.get("tool_calls")
        listed = made if isinstance(made, list) else []
        open_calls = {str(call.get("id")) for call in listed if isinstance(call, dict)}


def tools(row: Json) -> Iterator[str]:
    """Of the tools that a row lists."""
    if "parallel_tool_calls" in row:
        if not isinstance(row["parallel_tool_calls"], bool):
            yield "“parallel_tool_calls” must be true or false."
        if not row.get("tools"):
            yield "“parallel_tool_calls” is only allowed beside tools."
    for key in ("tools", "functions"):
        if key not in row:
            continue
        listed = row[key]
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_FUNCTIONS:
            yield f"“{key}” must list 1 to {MOST_FUNCTIONS} of them."
            continue
        for tool in listed:
            yield from _tool(tool, key)


def _tool(tool: Any, key: str) -> Iterator[str]:
    function = tool
    if key == "tools":
        if not isinstance(tool, dict) or tool.get("type") != "function":
            yield "A tool must have the type “function”."
            return
        function = tool.get("function")
    if not isinstance(function, dict) or not _is_function_name(function.get("name")):
        yield "A tool's function needs a name of 1 to 64 letters, digits, _ and -."
    elif not isinstance(function.get("parameters", {}), dict):
        yield f"The parameters of {function['name']} must be a JSON schema."
    elif not isinstance(function.get("description", ""), str):
        yield f"The description of {function['name']} must be text."


def _is_function_name(name: Any) -> bool:
    return isinstance(name, str) and _FUNCTION.fullmatch(name) is not None
