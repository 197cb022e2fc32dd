"""Near-duplicates beside the peers: CPU seconds from texts to documents to drop, precision, recall and memory.

python benchmarks/near_duplicates.py [--size N] [--repeat N] [--peers NAME...] [--no-truth] [--data FOLDER]

Every measurement is a process of its own on the same file; imports, compiling and reading are outside the clock.
Recall and precision are measured against all pairs with an exact similarity of 0.8 or more (`exact_pairs.py`).
"""

import argparse
import os
import pickle
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import corpus
from benchmarks.near_peers import PEERS, THRESHOLD, WORDS, documents_of, plain, winnow

WARMING = 300


def child(name: str, file: Path, result: Path) -> None:
    """Measure one of them; the result is what it found, its CPU seconds and the most memory it had."""
    work: Any = winnow if name == "winnow" else PEERS[name]
    with file.open("rb") as lines:
        texts = documents_of(lines)
    work(texts[:WARMING])
    before = _peak()
    began = time.process_time()
    found = work(texts)
    seconds = time.process_time() - began
    peak = _peak()
    result.write_bytes(pickle.dumps((plain(found), seconds, before, peak)))


def measured(name: str, file: Path, repeat: int) -> tuple[Any, float, float, float]:
    """What it found, the median of its CPU seconds, and its memory in MB before and at most."""
    runs = []
    for _ in range(repeat):
        with TemporaryDirectory() as folder:
            result = Path(folder, "result")
            command = [sys.executable, "-m", "benchmarks.near_duplicates", "--child", name, str(file), str(result)]
            subprocess.run(command, check=True, stdout=sys.stderr, env=_one_thread())
            runs.append(pickle.loads(result.read_bytes()))
    return runs[0][0], statistics.median(run[1] for run in runs), runs[0][2], max(run[3] for run in runs)


def compare(file: Path, size: int, repeat: int, peers: list[str], truth: bool) -> None:
    """One line per tool; the last column says how many times as long as Winnow it takes."""
    found = {"winnow": measured("winnow", file, repeat)}
    for name in peers:
        found[name] = measured(name, file, 1 if name == "datatrove" else repeat)
    (_, pairs), own, _, _ = found["winnow"]
    right = _truth(file, pairs) if truth else None
    print(f"{size:,} documents, {file.stat().st_size / 1e6:.0f} MB")
    print(f"{'':14}{'CPU s':>9}{'dropped':>9}{'precision':>11}{'recall':>8}{'MB (texts, most)':>18}{'times':>8}")
    for name, ((rows, _), seconds, less, most) in found.items():
        marks = _marks(rows, right) if right is not None and name != "python sets" else ("", "")
        memory = f"{less:.0f}, {most:.0f}"
        print(f"{name:14}{seconds:9.2f}{len(rows):9,}{marks[0]:>11}{marks[1]:>8}{memory:>18}{seconds / own:8.1f}")


def _truth(file: Path, pairs: set[tuple[int, int]]) -> set[int]:
    from benchmarks.exact_pairs import exact_pairs, leaders

    with file.open("rb") as lines:
        texts = documents_of(lines)
    exact = exact_pairs(texts, THRESHOLD, WORDS)
    precision, recall = _marks(pairs, set(exact))
    print(f"winnow's pairs: {len(pairs):,} of {len(exact):,} exact ones; precision {precision}, recall {recall}")
    return leaders(exact, len(texts))


def _marks(found: set[Any], right: set[Any]) -> tuple[str, str]:
    shared = len(found & right)
    return f"{shared / max(1, len(found)):.4f}", f"{shared / max(1, len(right)):.4f}"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _one_thread() -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS")
    return os.environ | dict.fromkeys(names, "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--no-truth", action="store_true")
    parser.add_argument("--data", type=Path, default=corpus.DATA)
    parser.add_argument("--child", nargs=3, metavar=("NAME", "FILE", "RESULT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2]))
        return
    with TemporaryDirectory() as folder:
        file = Path(folder, "documents.jsonl")
        corpus.write(file, chosen.size, data=chosen.data)
        compare(file, chosen.size, chosen.repeat, chosen.peers, not chosen.no_truth)


if __name__ == "__main__":
    main()
