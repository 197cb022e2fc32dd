"""Preferences: the conversation, the chosen and the rejected answer, as TRL reads them for DPO."""

from collections.abc import Mapping
from typing import Any

from app.curation.exporter import Exporter, Unsuitable
from app.curation.sample import Form, Json


class Preference(Exporter):
    title = "Preferences (DPO)"

    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        if form is not Form.PREFERENCE:
            raise Unsuitable("Only samples with a chosen and a rejected answer fit this format. Choose a chat format.")
        answers = {side: [{"role": "assistant", "content": content[side]}] for side in ("chosen", "rejected")}
        return {"prompt": list(content["messages"])} | answers
