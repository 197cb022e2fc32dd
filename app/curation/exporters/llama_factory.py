"""LLaMA-Factory: conversations with tool calls, and a dataset_info.json that describes them, ready to train.

Every record has the same three fields. The rules are those of LLaMA-Factory's data/README.md and of its converter: who asks
and who answers must alternate, and calls and tools are JSON written as text. Use the release's folder as `dataset_dir`.
"""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from app.curation.conversation import calls, conversation, tools_of
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.exporters._dataset_info import dataset_info
from app.curation.exporters.sharegpt import turn_faults
from app.curation.sample import Json

_NAMES = {"user": "human", "assistant": "gpt", "tool": "observation"}
_ASKING = ("human", "observation")
_ANSWERING = ("gpt", "function_call")


class LlamaFactory(Exporter):
    title = "LLaMA-Factory"
    is_packed = True

    def rows(self, example: Example) -> Iterable[Json]:
        messages = conversation(example.form, example.content)
        system = _plain.plain(messages[:1])[0]["content"] if messages and messages[0]["role"] == "system" else ""
        turns = [_turn(message) for message in messages[1 if system else 0 :]]
        row = {"conversations": turns, "system": system, "tools": _tools(example)}
        if fault := next(self.faults(row), ""):
            raise Unsuitable(f"{fault} Choose another chat format, or correct the sample.")
        return [row]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "conversations", "system", "tools")
        for name in ("system", "tools"):
            if not isinstance(row.get(name), str):
                yield f"“{name}” must be text; it may be empty."
        if row.get("tools") and not isinstance(_read(row["tools"]), list):
            yield "“tools” must be a list of functions, written as JSON."
        turns = row.get("conversations")
        yield from turn_faults(turns, (*_ASKING, *_ANSWERING))
        yield from _order(turns if isinstance(turns, list) else [])

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        columns = {"messages": "conversations", "system": "system", "tools": "tools"}
        return dataset_info(files, {"formatting": "sharegpt", "columns": columns})


def _turn(message: Json) -> Json:
    if message["role"] == "assistant" and calls(message):
        return {"from": "function_call", "value": _called(message)}
    (found,) = _plain.plain([message], "Choose the Axolotl format.")
    if found["role"] not in _NAMES:
        raise Unsuitable("A system message in the middle does not fit this format. Choose another chat format.")
    return {"from": _NAMES[found["role"]], "value": found["content"]}


def _called(message: Json) -> str:
    """One function as an object, several as a list."""
    if message.get("content"):
        raise Unsuitable("An answer that also calls a tool does not fit this format. Choose the Axolotl format.")
    listed = [one.get("function") or {} for one in message.get("tool_calls") or []] or [message["function_call"]]
    found = [{"name": one.get("name"), "arguments": _arguments(one.get("arguments"))} for one in listed]
    return orjson.dumps(found[0] if len(found) == 1 else found).decode()


def _arguments(given: object) -> object:
    return _read(given) if isinstance(given, str) else given


def _tools(example: Example) -> str:
    """The functions themselves, as LLaMA-Factory lists them; empty where there are none."""
    functions = [one.get("function", one) if isinstance(one, dict) else one for one in tools_of(example.metadata)]
    return orjson.dumps(functions).decode() if functions else ""


def _read(text: object) -> object:
    try:
        return orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return None


def _order(turns: list[object]) -> Iterator[str]:
    said = [turn.get("from") if isinstance(turn, dict) else None for turn in turns]
    for number, name in enumerate(said, 1):
        if name in (_ANSWERING if number % 2 else _ASKING):
            yield f"Turn {number}: questions and answers must alternate, beginning with a question."
            return
    if len(said) % 2:
        yield "The last turn must be an answer."
    for number, turn in enumerate(turns, 1):
        if isinstance(turn, dict) and turn.get("from") == "function_call":
            found = _read(turn.get("value"))
            listed = found if isinstance(found, list) else [found]
            if not all(isinstance(one, dict) and one.get("name") and isinstance(one.get("arguments"), dict) for one in listed):
                yield f"Turn {number}: a call must be JSON with a name and arguments."
