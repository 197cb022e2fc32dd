"""Plain text: one text in each record, for continued pre-training.

The rules are TRL's for language modelling in the standard form (docs, "Dataset formats").
"""

from collections.abc import Iterable, Iterator, Mapping

from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.exporters._dataset_info import dataset_info
from app.curation.sample import Form, Json


class Text(Exporter):
    title = "Plain text"

    def rows(self, example: Example) -> Iterable[Json]:
        if example.form is not Form.TEXT:
            raise Unsuitable("Only plain texts fit this format. Choose a chat format.")
        if not example.content["text"].strip():
            raise Unsuitable("The text is empty. Correct the sample, or choose to leave it out; no other format helps.")
        return [{"text": example.content["text"]}]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "text")
        yield from _plain.text_faults(row, "text")

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        return dataset_info(files, {"columns": {"prompt": "text"}})
