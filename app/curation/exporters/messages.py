"""OpenAI chat: a list of messages with role and content; read by TRL, Axolotl, Unsloth and fine-tuning services."""

from collections.abc import Iterable

from app.curation.conversation import conversation
from app.curation.exporter import Example, Exporter
from app.curation.sample import Json


class Messages(Exporter):
    """Tool calls, message parts and the `tools` of the record are kept as they are."""

    title = "Chat messages (OpenAI)"

    def rows(self, example: Example) -> Iterable[Json]:
        tools = {"tools": example.metadata["tools"]} if example.metadata.get("tools") else {}
        return [{"messages": conversation(example.form, example.content)} | tools]
