"""Prompt and completion: two texts, without a chat template."""

from collections.abc import Iterable

from app.curation.conversation import one_round
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.sample import Json


class PromptCompletion(Exporter):
    title = "Prompt and completion"

    def rows(self, example: Example) -> Iterable[Json]:
        round = one_round(example.form, example.content)
        if round.system:
            raise Unsuitable("A system prompt does not fit this format. Choose the messages format.")
        return [{"prompt": round.question, "completion": round.response}]
