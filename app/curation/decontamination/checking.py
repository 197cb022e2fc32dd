"""One batch against an index: whole questions first, then shared words, then likeness."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Batch, Mask
from app.curation.decontamination.exchanges import exchanges
from app.curation.decontamination.findings import Contamination, Doubt, Findings, Suspect, Tier
from app.curation.decontamination.fingerprint import PARTS, QUESTION, whole_keys
from app.curation.decontamination.overlap import Coverage, Matches, Runs, coverage, longest, matches, runs
from app.curation.decontamination.pieces import Pieces, Span
from app.curation.decontamination.settings import Decontamination
from app.curation.texts import Texts
from app.curation.words import foldable

if TYPE_CHECKING:
    from app.curation.decontamination.index import Index

LEAST_SHARED = 5.0
"""What shared words must say to count: five telling words or ten common ones."""
MOST_SUSPECTS = 3
"""Of one sample and benchmark."""
_WHOLE = 0.999


class Check:
    """Finds at most one thing per sample and item, the surest."""

    def __init__(
        self, index: "Index", batch: Batch, settings: Decontamination, tally: NDArray[np.int64] | None
    ) -> None:
        self._index, self._batch, self._settings, self._tally = index, batch, settings, tally
        self._pieces = Pieces(batch)
        self._sure: dict[tuple[int, int], Contamination] = {}
        self._doubtful: dict[tuple[int, int], Suspect] = {}

    def findings(self) -> Findings:
        settings = self._settings
        if settings.exact:
            self._equal()
        if settings.exact or settings.overlaps:
            self._shared(matches(self._pieces, self._index.sequences))
        if settings.paraphrases:
            self._alike()
        sure = sorted(self._sure.values(), key=lambda found: found.row)
        return Findings(sure, self._likeliest())

    def _equal(self) -> None:
        """Turns that are a question, whatever stands between its words."""
        pieces = self._pieces
        for piece, item in self._index.wholes.pairs(whole_keys(pieces.words)).tolist():
            first, last = pieces.words.firsts[piece], pieces.words.firsts[piece + 1] - 1
            self._add(int(pieces.rows[piece]), item, "exact", 1.0, pieces.span(piece, first, last))

    def _shared(self, found: Matches) -> None:
        settings, table = self._settings, self._index.sequences
        if settings.exact:
            every = runs(found, self._pieces, table)
            lines = coverage(every, table)
            self._add_lines("contained", lines, every, _asked(lines) & (lines.shares >= _WHOLE))
        if not settings.overlaps:
            return
        if self._tally is not None:
            found = found.take(self._tally[found.places] <= settings.max_documents)
        every = runs(found, self._pieces, table)
        long = every.take(every.lengths >= settings.words)
        lines = coverage(long, table)
        self._add_lines("overlap", lines, long, _asked(lines) & (lines.shares >= settings.min_share))
        whole = coverage(every, table)
        self._add_lines("coverage", whole, every, _asked(whole) & (whole.shares > settings.min_coverage))
        self._doubt_lines(lines, long)

    def _add_lines(self, tier: Tier, lines: Coverage, found: Runs, which: Mask) -> None:
        spans = longest(found)
        for line in np.flatnonzero(which & (lines.said >= LEAST_SHARED)).tolist():
            row, item = int(lines.rows[line]), int(lines.sections[line]) // PARTS
            if (row, item) not in self._sure:
                self._add(row, item, tier, float(lines.shares[line]), self._span(spans, line))

    def _doubt_lines(self, lines: Coverage, found: Runs) -> None:
        """Long sequences that are too little of the question, or stand in the passage or the answer."""
        spans = longest(found)
        for line in np.flatnonzero(lines.said >= LEAST_SHARED).tolist():
            row, item = int(lines.rows[line]), int(lines.sections[line]) // PARTS
            self._doubt(row, item, "overlap", float(lines.shares[line]), self._span(spans, line))

    def _span(self, found: Runs, line: int) -> Span:
        start = int(found.starts[line])
        return self._pieces.span(int(found.pieces[line]), start, start + int(found.lengths[line]) - 1)

    def _alike(self) -> None:
        asked = exchanges(self._batch)
        texts, folded = foldable(Texts.of([one.text for one in asked]))
        for first, table in zip(self._index.firsts, self._index.features, strict=False):
            items, scores = table.nearest(texts, folded, MOST_SUSPECTS)
            for line, place in np.argwhere((items >= 0) & (scores >= self._settings.min_similarity)).tolist():
                one, item = asked[line], first + int(items[line, place])
                self._doubt(one.row, item, "paraphrase", float(scores[line, place]), one.span)

    def _add(self, row: int, item: int, tier: Tier, score: float, span: Span) -> None:
        benchmark, id = self._index.named(item)
        self._sure.setdefault((row, item), Contamination(row, benchmark, id, tier, min(score, 1.0), span))

    def _doubt(self, row: int, item: int, tier: Doubt, score: float, span: Span) -> None:
        """What shares a sequence and is alike too is as likely as the greater of the two says."""
        if (row, item) in self._sure:
            return
        benchmark, id = self._index.named(item)
        known = self._doubtful.setdefault((row, item), Suspect(row, benchmark, id, tier, min(score, 1.0), span))
        if score > known.score:
            self._doubtful[row, item] = replace(known, score=min(score, 1.0))

    def _likeliest(self) -> list[Suspect]:
        taken: Counter[tuple[int, str]] = Counter()
        found = []
        for suspect in sorted(self._doubtful.values(), key=lambda suspect: (suspect.row, -suspect.score)):
            taken[suspect.row, suspect.benchmark] += 1
            if taken[suspect.row, suspect.benchmark] <= MOST_SUSPECTS:
                found.append(suspect)
        return found


def _asked(lines: Coverage) -> Mask:
    found: Mask = lines.sections % PARTS == QUESTION
    return found
