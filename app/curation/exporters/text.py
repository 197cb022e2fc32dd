"""Plain text: one text per record, for continued pre-training."""

from collections.abc import Mapping
from typing import Any

from app.curation.exporter import Exporter, Unsuitable
from app.curation.sample import Form, Json


class Text(Exporter):
    title = "Plain text"

    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        if form is not Form.TEXT:
            raise Unsuitable("Only plain texts fit this format. Choose a chat format.")
        return {"text": content["text"]}
