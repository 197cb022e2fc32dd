"""Prompt and completion: two texts, which trainers join as they are, without a chat template.

The rules are TRL's for prompt-completion in the standard form (docs, "Dataset formats").
"""

from collections.abc import Iterable, Iterator

from app.curation.conversation import one_round
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.sample import Json


class PromptCompletion(Exporter):
    title = "Prompt and completion"

    def rows(self, example: Example) -> Iterable[Json]:
        round = one_round(example.form, example.content)
        if round.system:
            raise Unsuitable("A system prompt does not fit this format. Choose the messages format.")
        if not round.question.strip() or not round.response.strip():
            raise Unsuitable("The question or the answer is empty. Choose the text format, or correct the sample.")
        return [{"prompt": round.question, "completion": round.response}]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "prompt", "completion")
        yield from _plain.text_faults(row, "prompt", "completion")
