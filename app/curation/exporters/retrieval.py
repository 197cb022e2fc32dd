"""Passages: the contexts that samples were answered from, with ids, to build a search index or train one.

Where a sample comes from a passage of a document, that passage is its context. Each record is a passage with the question that
it answers, if there is one; the same passage has the same `_id` wherever it stands. The fields `_id`, `title` and `text` are
those of BEIR's corpus.jsonl.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from app.curation.conversation import spoken
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.exporters import _plain
from app.curation.sample import Form, Json

FIELDS = ("context", "contexts", "passage", "passages", "document", "documents", "evidence")
"""Fields of a record that hold passages: text, or a list of texts or of objects with a text and perhaps a title."""
_TEXTS = ("text", "content", "passage", "context", "body")


class Retrieval(Exporter):
    title = "Passages for retrieval"
    reads_source = True

    def rows(self, example: Example) -> Iterable[Json]:
        found = dict.fromkeys(_passages(example))
        if not found:
            raise Unsuitable("The sample has no passage. Choose a chat format.")
        query = _query(example)
        return [{"_id": _id(title, text), "title": title, "text": text, "query": query} for title, text in found]

    def faults(self, row: Json) -> Iterator[str]:
        yield from _plain.key_faults(row, "_id", "title", "text", "query")
        yield from _plain.text_faults(row, "_id", "text")
        for name in ("title", "query"):
            if not isinstance(row.get(name), str):
                yield f"“{name}” must be text; it may be empty."
        if isinstance(row.get("text"), str) and row.get("_id") != _id(str(row.get("title")), row["text"]):
            yield "“_id” is not that of the passage."


def _passages(example: Example) -> Iterator[tuple[str, str]]:
    """Title and text of each."""
    if example.source is not None:
        yield from _listed(example.source["passage"], example.source["title"] or example.source["document"])
        return
    if example.form is Form.TEXT:
        yield from _listed(example.content["text"], str(example.metadata.get("title") or ""))
    if example.form is Form.INSTRUCTION:
        yield from _listed(example.content.get("context"))
    for field in FIELDS:
        yield from _listed(example.metadata.get(field))


def _listed(value: Any, title: str = "") -> Iterator[tuple[str, str]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            text = next((one[name] for name in _TEXTS if isinstance(one.get(name), str)), "")
            found = (str(one.get("title") or ""), text)
        else:
            found = (title, one if isinstance(one, str) else "")
        if found[1].strip():
            yield found


def _query(example: Example) -> str:
    if example.form is Form.TEXT:
        return ""
    if example.form is Form.INSTRUCTION:
        return str(example.content["prompt"])
    asked = [message for message in example.content["messages"] if message["role"] == "user"]
    return spoken(asked[-1]) if asked else ""


def _id(title: str, text: str) -> str:
    return blake2b(f"{title}\0{text}".encode(), digest_size=12).hexdigest()
