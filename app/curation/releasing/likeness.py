"""How far the rows of a release resemble one another: word sequences as in near-duplicates, whatever the threshold.

The distinct sequences of every row are written once, to a file that the system keeps in memory as far as it likes, so
that no text is read twice and memory does not grow with the texts. Pairs are found by MinHash with bands wide enough to
miss hardly any, and compared exactly. Nearest rows are found without MinHash, by the sequences that rows share: so they
check the pairs as well.
"""

from collections.abc import Iterator
from itertools import pairwise
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.curation.bands import bands_for, least_agreement, matching_pairs
from app.curation.batch import Array
from app.curation.deduplicator import Groups, Pairs, Signatures
from app.curation.hashing import Hashes
from app.curation.kernels.comparing import jaccard_of_pairs
from app.curation.kernels.nearest import COMMON, nearest_of
from app.curation.kernels.pairing import first_equal
from app.curation.shingles import FINGERPRINT, Shingling
from app.curation.texts import Texts

PERMUTATIONS = 64
RECALL, LOSS = 0.9999, 1e-6
"""Chances that a pair exactly at the threshold is looked at, and that it is then not believed."""
FLOOR = 0.3
"""Below this similarity a nearest row says nothing."""
INDEXED = 2 << 20
"""Sequences whose owners are looked up at a time: some tens of megabytes."""
READ = 1 << 20

Rows = NDArray[np.int64]


class Alike(NamedTuple):
    """Pairs at or above a threshold. Rows of equal sets share a group; pairs lie between the first rows of groups."""

    groups: Groups
    pairs: Pairs
    shares: Array

    @property
    def links(self) -> Pairs:
        """Enough pairs to tell who hangs together."""
        rows = np.flatnonzero(self.groups != np.arange(len(self.groups)))
        return np.concatenate([self.pairs, np.stack([self.groups[rows], rows], axis=1)])

    def across(self, codes: NDArray[np.int8]) -> int:
        """How many pairs, told and implied, lie on two sides when the rows have these sides; -1 is none."""
        sides = np.stack([np.bincount(self.groups[codes == code], minlength=len(codes)) for code in range(3)])
        totals = sides.sum(0)
        within = (totals**2 - (sides**2).sum(0)).sum() // 2
        left, right = self.pairs.T
        return int(within + (totals[left] * totals[right] - (sides[:, left] * sides[:, right]).sum(0)).sum())


class Nearest(NamedTuple):
    """For each row that was asked about: the most similar of the others (-1: none near) and how similar it is."""

    rows: Rows
    shares: Array


