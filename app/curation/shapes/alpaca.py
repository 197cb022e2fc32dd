"""Alpaca and Dolly: instruction, optional input or context, output; LLaMA-Factory's system and history too."""

from typing import Any

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._fields import FieldShape
from app.curation.shapes._shape import Unfit
from app.curation.shapes._text import checked_text


class Alpaca(FieldShape):
    """A record with a history is a chat: the earlier rounds, then instruction and input as two parts of one message.

    LLaMA-Factory joins those two by a line break, as the parts of a message are joined here.
    """

    order = 40
    variants = (
        {"prompt": "instruction", "context": "input", "response": "output"},
        {"prompt": "instruction", "context": "context", "response": "response"},
        {"prompt": "instruction", "context": "input", "response": "response"},
        {"prompt": "instruction", "context": "context", "response": "output"},
        {"prompt": "Instruction", "context": "Input", "response": "Output"},
        {"prompt": "Instruction", "context": "Context", "response": "Response"},
    )

    def to_sample(self, record: Json, source: Source) -> Sample:
        sample = super().to_sample(record, source)
        if not record.get("history"):
            return sample
        rounds = _rounds(record["history"])
        content = sample.content
        texts = [content["prompt"], content["context"]] if "context" in content else [content["prompt"]]
        asked: Any = texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]
        messages = [*rounds, {"role": "user", "content": asked}, {"role": "assistant", "content": content["response"]}]
        if "system" in content:
            messages.insert(0, {"role": "system", "content": content["system"]})
        del sample.metadata["history"]
        return Sample(Form.CHAT, {"messages": messages}, source, sample.metadata)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is Form.INSTRUCTION:
            return super().from_sample(sample)
        if sample.form is not Form.CHAT:
            raise self._cannot(sample)
        content, history = _split(list(sample.content["messages"]), self)
        plain = Sample(Form.INSTRUCTION, content, sample.source, sample.metadata)
        return super().from_sample(plain) | ({"history": history} if history else {})


def _rounds(history: Any) -> list[Json]:
    """History as messages; each round must be a question and an answer."""
    if not isinstance(history, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in history):
        raise Unfit("wrong_type", "“history” must be a list of [question, answer] pairs. Correct the record.")
    return [
        {"role": role, "content": checked_text(text, "history")}
        for pair in history
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]


def _split(messages: list[Json], shape: Alpaca) -> tuple[Json, list[list[str]]]:
    """The last question and answer as fields, everything before as history. Unfit where the turns do not alternate."""
    content: Json = {}
    if messages and messages[0]["role"] == "system":
        content["system"] = messages.pop(0)["content"]
    roles = [message["role"] for message in messages]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        message = f"Only question and answer in turn can be written as {shape.name}. Choose a chat format."
        raise Unfit("wrong_form", message)
    *earlier, asked, answered = [message.get("content") or "" for message in messages]
    texts = [asked] if isinstance(asked, str) else [part.get("text", "") for part in asked]
    content |= dict(zip(("prompt", "context"), texts, strict=False)) | {"response": answered}
    return content, [[earlier[at], earlier[at + 1]] for at in range(0, len(earlier), 2)]
