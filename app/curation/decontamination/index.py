"""Benchmarks as one thing to check samples against; it holds hashes and item ids, never a benchmark's text."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Batch
from app.curation.decontamination.benchmark import Benchmark
from app.curation.decontamination.checking import Check
from app.curation.decontamination.findings import Contamination, Findings, Suspect
from app.curation.decontamination.fingerprint import Fingerprint
from app.curation.decontamination.overlap import documents, matches
from app.curation.decontamination.paraphrase import FeatureTable
from app.curation.decontamination.pieces import Pieces
from app.curation.decontamination.settings import Decontamination
from app.curation.decontamination.tables import SequenceTable, WholeTable

_DEFAULT = Decontamination()


class Index:
    """Checks batches of samples. Names of benchmarks should differ: findings carry them."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        self.prints = tuple(prints)
        self.wholes = WholeTable(self.prints)
        self.sequences = SequenceTable(self.prints)
        self.features = [FeatureTable(one) for one in self.prints]
        self.firsts: list[int] = np.cumsum([0, *(len(one.ids) for one in self.prints)]).tolist()
        """The number of each benchmark's first item: items are numbered through."""

    @classmethod
    def of(cls, benchmarks: Iterable[Benchmark]) -> "Index":
        return cls([Fingerprint.of(benchmark) for benchmark in benchmarks])

    @classmethod
    def load(cls, dumps: Iterable[bytes]) -> "Index":
        """From what `Fingerprint.dump` gave for each benchmark. Unpackable for anything else."""
        return cls([Fingerprint.load(data) for data in dumps])

    def dump(self) -> list[bytes]:
        """One fingerprint per benchmark."""
        return [one.dump() for one in self.prints]

    @property
    def size(self) -> int:
        """How many different sequences of words the benchmarks have: the length of a tally."""
        return len(self.sequences.keys)

    def named(self, item: int) -> tuple[str, str]:
        """Benchmark and id of an item."""
        at = bisect_right(self.firsts, item) - 1
        return self.prints[at].name, self.prints[at].ids[item - self.firsts[at]]

    def tally(self, batch: Batch) -> NDArray[np.int64]:
        """In how many samples each sequence of the benchmarks stands; the tallies of all batches are added up."""
        pieces = Pieces(batch)
        return documents(matches(pieces, self.sequences), pieces, self.sequences)

    def inspect(
        self, batch: Batch, settings: Decontamination = _DEFAULT, tally: NDArray[np.int64] | None = None
    ) -> Findings:
        """All findings, sample by sample. With the corpus' tally, sequences in too many samples do not count."""
        return Check(self, batch, settings, tally).findings()

    def check(
        self, batch: Batch, settings: Decontamination = _DEFAULT, tally: NDArray[np.int64] | None = None
    ) -> list[Contamination]:
        """The contaminations alone."""
        return self.inspect(batch, settings.model_copy(update={"paraphrases": False}), tally).contaminations

    def suspects(
        self, batch: Batch, settings: Decontamination = _DEFAULT, tally: NDArray[np.int64] | None = None
    ) -> list[Suspect]:
        """Who may hold an item without being a contamination, the likeliest first."""
        return sorted(self.inspect(batch, settings, tally).suspects, key=lambda found: (-found.score, found.row))
