"""Alpaca: instruction, input and output; one question with one answer."""

from collections.abc import Mapping
from typing import Any

from app.curation.conversation import one_round
from app.curation.exporter import Exporter
from app.curation.sample import Form, Json


class Alpaca(Exporter):
    title = "Instructions (Alpaca)"

    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        round = one_round(form, content)
        system = {"system": round.system} if round.system else {}
        return {"instruction": round.prompt, "input": round.context, "output": round.response} | system
