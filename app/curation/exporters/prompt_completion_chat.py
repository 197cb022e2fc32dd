"""Prompt and completion as messages: training on the last answer alone, as TRL reads it with a model's chat template.

The rules are TRL's for prompt-completion in the conversational form.
"""

from collections.abc import Iterable, Iterator

from app.curation.conversation import exchange
from app.curation.exporter import Example, Exporter
from app.curation.exporters import _plain, _trl
from app.curation.sample import Json


class PromptCompletionChat(Exporter):
    title = "Prompt and completion, as messages"

    def rows(self, example: Example) -> Iterable[Json]:
        before, answer = exchange(example.form, example.content)
        return [{"prompt": _plain.plain(before), "completion": _plain.plain([answer])}]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "prompt", "completion")
        yield from _trl.faults(row, ("completion",))
