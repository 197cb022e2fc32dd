"""Splits without leakage: what a naive split puts on two sides of Alpaca, what Winnow's does, and what it costs.

    python benchmarks/leakage.py ../shared/data/alpaca/alpaca.jsonl

To the records come near-copies of one in ten, words swapped, dropped and added. Then the same with variants of all texts (half of
the words shuffled, so that no variant is near to its text) for costs at some hundred thousand rows.
"""

import random
import resource
import sys
import time
from pathlib import Path

import numpy as np
import orjson

from app.curation.releasing.diversity import Topics, choose
from app.curation.releasing.keeping_apart import Facts, Kept, keep_apart
from app.curation.releasing.likeness import Likeness
from app.curation.releasing.splitting import Shares, drawn
from app.curation.texts import Texts

NOTHING = np.empty(0, np.int64)
PAGE = 2_000


def main() -> None:
    """Print the leakage of both ways, then costs by the number of rows."""
    chance = random.Random(1)
    texts = [
        "\n\n".join(filter(None, (one["instruction"], one["input"], one["output"])))
        for one in map(orjson.loads, Path(sys.argv[1]).read_bytes().splitlines())
    ]
    report(texts[:2_000])  # compiles the loops
    planted = texts + [near_copy(text, chance) for text in chance.sample(texts, len(texts) // 10)]
    print(f"{len(texts):,} records, {len(planted) - len(texts):,} near-copies planted")
    for some, name in ((texts, "as they are"), (planted, "with near-copies")):
        for threshold in (0.5, 0.7, 0.8):
            kept, _ = report(some, threshold)
            print(
                f"  {name}, threshold {threshold}: naive {kept.naive:,} pairs across, ours {kept.above}", kept.histogram
            )
    for times in (1, 2, 4):
        many = planted + [shuffled(text, chance) for _ in range(times - 1) for text in planted]
        _, seconds = report(many)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(many):,} rows: splits and report {seconds:.1f} s, budget {budget(many):.1f} s, peak {peak:.0f} MiB"
        )


def report(texts: list[str], threshold: float = 0.7) -> tuple[Kept, float]:
    """Sides, report, and the seconds that both took."""
    began = time.perf_counter()
    facts = Facts(drawn(np.arange(len(texts), dtype=np.uint64), 0), np.zeros(len(texts), np.uint64), (NOTHING, NOTHING))
    with Likeness() as rows:
        for first in range(0, len(texts), PAGE):
            rows.add(Texts.of(texts[first : first + PAGE]))
        kept = keep_apart(rows, facts, Shares(0.1, 0.1), 7, threshold)
    return kept, time.perf_counter() - began


def budget(texts: list[str]) -> float:
    """Seconds to choose a tenth."""
    began = time.perf_counter()
    with Topics() as topics:
        for first in range(0, len(texts), PAGE):
            topics.add(Texts.of(texts[first : first + PAGE]))
        choose(topics.clusters(), np.zeros(len(texts)), len(texts) // 10)
    return time.perf_counter() - began


def near_copy(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // 80):
        place = chance.randrange(len(words))
        words[place : place + 1] = chance.choice(([], ["however"], [words[place], "indeed"], ["quite"]))
        words = words or [text]
    return " ".join(words)


def shuffled(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    places = chance.sample(range(len(words)), len(words) // 2)
    for place, other in zip(places, chance.sample(places, len(places)), strict=True):
        words[place], words[other] = words[other], words[place]
    return " ".join(words)


if __name__ == "__main__":
    main()
