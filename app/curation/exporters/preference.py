"""Preferences: the conversation, the chosen and the rejected answer, as TRL reads them for DPO."""

from collections.abc import Iterable

from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.sample import Form, Json


class Preference(Exporter):
    title = "Preferences (DPO)"

    def rows(self, example: Example) -> Iterable[Json]:
        if example.form is not Form.PREFERENCE:
            raise Unsuitable("Only samples with a chosen and a rejected answer fit this format. Choose a chat format.")
        answers = {side: [{"role": "assistant", "content": example.content[side]}] for side in ("chosen", "rejected")}
        return [{"prompt": list(example.content["messages"])} | answers]
