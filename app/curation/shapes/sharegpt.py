"""ShareGPT: `conversations` with from and value and an optional `system`; role names and keys go into the note."""

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._chat import chat_texts, read_chat, write_chat
from app.curation.shapes._shape import Shape
from app.curation.shapes._spelling import SHAREGPT, named, spelling_of
from app.curation.shapes._text import checked_text, refuse_if_blank

_LISTS = ("conversations", "conversation")


class ShareGPT(Shape):
    order = 30
    telling = frozenset(_LISTS)

    def claims(self, record: Json) -> bool:
        return any(key in record for key in _LISTS) or spelling_of(record.get("messages")) is SHAREGPT

    def to_sample(self, record: Json, source: Source) -> Sample:
        key = next((key for key in _LISTS if key in record), "messages")
        spelling = spelling_of(record.get(key))
        chat = read_chat(record.get(key), key, spelling)
        refuse_if_blank(chat_texts(chat.messages))
        keys = None if spelling is SHAREGPT else spelling.name
        facts = chat.facts | {"list": key if key != _LISTS[0] else None, "keys": keys}
        used = {key}
        messages = chat.messages
        if record.get("system"):
            messages = [{"role": "system", "content": checked_text(record["system"], "system")}, *messages]
            facts["system_field"] = True
            used.add("system")
        return self._sample(Form.CHAT, {"messages": messages}, record, used, source, **facts)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.CHAT:
            raise self._cannot(sample)
        facts = self._facts(sample)
        messages = sample.content["messages"]
        fields: Json = {}
        if facts.get("system_field") and messages:
            fields["system"], messages = messages[0]["content"], messages[1:]
        spelling = named(facts.get("keys", SHAREGPT.name))
        fields[facts.get("list", _LISTS[0])] = write_chat(messages, facts, spelling)
        return self._record(fields, sample)
