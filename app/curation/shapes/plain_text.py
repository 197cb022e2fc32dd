"""Plain text in one field: `text`, else `content`, `body` or `document`."""

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._shape import Shape
from app.curation.shapes._text import refuse_if_blank, text_of

_KEYS = ("text", "content", "body", "document")


class PlainText(Shape):
    order = 90
    telling = frozenset({"text"})

    def claims(self, record: Json) -> bool:
        return any(key in record for key in _KEYS)

    def to_sample(self, record: Json, source: Source) -> Sample:
        key = next((key for key in _KEYS if key in record), "text")
        text = text_of(record, key)
        refuse_if_blank([text])
        return self._sample(Form.TEXT, {"text": text}, record, {key}, source, field=key if key != "text" else None)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.TEXT:
            raise self._cannot(sample)
        return self._record({self._facts(sample).get("field", "text"): sample.content["text"]}, sample)
