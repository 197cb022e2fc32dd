"""A passage of a document as a sample: its text, or the exchange that stands in it."""

from typing import Any

from app.curation.documents.document import Passage, PassageFlag
from app.curation.readers._reader import Cut
from app.curation.sample import Form, Json, Refusal, Sample, Source

_LEFT_OUT = {
    PassageFlag.CONTENTS: "This passage is a table of contents. It was left out.",
    PassageFlag.REFERENCES: "This passage is a list of references. It was left out.",
    PassageFlag.BOILERPLATE: "This passage is a legal notice or the like. It was left out.",
}


def as_sample(cut: Cut, source: Source) -> Sample:
    """With the passage, and in its metadata where that stands."""
    where = _where(cut.passage)
    if cut.exchange is None:
        return Sample(Form.TEXT, {"text": cut.passage.text}, source, where, cut.passage)
    one = cut.exchange
    return Sample(one.form, _tidy(one.content), source, where | _tidy(one.metadata), cut.passage)


def left_out(cut: Cut, source: Source) -> Refusal:
    """What a passage with a flag becomes where nobody asked for it."""
    flag = cut.passage.flag
    assert flag is not None
    return Refusal(source, flag.value, _LEFT_OUT[flag], cut.passage.text[:200])


def _where(passage: Passage) -> Json:
    """For people and for whoever reads a release: the document, the headings, the page."""
    found: Json = {"document": passage.document.facts.title or passage.document.name}
    if passage.heading:
        found["heading"] = list(passage.heading)
    if passage.first_page is not None:
        found["page"] = passage.first_page
    return found


def _tidy(value: Any) -> Any:
    """Without the one character that a database's text cannot hold."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, dict):
        return {_tidy(key): _tidy(part) for key, part in value.items()}
    return [_tidy(part) for part in value] if isinstance(value, list) else value
