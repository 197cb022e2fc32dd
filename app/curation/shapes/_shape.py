"""The contract of a shape: which records it claims, and how one becomes a sample and a sample that record again."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, ClassVar

from app.curation.sample import Form, Json, Sample, Source
from app.curation.shapes._note import note_of, noted, unnoted


class Unfit(Exception):
    """A record that its shape cannot turn into a sample: a stable code and a sentence for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Shape(ABC):
    """One way to lay out a training example in a JSON object or a table row."""

    order: ClassVar[int]
    """Shapes with a smaller number are tried first: the more telling the field names, the earlier."""

    telling: ClassVar[frozenset[str]]
    """The fields that make this shape: a record with some of them but not all has a gap rather than another shape."""

    @cached_property
    def name(self) -> str:
        """The file name of the shape's module: its key everywhere."""
        return type(self).__module__.rpartition(".")[2]

    @abstractmethod
    def claims(self, record: Json) -> bool:
        """True where the record has this shape's fields, whatever their values."""

    @abstractmethod
    def to_sample(self, record: Json, source: Source) -> Sample:
        """The record as a sample. Unfit where a field is missing, null, of the wrong type, or every text is empty."""

    @abstractmethod
    def from_sample(self, sample: Sample) -> Json:
        """The record that `to_sample` was given, with the sample's present texts.

        A sample of another shape is laid out in this shape's usual way. Unfit where its form cannot be.
        """

    def touches(self, record: Json) -> bool:
        """True where the record has at least one of the fields this shape cannot do without."""
        return any(key in record for key in self.telling)

    def _sample(self, form: Form, content: Json, record: Json, used: set[str], source: Source, **facts: Any) -> Sample:
        rest = {key: value for key, value in record.items() if key not in used}
        return Sample(form, content, source, noted(rest, self.name, facts))

    def _facts(self, sample: Sample) -> Json:
        """What `to_sample` noted about the record; empty where another shape read it."""
        note = note_of(sample.metadata)
        return note if note.get("name") == self.name else {}

    def _record(self, fields: Json, sample: Sample) -> Json:
        """The fields first, then everything else the record held; a field of the content wins over metadata."""
        return fields | unnoted(sample.metadata) | fields

    def _cannot(self, sample: Sample) -> Unfit:
        message = f"A {sample.form.value} sample cannot be written as {self.name}. Choose another format."
        return Unfit("wrong_form", message)
