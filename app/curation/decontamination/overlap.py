"""Runs of words that samples and items share, and how much of an item they cover."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.decontamination.pieces import Pieces
from app.curation.decontamination.tables import SequenceTable
from app.curation.decontamination.weights import GRAM
from app.curation.kernels.keys import known_sequences

Ints = NDArray[np.int64]


class Matches(NamedTuple):
    """Known sequences in a batch: the word each begins with, its piece, and its place in the table."""

    starts: Ints
    pieces: Ints
    places: Ints

    def take(self, which: NDArray[np.generic]) -> "Matches":
        return Matches(*(column[which] for column in self))


class Runs(NamedTuple):
    """Words in a row, as long as can be, that a piece and a section share; sorted by row, section and position."""

    rows: Ints
    pieces: Ints
    sections: Ints
    positions: Ints
    starts: Ints
    lengths: Ints

    def take(self, which: NDArray[np.generic]) -> "Runs":
        return Runs(*(column[which] for column in self))


def matches(pieces: Pieces, table: SequenceTable) -> Matches:
    words = pieces.words
    starts, places = known_sequences(words.hashes, words.firsts, GRAM, table.slots, table.keys)
    return Matches(starts, np.searchsorted(words.firsts, starts, "right") - 1, places.astype(np.int64))


def documents(found: Matches, pieces: Pieces, table: SequenceTable) -> NDArray[np.int64]:
    """In how many samples of the batch each sequence of the table stands."""
    each = np.unique(np.stack([pieces.rows[found.pieces], found.places]), axis=1)
    return np.bincount(each[1], minlength=len(table.keys))


def runs(found: Matches, pieces: Pieces, table: SequenceTable) -> Runs:
    counts = np.diff(table.firsts)[found.places]
    which = np.repeat(np.arange(len(counts)), counts)
    posting = np.arange(len(which)) + np.repeat(table.firsts[found.places] - (np.cumsum(counts) - counts), counts)
    piece, start = found.pieces[which], found.starts[which]
    section, position = table.sections[posting], table.positions[posting]
    order = np.lexsort((position, start - position, section, piece))
    piece, start, section, position = (column[order] for column in (piece, start, section, position))
    follows = (np.diff(piece) == 0) & (np.diff(section) == 0) & (np.diff(start) == 1) & (np.diff(position) == 1)
    first = np.flatnonzero(np.append(True, ~follows)[: len(piece)])
    lengths = np.diff(np.append(first, len(piece))) + GRAM - 1
    made = Runs(pieces.rows[piece[first]], piece[first], section[first], position[first], start[first], lengths)
    return made.take(np.lexsort((made.positions, made.sections, made.rows)))


class Coverage(NamedTuple):
    """One line per sample and section that share a run: what the covered words say, each once, and all of them do."""

    rows: Ints
    sections: Ints
    said: NDArray[np.float64]
    totals: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        return self.said / np.maximum(self.totals, 1e-9)


def coverage(found: Runs, table: SequenceTable) -> Coverage:
    fresh = np.append(True, (np.diff(found.rows) != 0) | (np.diff(found.sections) != 0))[: len(found.rows)]
    group = np.cumsum(fresh) - 1
    begin = table.word_firsts[found.sections] + found.positions
    end = begin + found.lengths
    far = len(table.said)
    reached = np.maximum.accumulate(end + group * far) - group * far
    behind = np.where(fresh, 0, np.append(0, reached[:-1])[: len(reached)])
    said = table.said[end] - table.said[np.minimum(np.maximum(begin, behind), end)]
    firsts = np.flatnonzero(fresh)
    sections = found.sections[firsts]
    covered = np.bincount(group, said, len(firsts)).astype(np.float64)
    return Coverage(found.rows[firsts], sections, covered, table.totals[sections])


def longest(found: Runs) -> Runs:
    """The longest run of each line of the coverage; of equals the first."""
    ordered = found.take(np.lexsort((-found.lengths, found.sections, found.rows)))
    fresh = np.append(True, (np.diff(ordered.rows) != 0) | (np.diff(ordered.sections) != 0))[: len(ordered.rows)]
    return ordered.take(np.flatnonzero(fresh))
