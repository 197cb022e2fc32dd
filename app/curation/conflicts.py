"""Conflicts: different answers to the same question, or nearly the same, for a person to decide between.

The machinery is that of near-duplicates: signatures batch by batch (they can be stored), pairs from all signatures
together, and a look at the texts of those pairs alone. The cost grows with the samples, not with their pairs.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.curation.agreeing import EMPTY, compare, is_open
from app.curation.batch import Array, Batch, Mask
from app.curation.bounds import Measure, Rule
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures
from app.curation.edges import Edges
from app.curation.hashing import Hashes, combine
from app.curation.sample import Form, turns
from app.curation.texts import Texts
from app.curation.words import Words

FETCHED = 1024
MOST = 30
"""Samples with one question that are compared with each other; the rest of a larger group with its first."""
RULE = Rule(
    Measure("conflicts", "Samples that answer the same question otherwise", "other answers"),
    "max",
    "conflicting_answers",
    "Two answers to one question cannot both be learnt.",
)
"""No sample breaks it alone: it counts the partners."""


class Conflicts(Deduplicator):
    """When two answers to one question disagree. Numbers are compared as numbers, short answers without their wording."""

    DECIDING: ClassVar[frozenset[str]] = frozenset({"drop"})

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

    @property
    def width(self) -> int:
        """Two keys of 64 bits: for the same words, and for the same telling words."""
        return 4

    def signatures(self, batch: Batch) -> Signatures:
        """System prompt and question together: two samples with different system prompts do not contradict each other."""
        words = Words.compared(Texts.of(batch.prompts))
        system = _sequence_keys(Words.compared(Texts.of(_systems(batch))))
        same, near = _sequence_keys(words), _set_keys(words, ~np.isin(words.hashes, _empty_words()))
        asked = words.counts > 0
        keys = [_joined(system, key) * asked for key in (same, np.where(near, near, same))]
        return np.stack(keys, axis=1).view(np.uint32)

    def groups(self, signatures: Signatures) -> Groups:
        """Each alone: that two samples are asked the same says nothing of their answers."""
        return np.arange(len(signatures))

    def candidates(self, signatures: Signatures, rows: NDArray[np.int64], since: int = 0) -> Iterator[Pairs]:
        """All pairs of a small group with one question, a bounded number per row of a large one."""
        keys = np.ascontiguousarray(signatures[rows]).view(np.uint64)[:, int(self.near_questions)]
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order], prepend=np.uint64(0), append=np.uint64(0)))
        groups = (order[first:last] for first, last in pairwise(edges) if last - first > 1)
        pairs = np.array([pair for group in groups for pair in _pairs(group.tolist())], np.int64).reshape(-1, 2)
        yield rows[pairs][rows[pairs[:, 1]] >= since]

    def similarities(self, pairs: Pairs, fetch: Fetch) -> Array:
        """How far the answers of each pair disagree, from 0 (or not to be compared) to 1."""
        found = np.zeros(len(pairs))
        for first in range(0, len(pairs), FETCHED):
            wanted, places = np.unique(pairs[first : first + FETCHED], return_inverse=True)
            batch = fetch(wanted.tolist())
            for at, (one, other) in enumerate(places.reshape(-1, 2).tolist(), first):
                found[at] = self._disagreement(batch, one, other)
        return found

    def verified(self, similarities: Array) -> NDArray[np.bool_]:
        return similarities > 1 - self.agreement

    def _disagreement(self, batch: Batch, one: int, other: int) -> float:
        answers = batch.answers[one], batch.answers[other]
        if not all(answer.strip() for answer in answers):
            return 0.0
        if max(batch.answer_words.counts[[one, other]]) > self.longest_answer:
            return 0.0
        if not self.open_requests and is_open(batch.questions[one]):
            return 0.0
        return 1 - compare(*answers)[1]


def among(found: Edges, passes: Mask) -> Edges:
    """The conflicts between two samples that pass everything else."""
    both = passes[found.pairs].all(axis=1)
    return Edges(found.groups, found.pairs[both], found.similarities[both])


def partners(found: Edges) -> dict[int, list[tuple[int, float]]]:
    """(partner, disagreement) of each row that has any, on both sides."""
    sides: dict[int, list[tuple[int, float]]] = {}
    for (one, other), disagreement in zip(found.pairs.tolist(), found.similarities.tolist(), strict=True):
        sides.setdefault(one, []).append((other, disagreement))
        sides.setdefault(other, []).append((one, disagreement))
    return sides


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
