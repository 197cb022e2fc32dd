"""Plain text: one text per record, for continued pre-training."""

from collections.abc import Iterable

from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.sample import Form, Json


class Text(Exporter):
    title = "Plain text"

    def rows(self, example: Example) -> Iterable[Json]:
        if example.form is not Form.TEXT:
            raise Unsuitable("Only plain texts fit this format. Choose a chat format.")
        return [{"text": example.content["text"]}]
