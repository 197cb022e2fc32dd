"""Alpaca: instruction, input and output; one question with one answer."""

from collections.abc import Iterable

from app.curation.conversation import one_round
from app.curation.exporter import Example, Exporter
from app.curation.sample import Json


class Alpaca(Exporter):
    title = "Instructions (Alpaca)"

    def rows(self, example: Example) -> Iterable[Json]:
        round = one_round(example.form, example.content)
        system = {"system": round.system} if round.system else {}
        return [{"instruction": round.prompt, "input": round.context, "output": round.response} | system]
