"""Preferences (DPO): a prompt, the better and the worse answer to it, as TRL's DPOTrainer and RewardTrainer read them.

Pairs come from samples with two answers (turned round where reviewers preferred the second), from edits (the edited words
are better than the original ones) and from rankings of answers that the record lists. The rules are TRL's for preference in
the conversational form.
"""

from collections.abc import Iterable, Iterator

from app.curation.conversation import ASKING, conversation, exchange
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain, _trl
from app.curation.exporters._ranked import rankings, texts
from app.curation.sample import Form, Json

_UNTOLD = ("equal", "both_bad")


class Preference(Exporter):
    title = "Preferences (DPO)"
    reads_original = True
    reads_answers = True

    def rows(self, example: Example) -> Iterable[Json]:
        pairs = [pair for ranking in rankings(example.answers) for pair in _ranked(example, ranking)]
        if example.form is Form.PREFERENCE:
            pairs += [_chosen(example)]
        elif example.original and example.original != example.content:
            pairs += [_edited(example, example.original)]
        if not pairs:
            raise Unsuitable("Nobody edited this sample, so no answer is better than another. Choose a chat format.")
        return pairs

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "prompt", "chosen", "rejected")
        yield from _trl.faults(row, ("chosen", "rejected"))
        if row.get("chosen") == row.get("rejected"):
            yield "The two answers are the same."


def _pair(before: list[Json], better: Json, worse: Json) -> Json:
    if not before or before[-1]["role"] not in ASKING:
        raise Unsuitable("There is no question that both answers reply to. Choose a chat format.")
    found = {"prompt": _plain.plain(before), "chosen": _plain.plain([better]), "rejected": _plain.plain([worse])}
    if found["chosen"] == found["rejected"]:
        raise Unsuitable("The two answers are the same, so neither is better. Choose a chat format.")
    return found


def _answer(text: str) -> Json:
    return {"role": "assistant", "content": text}


def _chosen(example: Example) -> Json:
    """The two answers of the sample; what reviewers said of them counts more than the record."""
    content = example.content
    said = {one for one in example.answers.values() if isinstance(one, str) and one in ("first", "second", *_UNTOLD)}
    if len(said) > 1 or said & set(_UNTOLD):
        raise Unsuitable("The reviewers found neither answer better. Choose the labels format to keep what they said.")
    better, worse = ("rejected", "chosen") if said == {"second"} else ("chosen", "rejected")
    return _pair(list(content["messages"]), _answer(content[better]), _answer(content[worse]))


def _edited(example: Example, original: Json) -> Json:
    """The first turn that the expert changed, if it is an answer: what follows replies to other words."""
    after, before = conversation(example.form, example.content), conversation(example.form, original)
    for at, (edited, first) in enumerate(zip(after, before, strict=False)):
        if edited != first:
            if (edited["role"], first["role"]) != ("assistant", "assistant"):
                break
            return _pair(after[:at], edited, first)
    raise Unsuitable("The edit changed the question, so the two answers reply to different words. Choose a chat format.")


def _ranked(example: Example, ranking: list[list[str]]) -> Iterator[Json]:
    """Each answer above each one on a lower place; those that share a place make no pair."""
    found = texts([option for place in ranking for option in place], example)
    before = _question(example)
    for at, place in enumerate(ranking):
        for better in place:
            for worse in (option for lower in ranking[at + 1 :] for option in lower):
                if found[better].strip() != found[worse].strip():
                    yield _pair(before, _answer(found[better]), _answer(found[worse]))


def _question(example: Example) -> list[Json]:
    if example.form is Form.PREFERENCE:
        return list(example.content["messages"])
    messages = conversation(example.form, example.content)
    return messages if messages and messages[-1]["role"] in ASKING else exchange(example.form, example.content)[0]
