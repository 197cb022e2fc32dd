"""Labels: the sample and what reviewers agreed on, for training classifiers and extractors.

A text has `text`, anything else its `messages`; `labels` has one field for each question. Marked words are given by turn, start
and end in characters (from 0, the end not included) and with the words.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from app.curation.exporter import Example, Exporter
from app.curation.exporters import _labelled
from app.curation.sample import Form, Json


class Labels(Exporter):
    title = "Labels"
    reads_original = True
    reads_answers = True

    def rows(self, example: Example) -> Iterable[Json]:
        pieces = _labelled.read(example)
        labels = {"labels": _labelled.answers(example, pieces)}
        if example.form is Form.TEXT:
            return [{"text": pieces[0].text} | labels]
        return [{"messages": [{"role": piece.role, "content": piece.text} for piece in pieces]} | labels]

    def faults(self, row: Json) -> Iterator[str]:
        if row.keys() not in ({"text", "labels"}, {"messages", "labels"}):
            yield "The record must have “labels”, and either “text” or “messages”."
            return
        texts = [row["text"]] if "text" in row else [one.get("content") for one in row["messages"]]
        if not texts or not all(isinstance(text, str) for text in texts):
            yield "Every message must have text."
            return
        if not isinstance(row["labels"], dict) or not row["labels"]:
            yield "“labels” must hold at least one answer."
            return
        for key, answer in row["labels"].items():
            yield from _faults(key, answer, texts)


def _faults(key: str, answer: Any, texts: list[str]) -> Iterator[str]:
    if answer in (None, "", [], {}):
        yield f"“{key}” has no answer."
    if not _labelled.is_marked(answer):
        return
    for one in answer:
        text = texts[one["turn"]] if 0 <= one["turn"] < len(texts) else ""
        if text[one["start"] : one["end"]] != one["text"] or not one["text"]:
            yield f"“{key}”: the marked words {one['text']!r} do not stand where they should."
