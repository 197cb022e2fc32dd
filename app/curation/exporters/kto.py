"""Approved and rejected answers (KTO): a prompt, a completion and whether it was good, as TRL's KTOTrainer reads them.

An approved sample is a good answer, a rejected one a bad one; where an expert edited the answer, the edited words are good
and the original ones bad. Of a sample with two answers the chosen one is good. The rules are TRL's for unpaired preference
in the conversational form.
"""

from collections.abc import Iterable, Iterator

from app.curation.conversation import exchange
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain, _trl
from app.curation.sample import Form, Json


class KTO(Exporter):
    title = "Good and bad answers (KTO)"
    takes_rejected = True
    reads_original = True

    def rows(self, example: Example) -> Iterable[Json]:
        if example.form is Form.PREFERENCE:
            return _both(example)
        row = _row(example.form, example.content, example.approved)
        if not (example.approved and example.original):
            return [row]
        try:
            bad = _row(example.form, example.original, label=False)
        except Unsuitable:
            return [row]
        answers_the_same = bad["prompt"] == row["prompt"] and bad["completion"] != row["completion"]
        return [row, bad] if answers_the_same else [row]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "prompt", "completion", "label")
        yield from _trl.faults(row, ("completion",))
        if not isinstance(row.get("label"), bool):
            yield "“label” must be true or false."


def _row(form: Form, content: Json, label: bool) -> Json:
    before, answer = exchange(form, content)
    return {"prompt": _plain.plain(before), "completion": _plain.plain([answer]), "label": label}


def _both(example: Example) -> list[Json]:
    if not example.approved:
        raise Unsuitable("Of a rejected sample with two answers neither is known to be good. Nothing is lost by leaving "
                         "it out; choose the preference format to use approved ones as pairs.")  # fmt: skip
    good = _row(example.form, example.content, label=True)
    bad = _row(example.form, {**example.content, "chosen": example.content["rejected"]}, label=False)
    return [good, bad]
