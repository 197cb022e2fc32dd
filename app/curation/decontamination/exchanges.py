"""What is compared with a whole item: a question with its answer, or a stretch of a plain text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.curation.batch import Batch, Content
from app.curation.decontamination.pieces import Span
from app.curation.sample import Form, Turn, turns

LONGEST, STEP = 2_000, 1_500
"""Characters of a stretch, and how far the next one begins behind it; longer texts are cut at a space."""
_SPACE = re.compile(r"\s")


class Exchange(NamedTuple):
    """A text to compare, its sample, and where in the sample it begins."""

    row: int
    text: str
    span: Span


def exchanges(batch: Batch) -> list[Exchange]:
    """Of a conversation every question with what follows it up to the next, of a plain text every stretch."""
    return [found for row, sample in enumerate(batch.samples) for found in _exchanges(row, sample)]


def _exchanges(row: int, sample: Content) -> Iterator[Exchange]:
    for group in _groups(sample):
        text = "\n".join(turn.text for turn in group)
        for start, end in _stretches(text):
            first = group[0].text
            yield Exchange(row, text[start:end], Span(group[0].path, min(start, len(first)), min(end, len(first))))


def _groups(sample: Content) -> list[list[Turn]]:
    groups: list[list[Turn]] = []
    for turn in turns(sample.form, sample.content):
        if turn.role == "system" or not turn.text.strip():
            continue
        if not groups or turn.role == "user" or sample.form is Form.TEXT:
            groups.append([])
        groups[-1].append(turn)
    return groups


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while True:
        if len(text) - start <= LONGEST:
            yield start, len(text)
            return
        yield start, _cut(text, start + LONGEST)
        start = _cut(text, start + STEP)


def _cut(text: str, at: int) -> int:
    """The first space from there on, but not farther than a long word."""
    found = _SPACE.search(text, at, at + 100)
    return found.start() if found else at
