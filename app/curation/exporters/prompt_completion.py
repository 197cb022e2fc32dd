"""Prompt and completion: two texts, without a chat template."""

from collections.abc import Mapping
from typing import Any

from app.curation.conversation import one_round
from app.curation.exporter import Exporter, Unsuitable
from app.curation.sample import Form, Json


class PromptCompletion(Exporter):
    title = "Prompt and completion"

    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        round = one_round(form, content)
        if round.system:
            raise Unsuitable("A system prompt does not fit this format. Choose the messages format.")
        return {"prompt": round.question, "completion": round.response}
