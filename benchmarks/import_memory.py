"""Import of 100,000 and of 1,000,000 rows through a real worker: memory must not grow with the file, time only in proportion.

python benchmarks/import_memory.py [ROWS ROWS]
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import attach, embedded, migrate
from app.db import transaction
from app.models import Corpus, Dataset, DatasetForm, Job, Purpose
from app.services import blobs, corpora, jobs

MOST_MEMORY, MOST_TIME = 1.3, 1.1
"""How much more memory in all, and how much more time per row, the larger import may take."""


@dataclass(frozen=True)
class Measured:
    """What one import took; `peak` is the sum of all worker processes' highest resident memory, in MiB."""

    rows: int
    seconds: float
    peak: float


def main(sizes: list[int]) -> int:
    found = [measure(rows) for rows in sizes]
    memory = found[1].peak / found[0].peak
    seconds = found[1].seconds / found[0].seconds
    most_time = MOST_TIME * sizes[1] / sizes[0]
    print(f"memory x{memory:.2f} (at most x{MOST_MEMORY}), time x{seconds:.2f} (at most x{most_time:.1f})")
    return int(memory > MOST_MEMORY or seconds > most_time)


def measure(rows: int) -> Measured:
    """Import so many rows into a new installation, with one worker process."""
    with TemporaryDirectory(prefix="winnow-bench-") as folder, _installation(Path(folder)), _worker() as worker:
        job_id = _start(rows)
        began = time.monotonic()
        peak = 0.0
        while _state(job_id) in jobs.ACTIVE:
            peak = max(peak, resident_memory(worker.pid))
            time.sleep(0.25)
        found = Measured(rows, time.monotonic() - began, peak)
        _check(job_id, rows)
    print(
        f"{rows:>9,} rows: {found.seconds:7.1f} s, {rows / found.seconds:7,.0f} rows/s, {found.peak:6.0f} MiB",
        flush=True,
    )
    return found


@contextmanager
def _installation(home: Path) -> Iterator[None]:
    os.environ["WINNOW_HOME"] = str(home / "home")
    with embedded.services(home) as services:
        migrate.upgrade(services.database_url)
        attach.use(services.database_url, services.redis_url)
        yield


@contextmanager
def _worker(processes: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "app.cli", "worker", "--processes", str(processes)]
    worker = subprocess.Popen(command, start_new_session=True)
    try:
        while not _alive():
            time.sleep(0.2)
        yield worker
    finally:
        worker.terminate()
        worker.wait(60)


def _alive() -> int:
    with transaction() as session:
        return jobs.workers_alive(session)


def _start(rows: int) -> int:
    with blobs.incoming() as file:
        for line in _lines(rows):
            file.write(line)
        stored = file.keep()
    with transaction() as session:
        dataset = Dataset(name="Benchmark", form=DatasetForm.INSTRUCTION, purpose=Purpose.TASK)
        session.add(dataset)
        session.flush()
        corpus = corpora.add(session, dataset.id, stored, file_name="rows.jsonl")
        job = corpora.import_job(session, corpus)
        assert job is not None
        return job.id


def _lines(rows: int) -> Iterator[bytes]:
    """Short questions and answers of words as frequent as words are, all different."""
    dice = random.Random(1)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randrange(3, 10))) for _ in range(20_000)]
    weights = [1 / (place + 10) for place in range(len(words))]
    stock = dice.choices(words, weights, k=1_000_000)
    for number in range(rows):
        at = dice.randrange(len(stock) - 30)
        record = {
            "prompt": f"{' '.join(stock[at : at + 10])} {number}?",
            "response": " ".join(stock[at + 10 : at + 30]),
        }
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _state(job_id: int) -> jobs.JobState:
    with transaction() as session:
        return session.get_one(Job, job_id).state


def _check(job_id: int, rows: int) -> None:
    with transaction() as session:
        job = session.get_one(Job, job_id)
        corpus = session.get_one(Corpus, job.params["corpus_id"])
        assert (job.state, corpus.accepted) == (jobs.JobState.SUCCEEDED, rows), (job.state, job.error, corpus.lines)


def resident_memory(group: int, field: str = "VmHWM") -> float:
    """Resident memory of all processes of a group together, in MiB: the highest so far, or with VmRSS at this moment."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    total += _resident(entry / "status", field)
            except (ProcessLookupError, FileNotFoundError):  # it has just ended
                continue
    return total


def _resident(status: Path, field: str) -> float:
    line = next((line for line in status.read_text().splitlines() if line.startswith(f"{field}:")), f"{field}: 0 kB")
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main([int(rows) for rows in sys.argv[1:3]] or [100_000, 1_000_000]))
