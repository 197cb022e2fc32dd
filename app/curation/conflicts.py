"""Conflicts: different answers to the same question, or nearly the same, for a person to decide between.

Three steps, so that no step holds all texts: `question_keys` batch by batch (eight bytes per sample, can be stored),
`rivals` from all keys together, `conflicts` from the texts of the rivals alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.curation.agreeing import Way, compare, is_open, same_question
from app.curation.batch import Batch
from app.curation.deduplicator import Fetch
from app.curation.hashing import Hashes, combine
from app.curation.sample import Form, turns
from app.curation.texts import Texts
from app.curation.words import Words

Pairs: TypeAlias = NDArray[np.int64]
FETCHED = 1024
MOST = 30
"""Samples with one question that are compared with each other; the rest of a larger group with its first."""


class Conflicts(BaseModel):
    """When two answers to one question disagree. Numbers are compared as numbers, short answers without their wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agreement: float = Field(
        0.5, ge=0, le=1, title="Agreement", description="Share of words in common below which two answers disagree."
    )
    longest_answer: int = Field(
        60,
        ge=1,
        title="Longest answer",
        description="Answers of more words than this may differ: they are often a matter of taste.",
    )
    near_questions: bool = Field(
        True,
        title="Nearly the same questions",
        description="Also questions that differ in common words, signs or typing errors.",
    )
    open_requests: bool = Field(
        False,
        title="Open requests",
        description="Also requests with many right answers: to write, list, suggest, explain ...",
    )


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two samples (rows) whose answers disagree; `way` says how they were compared, `agreement` by how much, 0 to 1."""

    row: int
    partner: int
    way: Way
    agreement: float
    question: Literal["same", "near"]


def question_keys(batch: Batch) -> Hashes:
    """One number per sample that two samples share when system prompt and question have the same words; 0 for no question."""
    asked = [
        f"{system}\n{prompt}" if prompt else "" for system, prompt in zip(_systems(batch), batch.prompts, strict=True)
    ]
    words = Words.compared(Texts.of(asked))
    keys = np.zeros(len(batch), np.uint64)
    for size in np.unique(words.counts[words.counts > 0]).tolist():
        rows = np.flatnonzero(words.counts == size)
        keys[rows] = combine(words.hashes, words.firsts[rows], size) | np.uint64(1)
    return keys


def rivals(keys: Hashes, near: Pairs | None = None) -> Pairs:
    """Pairs of rows (earlier, later) with the same key, and the pairs that a deduplicator found near by their prompts."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order], prepend=np.uint64(0), append=np.uint64(0)))
    groups = (order[first:last] for first, last in pairwise(edges) if last - first > 1)
    found = [pair for group in groups for pair in _pairs(group.tolist())]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    if near is None or not len(near):
        return pairs
    return np.unique(np.concatenate([pairs, np.sort(near, axis=1)]), axis=0)


def conflicts(pairs: Pairs, keys: Hashes, fetch: Fetch, settings: Conflicts) -> Iterator[Conflict]:
    """The pairs whose answers disagree, in the order of `pairs`."""
    for first in range(0, len(pairs), FETCHED):
        some = pairs[first : first + FETCHED].tolist()
        rows = sorted({row for pair in some for row in pair})
        batch = fetch(rows)
        place = {row: at for at, row in enumerate(rows)}
        for one, other in some:
            found = _disagree(batch, place[one], place[other], keys[one] == keys[other], settings)
            if found:
                yield Conflict(one, other, *found)


def partners(found: Iterator[Conflict]) -> dict[int, list[Conflict]]:
    """The conflicts of each row, on both sides."""
    sides: dict[int, list[Conflict]] = {}
    for one in found:
        sides.setdefault(one.row, []).append(one)
        sides.setdefault(one.partner, []).append(one)
    return sides


def _disagree(
    batch: Batch, one: int, other: int, same: bool, settings: Conflicts
) -> tuple[Way, float, Literal["same", "near"]] | None:
    answers = batch.answers[one], batch.answers[other]
    if (
        not all(answer.strip() for answer in answers)
        or max(batch.answer_words.counts[[one, other]]) > settings.longest_answer
    ):
        return None
    if not settings.open_requests and is_open(batch.questions[one]):
        return None
    if not same and not (settings.near_questions and same_question(batch.prompts[one], batch.prompts[other])):
        return None
    way, agreement = compare(*answers)
    return (way, agreement, "same" if same else "near") if agreement < settings.agreement else None


def _pairs(group: list[int]) -> Iterator[tuple[int, int]]:
    yield from combinations(group[:MOST], 2)
    yield from ((group[0], row) for row in group[MOST:])


def _systems(batch: Batch) -> list[str]:
    return [
        " ".join(turn.text for turn in turns(Form(sample.form), sample.content) if turn.role == "system")
        if sample.form is not Form.TEXT
        else ""
        for sample in batch.samples
    ]
