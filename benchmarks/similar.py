"""How long it takes to find similar decided samples, by the size of the dataset: median, 95th percentile, and how many.

Samples are made of words as frequent as in a language (Zipf); one in five is decided. Those that are asked about are
decided ones with a third of their words changed, so that there is one to find.

python -m benchmarks.similar [SIZE ...]
"""

import random
import statistics
import sys
import time
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import db, embedded, migrate
from app.models import Dataset, DatasetForm, Purpose, Sample
from app.services import similar

WORDS, LENGTH, ASKED = 200_000, 120, 100
_CORPUS = """
    INSERT INTO corpora (dataset_id, name, file_name, sha256, size, state)
    VALUES (:dataset, 'made', 'made.jsonl', '0', 1, 'ready') RETURNING id
"""
_FILL = """
    COPY samples (id, dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash, question,
        answer, state) FROM STDIN
"""


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [100_000]
    print(f"{'samples':>10} {'median ms':>10} {'p95 ms':>10} {'found':>8}")
    for size in sizes:
        with TemporaryDirectory(prefix="winnow-similar-") as home, embedded.postgres(Path(home)) as url:
            migrate.upgrade(url)
            engine = db.make_engine(url)
            with Session(engine) as session:
                dataset, asked = fill(session, size)
                seconds, found = measure(session, dataset, asked)
            engine.dispose()
        p95 = sorted(seconds)[int(len(seconds) * 0.95)]
        print(f"{size:>10,} {1000 * statistics.median(seconds):>10.1f} {1000 * p95:>10.1f} {found:>8.0%}")


def fill(session: Session, size: int) -> tuple[Dataset, list[int]]:
    """A dataset of so many samples, and those to ask about."""
    dataset = Dataset(name="made", form=DatasetForm.TEXT, purpose=Purpose.TASK)
    session.add(dataset)
    session.flush()
    corpus = session.scalar(text(_CORPUS), {"dataset": dataset.id})
    chance = random.Random(1)
    weights = list(accumulate(1 / (rank + 10) for rank in range(WORDS)))
    kept: list[list[int]] = []
    cursor = session.connection().connection.cursor()
    with cursor.copy(_FILL) as copy:  # type: ignore[attr-defined]
        for number in range(1, size + 1):
            asks = number > size - ASKED
            words = chance.choices(range(WORDS), cum_weights=weights, k=LENGTH)
            if asks:
                words = [*kept[number % len(kept)][: LENGTH * 2 // 3], *words[: LENGTH // 3]]
            elif number % 5 == 0 and len(kept) < 10_000:
                kept.append(words)
            state = "queued" if asks or number % 5 else "approved"
            said = " ".join(f"w{word}" for word in words)
            copy.write_row((number, dataset.id, corpus, number, "made", number, "text", "{}", "{}",
                            number.to_bytes(8), said, "", state))  # fmt: skip
    session.execute(text(
        "INSERT INTO sample_search SELECT id, dataset_id, to_tsvector('simple', question) FROM samples "
        "ON CONFLICT DO NOTHING"
    ))  # fmt: skip
    session.commit()
    for table in ("samples", "sample_search"):
        session.execute(text(f"ANALYZE {table}"))
    session.commit()
    return dataset, list(range(size - ASKED + 1, size + 1))


def measure(session: Session, dataset: Dataset, asked: list[int]) -> tuple[list[float], float]:
    """(seconds of each, share of those that found something)."""
    seconds, found = [], 0
    for number in asked:
        sample = session.get_one(Sample, number)
        started = time.perf_counter()
        found += bool(similar.decided_like(session, dataset, sample))
        seconds.append(time.perf_counter() - started)
    return seconds, found / len(asked)


if __name__ == "__main__":
    main()
