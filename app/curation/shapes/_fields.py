"""Shapes that are one question and one answer in fields of their own; they differ only in the fields' names."""

from functools import cached_property, lru_cache
from typing import ClassVar, TypeAlias

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._shape import Shape
from app.curation.shapes._text import refuse_if_blank, text_of

Names: TypeAlias = dict[str, str]
"""Which field of the record holds which piece of the content."""

SYSTEM = ("system", "system_prompt")


class FieldShape(Shape):
    """`variants` are tried in order, the usual one first. `context` and `system` are optional, the rest is not."""

    variants: ClassVar[tuple[Names, ...]]
    telling = frozenset()

    def touches(self, record: Json) -> bool:
        return any(key in record for variant in self.variants for key in (variant["prompt"], variant["response"]))

    def __init__(self) -> None:
        self._complete = lru_cache(maxsize=256)(self._complete_for)

    def claims(self, record: Json) -> bool:
        return bool(self._complete(tuple(record)))

    def to_sample(self, record: Json, source: Source) -> Sample:
        names = self._names(record)
        content: Json = {}
        for part, key in names.items():
            text = record.get(key)
            content[part] = text if type(text) is str else text_of(record, key)
        refuse_if_blank(content.values())
        fields = None if names.items() <= self._usual.items() else names
        return self._sample(Form.INSTRUCTION, content, record, set(names.values()), source, fields=fields)

    def from_sample(self, sample: Sample) -> Json:
        if sample.form is not Form.INSTRUCTION:
            raise self._cannot(sample)
        names = {"system": "system", "context": "context"} | self.variants[0] | self._facts(sample).get("fields", {})
        return self._record({names[part]: text for part, text in sample.content.items()}, sample)

    def _names(self, record: Json) -> Names:
        """The fields to read: an optional one that is absent, null or empty stays in the metadata as it is."""
        variant = self._variant(record)
        names: Names = {}
        for key in SYSTEM:
            if record.get(key):
                names["system"] = key
                break
        names["prompt"] = variant["prompt"]
        if "context" in variant and record.get(variant["context"]):
            names["context"] = variant["context"]
        names["response"] = variant["response"]
        return names

    def _variant(self, record: Json) -> Names:
        complete = self._complete(tuple(record))
        if len(complete) == 1:
            return complete[0]
        return max(complete or self.variants, key=lambda names: _likeness(names, record))

    def _complete_for(self, keys: tuple[str, ...]) -> list[Names]:
        """The variants that a record with these fields may be; asked through a cache, for records have few layouts."""
        return [names for names in self.variants if names["prompt"] in keys and names["response"] in keys]

    @cached_property
    def _usual(self) -> Names:
        return self.variants[0] | {"system": "system"}


def _likeness(names: Names, record: Json) -> tuple[int, bool]:
    return (names["prompt"] in record) + (names["response"] in record), "context" in names and bool(
        record.get(names["context"])
    )
