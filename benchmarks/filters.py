"""The Gopher, C4 and FineWeb rules beside datatrove's on the same documents: CPU seconds, and whether they agree.

Documents come from `corpus.py` (about 1.6 kB). datatrove is measured with each filter alone and with all four sharing
one tokenising; Winnow with each alone, with all four, and with every measure of the instruction recipe besides.

python -m benchmarks.filters [DOCUMENTS] [--data FOLDER] [--repeat N] [--peer-repeat N]
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time

from datatrove.data import Document

from app.curation.batch import Batch
from app.curation.filter import filters
from app.curation.measuring import measure
from app.curation.recipe import load_recipe
from app.curation.sample import Form, Sample, Source
from benchmarks.corpus import DATA, documents
from benchmarks.parity import PEERS
from benchmarks.parity import datatrove as dropped_there
from benchmarks.parity import winnow as dropped_here

BATCH = 2048
SHARING = ("gopher_quality", "gopher_repetition", "fineweb", "c4")
"""Last the one that tokenises single lines: datatrove remembers the tokens of five texts."""


def measure_all(keys: Sequence[str], texts: Sequence[str]) -> None:
    """One pass over batches, as a run makes it: from texts to arrays."""
    using = {key: filters()[key]() for key in keys}
    for first in range(0, len(texts), BATCH):
        some = [Sample(Form.TEXT, {"text": text}, Source("x", 0)) for text in texts[first : first + BATCH]]
        measure(Batch(some), using)


def filter_all(keys: Sequence[str], texts: Sequence[str]) -> None:
    """Every filter on every document, one document after another, so that they share its tokens."""
    peers = [PEERS[key]() for key in keys]
    for text in texts:
        for peer in peers:
            peer.filter(Document(text=text, id=""))


def seconds(work: Callable[[], None], repeat: int) -> float:
    """The median of the CPU time."""
    times = []
    for _ in range(repeat):
        began = process_time()
        work()
        times.append(process_time() - began)
    return median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("documents", type=int, nargs="?", default=10_000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--peer-repeat", type=int, default=1)
    given = parser.parse_args()
    texts = list(islice(documents(data=given.data), given.documents))
    instruction = tuple(load_recipe("instruction").filters)
    every = (*SHARING, *instruction)
    measure_all([*every, "nemo_english"], texts[:BATCH])  # compiled code and models are loaded once per process
    filter_all(SHARING, texts[:1])
    print(f"{len(texts):,} documents of {sum(map(len, texts)) / len(texts):,.0f} characters on average\n")
    print(f"{'':44}{'CPU s':>8}{'per CPU s':>11}{'µs each':>9}{'ratio':>8}")
    theirs = {key: _line(f"datatrove, {key}", texts, filter_all, [key], given.peer_repeat) for key in SHARING}
    shared = _line("datatrove, the four sharing tokens", texts, filter_all, SHARING, given.peer_repeat)
    for key in SHARING:
        _line(f"winnow, {key}", texts, measure_all, [key], given.repeat, theirs[key])
    _line("winnow, nemo_english", texts, measure_all, ["nemo_english"], given.repeat)
    _line("winnow, the four", texts, measure_all, SHARING, given.repeat, shared)
    _line("winnow, the four and nemo_english", texts, measure_all, [*SHARING, "nemo_english"], given.repeat, shared)
    _line("winnow, the four and instruction", texts, measure_all, every, given.repeat, shared)
    print()
    for key in SHARING:
        differ = dropped_here(key, texts).keys() ^ dropped_there(key, texts).keys()
        print(f"{key}: the same verdict on {1 - len(differ) / len(texts):.3%}")


def _line(
    name: str,
    texts: Sequence[str],
    work: Callable[[Sequence[str], Sequence[str]], None],
    keys: Sequence[str],
    repeat: int,
    beside: float | None = None,
) -> float:
    taken = seconds(lambda: work(keys, texts), repeat)
    ratio = f"{beside / taken:7.1f}×" if beside else ""
    print(f"{name:44}{taken:8.2f}{len(texts) / taken:11,.0f}{taken / len(texts) * 1e6:9.0f}{ratio:>8}", flush=True)
    return taken


if __name__ == "__main__":
    main()