class Likeness:
    """Rows, added page by page, and what can then be asked of them; the files are gone with the object."""

    def __init__(self, shingling: Shingling = Shingling()) -> None:  # noqa: B008 - a tuple
        self.shingling = shingling
        self._files: tuple[IO[bytes], IO[bytes]] = (TemporaryFile(), TemporaryFile())  # noqa: SIM115 - closed with this object
        self._sizes: list[Rows] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files:
            file.close()

    def add(self, texts: Texts) -> None:
        """Some more rows."""
        sets = self.shingling.sets(texts)
        self._files[0].write(sets.hashes.tobytes())
        self._files[1].write(self.shingling.signatures(texts, PERMUTATIONS).tobytes())
        self._sizes.append(np.diff(sets.firsts))

    def pairs(self, threshold: float) -> Alike:
        """All pairs whose similarity reaches the threshold, compared exactly."""
        signatures, hashes, ends = self._signatures, self._hashes, self.firsts
        prints = signatures[:, PERMUTATIONS:]
        groups = np.where(self.sizes > 0, first_equal(np.ascontiguousarray(prints)), np.arange(len(prints)))
        firsts = np.flatnonzero((groups == np.arange(len(groups))) & (self.sizes > 0))
        found = [(np.empty((0, 2), np.int64), np.empty(0))]
        for pairs in self._candidates(signatures, firsts, threshold):
            pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
            shares = jaccard_of_pairs(hashes, ends, pairs, threshold)
            keep = shares >= threshold
            found.append((pairs[keep], shares[keep]))
        pairs, shares = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        return Alike(groups, pairs[order], shares[order])

    def nearest(self, asked: Rows, others: Rows, floor: float = FLOOR) -> Nearest:
        """The nearest of `others` to each of `asked` (both ascending), where it reaches the floor; the first on a tie."""
        rows, shares, hashes, ends = np.full(len(asked), -1), np.zeros(len(asked)), self._hashes, self.firsts
        for some in _cut(self.sizes[asked], INDEXED):
            index = _Index.of(hashes, ends, asked[some])
            for part in _cut(self.sizes[others], READ):
                nearest_of(*index, *_gathered(hashes, ends, others[part]), part.start, shares[some], rows[some])
        near = (rows >= 0) & (shares >= floor)
        return Nearest(np.where(near, others[rows] if len(others) else rows, -1), np.where(near, shares, 0.0))

    @property
    def sizes(self) -> Rows:
        """Distinct sequences of each row."""
        if len(self._sizes) > 1:
            self._sizes = [np.concatenate(self._sizes)]
        return self._sizes[0] if self._sizes else np.empty(0, np.int64)

    @property
    def firsts(self) -> Rows:
        return np.concatenate([[0], np.cumsum(self.sizes)])

    @property
    def _hashes(self) -> Hashes:
        return self._read(0, np.uint64)

    @property
    def _signatures(self) -> Signatures:
        return self._read(1, np.uint32).reshape(-1, PERMUTATIONS + FINGERPRINT)

    def _read(self, place: int, dtype: type) -> NDArray[Any]:
        file = self._files[place]
        file.flush()
        size = file.tell()
        return np.asarray(np.memmap(file, dtype, "r+")) if size else np.empty(0, dtype)

    def _candidates(self, signatures: Signatures, rows: Rows, threshold: float) -> Iterator[Pairs]:
        bands, width = bands_for(threshold, PERMUTATIONS, RECALL)
        least = least_agreement(threshold, PERMUTATIONS, LOSS)
        return matching_pairs(signatures, rows, bands, width, permutations=PERMUTATIONS, least=least)


class _Index(NamedTuple):
    """Who holds which hash, as the kernel wants it."""

    keys: Hashes
    ends: Rows
    owners: NDArray[np.int32]
    sizes: Rows
    common: NDArray[np.int32]
    common_ends: Rows

    @classmethod
    def of(cls, hashes: Hashes, firsts: Rows, rows: Rows) -> "_Index":
        found, own = _gathered(hashes, firsts, rows)
        sizes = np.diff(own)
        order = np.argsort(found, kind="stable")
        keys, starts = np.unique(found[order], return_index=True)
        owners = np.repeat(np.arange(len(rows), dtype=np.int32), sizes)[order]
        ends = np.concatenate([starts, [len(found)]])
        frequent = np.flatnonzero(np.diff(ends) > COMMON)
        holders = [owners[ends[key] : ends[key + 1]] for key in frequent.tolist()]
        who = np.concatenate([np.empty(0, np.int32), *holders])
        which = np.repeat(frequent, [len(one) for one in holders]).astype(np.int32)
        place = np.lexsort((which, who))
        common_ends = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=len(rows)))])
        return cls(keys, ends, owners, sizes, which[place], common_ends)


def _gathered(hashes: Hashes, firsts: Rows, rows: Rows) -> tuple[Hashes, Rows]:
    """The sets of some rows one after another, and where each begins."""
    sizes = firsts[rows + 1] - firsts[rows]
    own = np.concatenate([[0], np.cumsum(sizes)])
    return hashes[np.arange(own[-1]) + np.repeat(firsts[rows] - own[:-1], sizes)], own


def _cut(sizes: Rows, most: int) -> Iterator[slice]:
    """Stretches of rows that hold about so many sequences together."""
    parts = np.cumsum(sizes) // most
    edges = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(sizes)]
    return (slice(first, last) for first, last in pairwise(edges) if last > first)
