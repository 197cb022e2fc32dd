"""Prompt and completion as strings, or as lists of messages in TRL's conversational form (then a chat)."""

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._chat import chat_texts, read_chat, write_chat
from app.curation.shapes._fields import FieldShape
from app.curation.shapes._spelling import OPENAI
from app.curation.shapes._text import refuse_if_blank

_SIDES = ("prompt", "completion")


class PromptCompletion(FieldShape):
    order = 50
    variants = (
        {"prompt": "prompt", "response": "completion"},
        {"prompt": "prompt", "response": "response"},
        {"prompt": "prompt", "response": "output"},
        {"prompt": "prompt", "response": "answer"},
        {"prompt": "input", "response": "output"},
    )

    def to_sample(self, record: Json, source: Source) -> Sample:
        if not all(isinstance(record.get(side), list) for side in _SIDES):
            return super().to_sample(record, source)
        chat = read_chat([*record["prompt"], *record["completion"]], "prompt and completion", OPENAI)
        refuse_if_blank(chat_texts(chat.messages))
        facts = chat.facts | {"asked": len(record["prompt"]), "answered": len(record["completion"])}
        return self._sample(Form.CHAT, {"messages": chat.messages}, record, set(_SIDES), source, **facts)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.CHAT:
            return super().from_sample(sample)
        facts = self._facts(sample)
        messages = write_chat(sample.content["messages"], facts, OPENAI)
        cut = facts.get("asked", 0) if facts else max(len(messages) - 1, 0)
        return self._record({"prompt": messages[:cut], "completion": messages[cut:]}, sample)
