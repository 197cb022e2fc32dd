"""An installation with a long review queue for `make load`: samples by SQL, their measures, experts with their sign-ins."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from app.db import get_engine, transaction
from app.models import Corpus, Dataset, DatasetForm, Job, Membership, Purpose, Role, Run, User
from app.services import blobs, corpora, jobs, passwords, recipes, runs, sign_ins
from app.services.measured_set import MeasuredSet
from benchmarks import import_memory, what_if


@dataclass(frozen=True)
class Queue:
    """A dataset with everything queued, and a sign-in for each of its experts."""

    dataset_id: int
    tokens: list[str]


def fill(samples: int, experts: int) -> Queue:
    """Everything that a long-running dataset has: samples, measures, a published run, an open place per sample."""
    with transaction() as session:
        session.execute(text("ALTER TABLE samples ALTER COLUMN state SET DEFAULT 'queued'"))
    dataset_id = what_if._fill(samples)
    with transaction() as session:
        session.execute(text("ALTER TABLE samples ALTER COLUMN state SET DEFAULT 'candidate'"))
        session.execute(
            text("""
            INSERT INTO slots (dataset_id, sample_id, number)
            SELECT dataset_id, id, 1 FROM samples WHERE dataset_id = :dataset ORDER BY id
        """),
            {"dataset": dataset_id},
        )
        dataset = session.get_one(Dataset, dataset_id)
        version = recipes.current(session, dataset)
        last = session.scalar(text("SELECT max(id) FROM samples"))
        set_id = MeasuredSet.of(session, recipes.loaded(version)).set_id
        counts = {"samples": samples, "kept": samples, "dropped": 0, "duplicates": 0}
        session.add(
            Run(
                dataset_id=dataset_id,
                recipe_version_id=version.id,
                set_id=set_id,
                last_sample_id=last,
                published=True,
                counts=counts,
            )
        )
        tokens = [_expert(session, dataset_id, number) for number in range(experts)]
    with get_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) samples, slots, blocks, block_columns"))  # as autovacuum soon would
    return Queue(dataset_id, tokens)


def _expert(session, dataset_id: int, number: int) -> str:  # type: ignore[no-untyped-def]
    user = User(email=f"expert{number}@clinic.example", name=f"Expert {number}", password_hash=passwords.hashed("x" * 20))
    session.add(user)
    session.flush()
    session.add(Membership(dataset_id=dataset_id, user_id=user.id, role=Role.EXPERT))
    return sign_ins.start(session, user)


@contextmanager
def server() -> Iterator["Server"]:
    """The real web server: one process, its own port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "web", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    made = Server(f"http://127.0.0.1:{port}", process.pid)
    try:
        made.wait()
        yield made
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@dataclass(frozen=True)
class Server:
    """Where it answers, and how much it has computed."""

    origin: str
    pid: int

    def wait(self) -> None:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.origin}/healthz", timeout=2).read()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the web server does not answer")

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def work(dataset_id: int, rows: int) -> Iterator[None]:
    """While this lasts, a worker imports a large file and applies the recipe to the whole queue, again and again."""
    with import_memory._worker(processes=2):
        _import(rows)
        _run(dataset_id)
        yield
        found = _states()
        print(f"  meanwhile: {json.dumps(found)}", flush=True)


def _import(rows: int) -> None:
    with blobs.incoming() as file:
        for line in import_memory._lines(rows):
            file.write(line)
        stored = file.keep()
    with transaction() as session:
        dataset = Dataset(name="Imported meanwhile", form=DatasetForm.INSTRUCTION, purpose=Purpose.TASK)
        session.add(dataset)
        session.flush()
        corpus: Corpus = corpora.add(session, dataset.id, stored, file_name="rows.jsonl")
        assert corpora.import_job(session, corpus) is not None


def _run(dataset_id: int) -> None:
    with transaction() as session:
        runs.start(session, session.get_one(Dataset, dataset_id))


def _states() -> dict[str, str]:
    with transaction() as session:
        found = session.query(Job.kind, Job.state, Job.stage).order_by(Job.id).all()
    return {str(kind): f"{state}, stage {stage}" for kind, state, stage in found}


__all__ = ["Queue", "Server", "fill", "jobs", "server", "work"]
