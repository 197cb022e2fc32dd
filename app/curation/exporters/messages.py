"""OpenAI chat: a list of messages with role and content; read by TRL, Axolotl, Unsloth and fine-tuning services."""

from collections.abc import Mapping
from typing import Any

from app.curation.conversation import conversation
from app.curation.exporter import Exporter
from app.curation.sample import Form, Json


class Messages(Exporter):
    """Tool calls, message parts and the `tools` of the record are kept as they are."""

    title = "Chat messages (OpenAI)"

    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        tools = {"tools": metadata["tools"]} if metadata.get("tools") else {}
        return {"messages": conversation(form, content)} | tools
