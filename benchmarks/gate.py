"""Rows per second of each check of the gate on 20,000 rows of alpaca, in one process: `python -m benchmarks.gate`.

The database is left out: these are the checks that look at words. TOKENIZER=cl100k_base counts with another encoding.
"""

import os
import time
from collections import Counter
from pathlib import Path

import orjson

from app.curation.exporter import Example
from app.curation.releasing import token_counts
from app.curation.releasing.composition import Composition
from app.curation.sample import Form
from app.models import Release
from app.services import tokenizers
from app.services.gate import Check, checks
from app.services.release_page import Page
from app.services.release_rows import PAGE, Row

ALPACA = Path(__file__).parents[2] / "shared" / "data" / "alpaca" / "alpaca.jsonl"
ROWS = 20_000
ELSEWHERE = {"benchmarks", "splits", "agreement", "balance", "licences", "questions"}
"""Checks that are queries, or that are measured with their own parts."""


def rows() -> list[Row]:
    found = []
    for place, line in enumerate(ALPACA.read_bytes().splitlines()[:ROWS]):
        record = orjson.loads(line)
        content = {"prompt": record["instruction"], "context": record["input"], "response": record["output"]}
        found.append(Row(Example(Form.INSTRUCTION, content), place, place, 1))
    return found


def spent(on: list[Row]) -> Counter[str]:
    """Seconds of the processor by check."""
    composition = Composition.model_validate({"format": "messages", "gate": {"context_length": 512}})
    release = Release(dataset_id=1, frozen={})
    at_work: dict[str, Check] = {
        key: kind(None, release, composition)  # type: ignore[arg-type]
        for key, kind in checks().items()
        if key not in ELSEWHERE
    }
    seconds: Counter[str] = Counter()
    for first in range(0, len(on), PAGE):
        page = Page(on[first : first + PAGE])
        for key, one in at_work.items():
            began = time.process_time()
            gone = {finding.row.position for finding in one.look(None, page) if finding.leaves_out}  # type: ignore[arg-type]
            seconds[key] += time.process_time() - began
            page = Page(row for row in page if row.position not in gone) if gone else page
    return seconds


def main() -> None:
    tokenizers.load = lambda *_: token_counts.packaged(os.environ.get("TOKENIZER", ""))  # type: ignore[assignment]
    on = rows()
    spent(on[:PAGE])  # compiles
    seconds = spent(on)
    for key, took in seconds.items():
        print(f"{key:12} {len(on) / took:>10,.0f} rows/s" if took else f"{key:12} shares what others computed")
    print(f"without tokens {len(on) / (seconds.total() - seconds['tokens']):,.0f} rows/s, ", end="")
    print(f"all {len(on) / seconds.total():,.0f} rows/s")


if __name__ == "__main__":
    main()
