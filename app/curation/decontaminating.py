"""Benchmarks against a whole corpus that streams by: what a sample holds is only known when all samples have been seen.

A word sequence that stands in many samples is common knowledge and does not count, so the first pass tallies, and the
few samples in which anything was found are looked at again with the whole tally.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Batch
from app.curation.decontamination.benchmark import Benchmark
from app.curation.decontamination.findings import Contamination, Suspect
from app.curation.decontamination.index import Index
from app.curation.decontamination.report import likeliest
from app.curation.decontamination.settings import Decontamination
from app.curation.deduplicator import Fetch

AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Sighting:
    """Of one batch: rows in which anything was found, and in how many samples each of the known `sequences` stands."""

    rows: list[int]
    sequences: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass
class Decontaminator:
    """Sees batches, then settles: `contaminated` and `suspected` are by row of the whole corpus."""

    index: Index
    settings: Decontamination
    contaminated: dict[int, list[Contamination]] = field(default_factory=dict)
    suspected: dict[int, list[Suspect]] = field(default_factory=dict)
    _rows: list[int] = field(default_factory=list)
    _tally: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, files: Sequence[Path], settings: Decontamination) -> "Decontaminator":
        """From benchmark files. FileRefused."""
        return cls(Index.of(Benchmark.read(path) for path in files), settings)

    def sight(self, batch: Batch) -> Sighting:
        """What one batch holds at most. May run in another process; give the result to `note`."""
        found = self.index.inspect(batch, self.settings)
        rows = {one.row for one in found.contaminations} | {one.row for one in found.suspects}
        tally = self.index.tally(batch)
        sequences = np.flatnonzero(tally)
        return Sighting(sorted(rows), sequences, tally[sequences])

    def note(self, first: int, sighting: Sighting) -> None:
        """Take in a sighting of the batch whose first sample is row `first`."""
        self._rows += [first + row for row in sighting.rows]
        if self._tally is None:
            self._tally = np.zeros(self.index.size, np.int64)
        self._tally[sighting.sequences] += sighting.counts

    def settle(self, fetch: Fetch) -> None:
        """Look again at what was found, now with the tally of all samples."""
        for first in range(0, len(self._rows), AT_ONCE):
            rows = self._rows[first : first + AT_ONCE]
            found = self.index.inspect(fetch(rows), self.settings, self._tally)
            for one in found.contaminations:
                self.contaminated.setdefault(rows[one.row], []).append(one)
            for other in found.suspects:
                self.suspected.setdefault(rows[other.row], []).append(other)

    def likeliest(self) -> list[Suspect]:
        """The suspects for a person, likeliest first; their rows are those of the corpus."""
        found = (replace(one, row=row) for row, some in self.suspected.items() for one in some)
        return likeliest(found, self.settings)
