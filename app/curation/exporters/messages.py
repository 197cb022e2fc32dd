"""OpenAI chat: messages with roles, as fine-tuning services, TRL and Unsloth read them.

The rules are those of OpenAI's published API description (`FineTuneChatRequestInput`) and of its guides on supervised
and on vision fine-tuning. A message's `weight` (0 or 1) is the record's own; fields that the description does not name are
left out, thoughts refused.
"""

from collections.abc import Iterable, Iterator

from app.curation.conversation import THOUGHTS, conversation, tools_of
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _openai
from app.curation.sample import Json


class Messages(Exporter):
    """Tool calls, message parts and the `tools` of the record are kept as they are."""

    title = "Chat messages (OpenAI)"
    fewest_rows = 10
    largest_file = 512 * 1024 * 1024

    def rows(self, example: Example) -> Iterable[Json]:
        row: Json = {"messages": [_named(message) for message in conversation(example.form, example.content)]}
        if tools := tools_of(example.metadata):
            row["tools"] = tools
            if isinstance(parallel := example.metadata.get("parallel_tool_calls"), bool):
                row["parallel_tool_calls"] = parallel
        if not _openai.is_plain(row) and (fault := next(_openai.faults(row), "")):
            raise Unsuitable(f"{fault} Choose another chat format, or correct the sample.")
        return [row]

    def faults(self, row: Json) -> Iterator[str]:
        return _openai.faults(row)


def _named(message: Json) -> Json:
    """Only the fields that OpenAI names for the role."""
    if len(message) == 2 and "role" in message and "content" in message:
        return message
    if any(message.get(key) for key in THOUGHTS):
        raise Unsuitable("The thoughts before an answer do not fit this format. Choose the Axolotl format.")
    names = _openai.FIELDS.get(message["role"], frozenset())
    return {
        key: value
        for key, value in message.items()
        if key in ("role", "content") or (key in names and value is not None and value != [])
    }
