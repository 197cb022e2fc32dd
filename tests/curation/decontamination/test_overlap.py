"""Coverage counts every word of an item once, however the shared sequences lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Fingerprint
from app.curation.decontamination.overlap import coverage, longest, matches, runs
from app.curation.decontamination.pieces import Pieces
from app.curation.decontamination.tables import SequenceTable
from app.curation.decontamination.weights import GRAM
from tests.curation.samples import text

VOCABULARY = [f"w{number}" for number in range(200)]
SLICES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30)), max_size=6)


@given(st.permutations(VOCABULARY[:50]), SLICES, SLICES)
def test_covered_words_are_those_of_a_set(
    item: list[str], first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    fingerprint = Fingerprint.of(Benchmark.of("b", [("0", {"text": " ".join(item)})]))
    table = SequenceTable([fingerprint])
    said = [_spliced(item, slices) for slices in (first, second)]
    pieces = Pieces(Batch([text(" ".join(words)) for words in said]))
    found = runs(matches(pieces, table), pieces, table)
    lines = coverage(found, table)
    shares = dict(zip(lines.rows.tolist(), lines.shares.tolist(), strict=True))
    for row, words in enumerate(said):
        assert shares.get(row, 0.0) == pytest.approx(len(_covered(item, words)) / len(item))
    best = longest(found)
    assert best.rows.tolist() == lines.rows.tolist()
    assert best.lengths.tolist() == [max(found.lengths[found.rows == row]) for row in lines.rows]


def _spliced(item: list[str], slices: list[tuple[int, int]]) -> list[str]:
    """Parts of the item with foreign words between them."""
    return [word for at, (start, size) in enumerate(slices) for word in [*item[start : start + size], f"x{at}"]]


def _covered(item: list[str], words: list[str]) -> set[int]:
    known = {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}
    hit = [at for at in range(len(item) - GRAM + 1) if tuple(item[at : at + GRAM]) in known]
    return {place for at in hit for place in range(at, at + GRAM)}
