"""Whether Winnow keeps and drops what datatrove's own filters keep and drop, on real documents, and why where it does not.

python -m benchmarks.parity [--data FOLDER] [--limit N]
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.text import split_into_words

from app.curation.batch import Batch
from app.curation.filter import filters
from app.curation.sample import Form, Sample, Source
from app.curation.verdict import judge
from app.curation.webtexts import WebTexts
from benchmarks.corpus import DATA
from benchmarks.real_documents import real_documents

PEERS: dict[str, Callable[[], object]] = {
    "gopher_quality": GopherQualityFilter,
    "gopher_repetition": GopherRepetitionFilter,
    "c4": C4QualityFilter,
    "fineweb": FineWebQualityFilter,
}
BATCH = 2048


def winnow(key: str, texts: Sequence[str]) -> dict[int, set[str]]:
    """The reasons by number of the documents that are dropped."""
    found = {}
    one = filters()[key]()
    for first in range(0, len(texts), BATCH):
        some = [Sample(Form.TEXT, {"text": text}, Source("x", 0)) for text in texts[first : first + BATCH]]
        reasons = judge(one.measure(Batch(some)), one.limits())
        found |= {first + row: {reason.rule for reason in rows} for row, rows in reasons.items()}
    return found


def datatrove(key: str, texts: Sequence[str]) -> dict[int, str]:
    """The first reason by number of the documents that are dropped."""
    peer = PEERS[key]()
    verdicts = (peer.filter(Document(text=text, id="")) for text in texts)
    return {row: verdict[1] for row, verdict in enumerate(verdicts) if verdict is not True}


def cause(text: str) -> str:
    """The first token that differs from spaCy's, or that none does."""
    ours, theirs = WebTexts([text]).tokens.of(0), split_into_words(text)
    pairs = (pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1])
    return "tokens differ: {!r} here, {!r} there".format(*next(pairs)) if ours != theirs else "the same tokens"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    found = list(islice(real_documents(given.data), given.limit))
    judged = WebTexts([one.text for one in found]).judged
    texts = [one.text for one, latin in zip(found, judged, strict=True) if latin]
    sources = ", ".join(f"{source} {count:,}" for source, count in Counter(one.source for one in found).most_common())
    print(f"{len(texts):,} documents of {sum(map(len, texts)) / len(texts):,.0f} characters on average ({sources}),")
    print(f"{len(found) - len(texts):,} more that are not mostly in Latin letters, which Winnow does not judge\n")
    same = sum(WebTexts([text]).tokens.of(0) == split_into_words(text) for text in texts[::7])
    print(f"the same tokens as spaCy in {same:,} of {len(texts[::7]):,} documents (every seventh)\n")
    print(f"{'filter':20}{'kept':>8}{'differ':>8}{'agreement':>11}")
    for key in PEERS:
        report(key, texts)


def report(key: str, texts: Sequence[str]) -> None:
    ours, theirs = winnow(key, texts), datatrove(key, texts)
    differ = [row for row in range(len(texts)) if (row in ours) != (row in theirs)]
    print(f"{key:20}{len(texts) - len(theirs):8,}{len(differ):8,}{1 - len(differ) / len(texts):11.3%}")
    for row in differ[:5]:
        print(f"    {ours.get(row, 'kept')} here, {theirs.get(row, 'kept')} there; {cause(texts[row])}")


if __name__ == "__main__":
    main()
