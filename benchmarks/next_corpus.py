"""A corpus of 10,000 samples on top of 1,000,000: how long the second run takes beside the first, stage by stage.

python -m benchmarks.next_corpus [FIRST NEXT]

Everything is the real thing: import, two worker processes, runs with the recipe for instruction data. One sample in ten
is a near-copy of an earlier one, also across the two corpora.
"""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy import text

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app.db import transaction
from app.models import Dataset, DatasetForm, Job, Purpose
from app.services import blobs, corpora, jobs, progress, runs
from benchmarks.import_memory import _installation, _worker

NEAR = 10
MOST_SHARE = 0.05


def main(first: int, following: int) -> int:
    lines = _lines(random.Random(1))
    with TemporaryDirectory(prefix="winnow-bench-") as folder, _installation(Path(folder)), _worker(2):
        with transaction() as session:
            dataset = Dataset(name="Benchmark", form=DatasetForm.INSTRUCTION, purpose=Purpose.TASK)
            session.add(dataset)
            session.flush()
            dataset_id = dataset.id
        seconds = []
        for number, size in enumerate((first, following)):
            _import(dataset_id, f"{number}.jsonl", (next(lines) for _ in range(size)))
            seconds.append(_run(dataset_id))
    whole, finding = (second / first for first, second in zip(*seconds, strict=True))
    print(f"second run: {whole:.1%} of the first; until its duplicates are found {finding:.1%} (at most {MOST_SHARE:.0%})")
    return int(finding > MOST_SHARE)


def _import(dataset_id: int, name: str, lines: Iterator[bytes]) -> None:
    with blobs.incoming() as file:
        for line in lines:
            file.write(line)
        stored = file.keep()
    with transaction() as session:
        job = corpora.import_job(session, corpora.add(session, dataset_id, stored, file_name=name))
        assert job is not None
        job_id = job.id
    print(f"import of {name}: {_wait(job_id):.1f} s", flush=True)


def _run(dataset_id: int) -> tuple[float, float]:
    """Seconds in all, and those for measuring and finding duplicates."""
    with transaction() as session:
        run = runs.start(session, session.get_one(Dataset, dataset_id))
        run_id, job_id = run.id, int(run.job_id or 0)
    seconds = _wait(job_id)
    with transaction() as session:
        counts = session.scalar(text("SELECT counts FROM runs WHERE id = :run"), {"run": run_id})
        print(f"run: {seconds:.1f} s, {counts}")
        stages = {stage.title: stage.seconds or 0 for stage in progress.of(session, job_id).stages}
    for title, taken in stages.items():
        print(f"  {title}: {taken:.1f} s", flush=True)
    return seconds, stages["Measure every sample"] + stages["Find near-duplicates"]


def _wait(job_id: int) -> float:
    began = time.monotonic()
    while True:
        with transaction() as session:
            job = session.get_one(Job, job_id)
            if job.state not in jobs.ACTIVE:
                assert job.state is jobs.JobState.SUCCEEDED, job.error
                return time.monotonic() - began
        time.sleep(0.1)


def _lines(dice: random.Random) -> Iterator[bytes]:
    """Questions and answers of words as frequent as words are, every tenth an earlier one with a word or two changed."""
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randrange(3, 10))) for _ in range(20_000)]
    stock = dice.choices(words, [1 / (place + 10) for place in range(len(words))], k=1_000_000)
    told: list[tuple[str, list[str]]] = []
    number = 0
    while True:
        number += 1
        if told and dice.randrange(NEAR) == 0:
            question, answer = dice.choice(told)
            answer = [*answer]
            answer[dice.randrange(len(answer))] = dice.choice(words)
        else:
            at = dice.randrange(len(stock) - 80)
            question, answer = (
                f"{' '.join(stock[at : at + 10])} {number}?",
                stock[at + 10 : at + 10 + dice.randrange(40, 70)],
            )
            told = [*told[-4095:], (question, answer)] if number % 20 == 0 else told
        record = {"prompt": question, "response": " ".join(answer) + "."}
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    sys.exit(main(*[int(number) for number in sys.argv[1:3]] or [1_000_000, 10_000]))
