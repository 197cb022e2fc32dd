"""Conflicts: different answers to the same question, or nearly the same, for a person to decide between.

No step holds all texts: `Keys.of` batch by batch (sixteen bytes per sample, can be stored), then `conflicts` from all
keys together and the texts of those that share one. The cost grows with the samples, not with their pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.curation.agreeing import EMPTY, Way, compare, is_open
from app.curation.batch import Batch, Mask
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

    drop: bool = Field(
        False, title="Drop conflicting answers", description="Samples that pass all else but contradict one another."
    )
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
        description="Also questions that differ only in common words, signs and order.",
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


class Keys(NamedTuple):
    """One number per sample and 0 for no question: `same` for the same words, `near` for the same telling words."""

    same: Hashes
    near: Hashes

    @classmethod
    def of(cls, batch: Batch) -> "Keys":
        """System prompt and question together: two samples with different system prompts do not contradict each other."""
        words = Words.compared(Texts.of(batch.prompts))
        asked = words.counts > 0
        system = _sequence_keys(Words.compared(Texts.of(_systems(batch))))
        near = _set_keys(words, ~np.isin(words.hashes, _empty_words()))
        own = _sequence_keys(words)
        return cls(*(_joined(system, key) * asked for key in (own, np.where(near, near, own))))


def rivals(keys: Hashes) -> Pairs:
    """Pairs of rows (earlier, later) with the same key: all of a small group, a bounded number per row of a large one."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order], prepend=np.uint64(0), append=np.uint64(0)))
    groups = (order[first:last] for first, last in pairwise(edges) if last - first > 1)
    return np.array([pair for group in groups for pair in _pairs(group.tolist())], np.int64).reshape(-1, 2)


def conflicts(keys: Keys, passes: Mask, fetch: Fetch, settings: Conflicts) -> Iterator[Conflict]:
    """The pairs of rows that pass all else and whose answers disagree, sorted."""
    rows = rivals(np.where(passes, keys.near if settings.near_questions else keys.same, np.uint64(0)))
    pairs = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    for first in range(0, len(pairs), FETCHED):
        some = pairs[first : first + FETCHED].tolist()
        wanted = sorted({row for pair in some for row in pair})
        batch = fetch(wanted)
        place = {row: at for at, row in enumerate(wanted)}
        for one, other in some:
            found = _disagree(batch, place[one], place[other], keys.same[one] == keys.same[other], settings)
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
    way, agreement = compare(*answers)
    return (way, agreement, "same" if same else "near") if agreement < settings.agreement else None


def _pairs(group: list[int]) -> Iterator[tuple[int, int]]:
    yield from combinations(group[:MOST], 2)
    yield from ((group[0], row) for row in group[MOST:])


def _sequence_keys(words: Words) -> Hashes:
    """One number per text for its words in their order; 0 for no word."""
    keys = np.zeros(len(words.counts), np.uint64)
    for size in np.unique(words.counts[words.counts > 0]).tolist():
        rows = np.flatnonzero(words.counts == size)
        keys[rows] = combine(words.hashes, words.firsts[rows], size) | np.uint64(1)
    return keys


def _set_keys(words: Words, which: Mask) -> Hashes:
    """One number per text for its chosen words in any order; 0 where none is chosen."""
    keys = np.zeros(len(words.counts), np.uint64)
    chosen = words.hashes[which]
    np.add.at(keys, words.owners[which], combine(chosen, np.arange(len(chosen)), 1))
    return keys


def _joined(left: Hashes, right: Hashes) -> Hashes:
    return combine(np.stack([left, right], axis=1).ravel(), np.arange(0, 2 * len(left), 2), 2) | np.uint64(1)


@cache
def _empty_words() -> Hashes:
    return np.sort(Words.compared(Texts.of(sorted(EMPTY))).hashes)


def _systems(batch: Batch) -> list[str]:
    return [
        " ".join(turn.text for turn in turns(Form(sample.form), sample.content) if turn.role == "system")
        if sample.form is not Form.TEXT
        else ""
        for sample in batch.samples
    ]
