"""Preference: a chosen and a rejected answer to the same question, as strings, as messages, or as whole conversations.

Read are {prompt, chosen, rejected} with any usual name for the prompt, LLaMA-Factory's conversations with one message
per answer, and both TRL forms (docs: "Dataset formats", explicit and implicit prompt).
"""

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._answer import LISTED, Answer, read_answer, shared_length, write_answer
from app.curation.shapes._asked import Asked, read_asked, write_asked
from app.curation.shapes._chat import read_chat, write_chat
from app.curation.shapes._shape import Shape, Unfit
from app.curation.shapes._spelling import named, spelling_of
from app.curation.shapes._text import refuse_if_blank

_SIDES = ("chosen", "rejected")


class Preference(Shape):
    order = 10
    telling = frozenset(_SIDES)

    def claims(self, record: Json) -> bool:
        return all(side in record for side in _SIDES)

    def to_sample(self, record: Json, source: Source) -> Sample:
        _refuse_missing(record)
        shared = shared_length(record["chosen"], record["rejected"])
        asked = _shared(record, shared) if shared else read_asked(record)
        answers = {side: read_answer(record[side], side, shared) for side in _SIDES}
        texts = {side: answer.text for side, answer in answers.items()}
        refuse_if_blank(texts.values())
        facts = asked.facts | {side: answer.frame for side, answer in answers.items()}
        used = {*_SIDES, *asked.used}
        return self._sample(Form.PREFERENCE, {"messages": asked.messages, **texts}, record, used, source, **facts)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.PREFERENCE:
            raise self._cannot(sample)
        facts, content = self._facts(sample), sample.content
        before: list[Json] = []
        fields: Json = {}
        if facts.get("shared"):
            before = write_chat(content["messages"], facts, named(facts.get("keys")))
        else:
            fields = write_asked(content["messages"], facts)
        for side in _SIDES:
            answer = Answer(content[side], facts.get(side) if facts else _frame(fields))
            fields[side] = write_answer(answer, before)
        return self._record(fields, sample)


def _refuse_missing(record: Json) -> None:
    for side in _SIDES:
        if side not in record:
            raise Unfit("missing_field", f"The field “{side}” is missing. A preference needs chosen and rejected.")


def _shared(record: Json, length: int) -> Asked:
    """The conversation that chosen and rejected begin with, word for word."""
    spelling = spelling_of(record["chosen"])
    chat = read_chat(record["chosen"][:length], "chosen", spelling)
    facts = chat.facts | {"shared": True, "keys": spelling.name}
    return Asked(chat.messages, set(), facts)


def _frame(fields: Json) -> Json | None:
    """How answers from another shape are written: like the prompt, as text or as messages (TRL wants them alike)."""
    return {"role": "assistant", LISTED: True} if isinstance(fields.get("prompt"), list) else None
