"""ShareGPT: conversations with from and value, the system prompt beside them; read by LLaMA-Factory and Axolotl."""

from collections.abc import Iterable

from app.curation.conversation import conversation, spoken
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.sample import Json

_NAMES = {"user": "human", "assistant": "gpt", "tool": "observation", "system": "system"}


class ShareGPT(Exporter):
    title = "Conversations (ShareGPT)"

    def rows(self, example: Example) -> Iterable[Json]:
        messages = conversation(example.form, example.content)
        fields: Json = {}
        if messages and messages[0]["role"] == "system":
            fields["system"] = spoken(messages.pop(0))
        if example.metadata.get("tools"):
            fields["tools"] = example.metadata["tools"]
        return [{"conversations": [_turn(message) for message in messages]} | fields]


def _turn(message: Json) -> Json:
    if message["role"] not in _NAMES:
        raise Unsuitable(f"The role {message['role']!r} does not fit this format. Choose the messages format.")
    return {"from": _NAMES[message["role"]], "value": spoken(message)}
