"""OpenAI chat: `messages` with role and content, tool calls and parts included; `tools` and the like are metadata."""

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._chat import chat_texts, read_chat, write_chat
from app.curation.shapes._shape import Shape
from app.curation.shapes._spelling import OPENAI, spelling_of
from app.curation.shapes._text import refuse_if_blank


class OpenAIMessages(Shape):
    order = 20
    telling = frozenset({"messages"})

    def claims(self, record: Json) -> bool:
        return "messages" in record and spelling_of(record["messages"]) is OPENAI

    def to_sample(self, record: Json, source: Source) -> Sample:
        chat = read_chat(record.get("messages"), "messages", OPENAI)
        refuse_if_blank(chat_texts(chat.messages))
        return self._sample(Form.CHAT, {"messages": chat.messages}, record, {"messages"}, source, **chat.facts)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.CHAT:
            raise self._cannot(sample)
        return self._record({"messages": write_chat(sample.content["messages"], self._facts(sample), OPENAI)}, sample)
