"""Personal data: precision, recall and F1 per kind on labelled texts, and the time for documents that hold none.

Labelled texts are those of presidio-research; names, places and dates are labelled there too, but are the matter of
detectors that the user installs. A strict match has the same kind, start and end; an overlapping one the same kind and
a character in common. The time is CPU time of one process from texts to spans, the best of three; datatrove's formatter,
which replaces e-mail and IP addresses, reads the same documents.

python -m benchmarks.pii [DOCUMENTS] [--data FOLDER]
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from time import process_time
from typing import NamedTuple

import orjson
from datatrove.pipeline.formatters import PIIFormatter

from app.curation.pii.detection import spans_of
from app.curation.pii.detector import kinds
from benchmarks.corpus import DATA, documents

KINDS = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
    "US_DRIVER_LICENSE": "document_number",
}
BATCH = 1024


class Place(NamedTuple):
    """A span of a kind in a text."""

    text: int
    kind: str
    start: int
    end: int

    def meets(self, other: "Place") -> bool:
        return self[:2] == other[:2] and self.start < other.end and other.start < self.end


def labelled(data: Path) -> tuple[list[str], set[Place], Counter[str]]:
    """Texts, the places labelled with a kind that is looked for, and how many are labelled with others."""
    records = [orjson.loads(line) for line in (data / "pii" / "pii_spans.jsonl").read_bytes().splitlines()]
    spans = [(text, span) for text, record in enumerate(records) for span in record["spans"]]
    gold = {
        Place(text, KINDS[span["entity_type"]], span["start_position"], span["end_position"])
        for text, span in spans
        if span["entity_type"] in KINDS
    }
    others = Counter(span["entity_type"] for _, span in spans if span["entity_type"] not in KINDS)
    return [record["full_text"] for record in records], gold, others


def found(texts: Sequence[str]) -> set[Place]:
    return {Place(text, kind, start, end) for text, spans in spans_of(texts) for kind, start, end, _ in spans}


def scores(right: int, hit: int, gold: int, given: int) -> str:
    """Precision, recall, F1 of given places that are right and of gold places that are hit."""
    precision, recall = right / given if given else 0.0, hit / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"{precision:6.3f} {recall:6.3f} {f1:6.3f}"


def table(gold: set[Place], given: set[Place]) -> None:
    print(f"{'kind':<16} {'gold':>5} {'found':>5}   strict P      R     F1   overlap P      R     F1")
    by_text: dict[int, list[Place]] = defaultdict(list)
    for place in gold | given:
        by_text[place.text].append(place)
    groups = [(kind, {kind}) for kind in kinds() if any(place.kind == kind for place in gold | given)]
    for name, some in [*groups, ("all", set(kinds()))]:
        ours, theirs = {one for one in given if one.kind in some}, {one for one in gold if one.kind in some}
        strict = scores(len(ours & theirs), len(ours & theirs), len(theirs), len(ours))
        right = sum(any(one.meets(other) for other in by_text[one.text] if other in theirs) for one in ours)
        hit = sum(any(one.meets(other) for other in by_text[one.text] if other in ours) for one in theirs)
        overlap = scores(right, hit, len(theirs), len(ours))
        print(f"{name:<16} {len(theirs):>5} {len(ours):>5}     {strict}      {overlap}")


def microseconds(work: Callable[[], object], count: int) -> float:
    """CPU time per text, the best of three."""
    times = []
    for _ in range(3):
        began = process_time()
        work()
        times.append(process_time() - began)
    return min(times) / count * 1e6


def scan(texts: Sequence[str]) -> None:
    for first in range(0, len(texts), BATCH):
        for _ in spans_of(texts[first : first + BATCH]):
            pass


def speed(count: int, data: Path) -> None:
    texts = list(islice(documents(data=data), count))
    marked = {place.text for place in found(texts)}
    alarms = Counter(place.kind for place in found(texts))
    clean = [text for number, text in enumerate(texts) if number not in marked]
    peer = PIIFormatter()
    print(f"\n{len(texts):,} documents, {len(clean):,} of them without findings, {_mean(clean):,.0f} characters each")
    print(f"  without findings: {microseconds(lambda: scan(clean), len(clean)):6.1f} µs per document")
    print(f"  all:              {microseconds(lambda: scan(texts), len(texts)):6.1f} µs per document")
    formatted = microseconds(lambda: [peer.format(text) for text in clean], len(clean))
    print(f"  datatrove's e-mail and IP formatter, without findings: {formatted:6.1f} µs per document")
    print("  findings:", ", ".join(f"{kind} {number}" for kind, number in alarms.most_common()) or "none")


def _mean(texts: Iterable[str]) -> float:
    lengths = list(map(len, texts))
    return sum(lengths) / max(len(lengths), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int, nargs="?", default=10_000)
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    texts, gold, others = labelled(given.data)
    table(gold, found(texts))
    print("not looked for:", ", ".join(f"{kind} {number}" for kind, number in others.most_common()))
    speed(given.documents, given.data)


if __name__ == "__main__":
    main()
