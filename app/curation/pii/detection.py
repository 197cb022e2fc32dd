"""Personal data in texts, samples and batches, with overlaps resolved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.curation.batch import Content
from app.curation.kernels.signs import CLASSES, all_signs
from app.curation.pii.detector import Detector, Span, packaged_detectors
from app.curation.sample import Path, turns
from app.curation.texts import Texts


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data in the turn at `path`: text[start:end], in code points of the turn's text, which is `value`."""

    kind: str
    path: Path
    start: int
    end: int
    score: float
    value: str = field(repr=False)

    @property
    def field(self) -> str:
        """The path in one word: ``response``, ``messages.0.content``."""
        return ".".join(map(str, self.path))


def find(sample: Content, using: Sequence[Detector] | None = None) -> list[Found]:
    """All personal data of a sample, turn by turn, from left to right."""
    return find_all([sample], using)[0]


def find_all(samples: Sequence[Content], using: Sequence[Detector] | None = None) -> list[list[Found]]:
    """As `find`, for many samples: one compiled pass says which texts which detector must look at."""
    pieces = [list(turns(sample.form, sample.content)) for sample in samples]
    places = [(row, turn) for row, some in enumerate(pieces) for turn in some]
    found: list[list[Found]] = [[] for _ in samples]
    for index, spans in spans_of([turn.text for _, turn in places], using):
        row, turn = places[index]
        found[row] += (
            Found(kind, turn.path, start, end, score, turn.text[start:end]) for kind, start, end, score in spans
        )
    return found


def spans_of(texts: Sequence[str], using: Sequence[Detector] | None = None) -> Iterator[tuple[int, list[Span]]]:
    """The spans of each text that has any, with its index; no two spans overlap."""
    chosen = packaged_detectors() if using is None else using
    buffer = Texts.of(texts)
    signs = all_signs(buffer.data, buffer.offsets, CLASSES)
    wanted = np.full(len(texts), not all(one.signs for one in chosen)) | (signs != 0)
    for index in np.flatnonzero(wanted).tolist():
        seen = int(signs[index])
        spans = [span for one in chosen if not one.signs or seen & one.signs for span in one.spans(texts[index])]
        if spans:
            yield index, resolved(spans)


def resolved(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlap, from left to right: the longest first, of equally long ones the surest."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, -span.score, span.start, span.kind)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
