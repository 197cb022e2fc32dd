"""Alpaca: instruction, input and output; one question with one answer, as most trainers of instructions read it.

Every record has the same four fields; `input` and `system` may be empty. The rules are Stanford Alpaca's (README,
"Data Release") with the `system` of LLaMA-Factory's data/README.md ("Alpaca Format").
"""

from collections.abc import Iterable, Iterator, Mapping

from app.curation.conversation import one_round
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.exporters._dataset_info import dataset_info
from app.curation.sample import Json

_COLUMNS = {"prompt": "instruction", "query": "input", "response": "output", "system": "system"}


class Alpaca(Exporter):
    title = "Instructions (Alpaca)"

    def rows(self, example: Example) -> Iterable[Json]:
        round = one_round(example.form, example.content)
        if not round.prompt.strip() or not round.response.strip():
            raise Unsuitable("The question or the answer is empty. Choose the text format, or correct the sample.")
        return [
            {"instruction": round.prompt, "input": round.context, "output": round.response, "system": round.system}
        ]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, *_COLUMNS.values())
        yield from _plain.text_faults(row, "instruction", "output")
        for name in ("input", "system"):
            if not isinstance(row.get(name), str):
                yield f"“{name}” must be text; it may be empty."

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        return dataset_info(files, {"columns": _COLUMNS})
