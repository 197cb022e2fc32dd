"""ShareGPT: conversations with from and value, the system prompt beside them, as many open trainers read them.

Every record has the same two fields; the roles are those of LLaMA-Factory's data/README.md ("Sharegpt Format").
"""

from collections.abc import Iterable, Iterator, Mapping

from app.curation.conversation import conversation, tools_of
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.exporters._dataset_info import dataset_info
from app.curation.sample import Json

_NAMES = {"user": "human", "assistant": "gpt", "tool": "observation", "system": "system"}
_INSTEAD = "Choose the LLaMA-Factory format."


class ShareGPT(Exporter):
    title = "Conversations (ShareGPT)"

    def rows(self, example: Example) -> Iterable[Json]:
        messages = _plain.plain(conversation(example.form, example.content), _INSTEAD)
        if tools_of(example.metadata):
            raise Unsuitable(f"Tools do not fit this format. {_INSTEAD}")
        system = messages.pop(0)["content"] if messages and messages[0]["role"] == "system" else ""
        if not any(message["role"] == "assistant" for message in messages):
            raise Unsuitable("No message is an answer. Choose a label format, or correct the sample.")
        turns = [{"from": _NAMES[message["role"]], "value": message["content"]} for message in messages]
        return [{"conversations": turns, "system": system}]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "conversations", "system")
        if not isinstance(row.get("system"), str):
            yield "“system” must be text; it may be empty."
        yield from turn_faults(row.get("conversations"), tuple(_NAMES.values()))

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        columns = {"messages": "conversations", "system": "system"}
        return dataset_info(files, {"formatting": "sharegpt", "columns": columns})


def turn_faults(turns: object, names: tuple[str, ...]) -> Iterator[str]:
    """Of turns with from and value."""
    if not isinstance(turns, list) or not turns:
        yield "“conversations” must be a list of at least one turn."
        return
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict) or turn.keys() != {"from", "value"}:
            yield f"Turn {number}: it must have “from” and “value”, and nothing else."
        elif turn["from"] not in names:
            yield f"Turn {number}: {turn['from']!r} is not one of {', '.join(names)}."
        elif not isinstance(turn["value"], str) or not turn["value"].strip():
            yield f"Turn {number}: there is no text."
    if not any(isinstance(turn, dict) and turn.get("from") in ("gpt", "function_call") for turn in turns):
        yield "No turn is by the assistant."
