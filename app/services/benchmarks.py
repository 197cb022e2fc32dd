"""Benchmarks of a dataset: taken in, shown, forgotten, and as one index to check texts against.

Of a hidden benchmark only hashes and item ids are kept: its file is removed as soon as they are made.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import orjson
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.curation.decontamination import Benchmark as CoreBenchmark
from app.curation.decontamination import Decontamination, Fingerprint, Index
from app.curation.readers import FileRefused
from app.messages import say
from app.models import Benchmark, Corpus
from app.services import blobs
from app.services.blobs import Stored
from app.services.errors import Conflict, Invalid, NotFound

MOST_ITEMS = 200_000


def add(
    session: Session,
    dataset_id: int,
    stored: Stored,
    *,
    file_name: str,
    name: str = "",
    hidden: bool = False,
    by: int | None = None,
) -> Benchmark:
    """Take in a stored file. Invalid where it is no benchmark, Conflict where the name is taken; then nothing is kept."""
    name = name.strip() or file_name.partition(".")[0]
    try:
        if session.scalar(select(exists().where(Benchmark.dataset_id == dataset_id, Benchmark.name == name))):
            raise Conflict(
                f"There is a benchmark “{name}” already. Give this one another name, or remove the other first."
            )
        found = _read(stored, file_name, name)
        row = Benchmark(
            dataset_id=dataset_id,
            name=name,
            file_name=file_name,
            hidden=hidden,
            items=len(found.items),
            unread=found.unread,
            fingerprint=_keep(Fingerprint.of(found).dump()),
            sha256=None if hidden else stored.sha256,
            added_by=by,
        )
        session.add(row)
        session.flush()
        return row
    finally:
        _forget_unused(session, stored.sha256)


def delete(session: Session, benchmark: Benchmark) -> None:
    """Remove a benchmark with all that was found of it. The next run no longer drops samples for it."""
    session.delete(benchmark)
    session.flush()


def of(session: Session, dataset_id: int) -> Sequence[Benchmark]:
    """A dataset's benchmarks by name."""
    return session.scalars(select(Benchmark).where(Benchmark.dataset_id == dataset_id).order_by(Benchmark.name)).all()


def find(session: Session, dataset_id: int, benchmark_id: int) -> Benchmark:
    """A benchmark of this dataset. NotFound."""
    found = session.get(Benchmark, benchmark_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such benchmark in this dataset. Look for it in the list of benchmarks."))
    return found


def index(session: Session, dataset_id: int) -> Index | None:
    """All of a dataset's benchmarks, named in findings by their number as text; None where there are none."""
    rows = of(session, dataset_id)
    return _index(tuple((str(row.id), row.fingerprint) for row in rows)) if rows else None


def config(session: Session, dataset_id: int, settings: Decontamination) -> str:
    """What a check was made against: benchmarks and settings. Empty where there are no benchmarks."""
    rows = of(session, dataset_id)
    state = [[[row.id, row.fingerprint] for row in rows], settings.model_dump(mode="json")]
    return sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest() if rows else ""


def question(benchmark: Benchmark, item: str) -> str:
    """An item's question, for whoever judges a suspect; empty for a hidden benchmark."""
    return _questions(benchmark.sha256, benchmark.file_name).get(item, "") if benchmark.sha256 else ""


def _read(stored: Stored, file_name: str, name: str) -> CoreBenchmark:
    try:
        found = CoreBenchmark.read(stored.path, name, file_name=file_name)
    except FileRefused as refused:
        raise Invalid(refused.message) from refused
    if not found.items:
        raise Invalid(say("No question was found in this file. Upload one record with a question per line."))
    if len(found.items) > MOST_ITEMS:
        raise Invalid(
            f"A benchmark may hold {MOST_ITEMS:,} items, this file holds {len(found.items):,}. Upload it in parts."
        )
    return found


def _keep(data: bytes) -> str:
    with blobs.incoming() as file:
        file.write(data)
        return file.keep().sha256


def _forget_unused(session: Session, file: str) -> None:
    """Remove a file that no benchmark and no corpus needs."""
    needed = or_(
        exists().where(Corpus.sha256 == file),
        exists().where(or_(Benchmark.sha256 == file, Benchmark.fingerprint == file)),
    )
    if not session.scalar(select(needed)):
        blobs.path(file).unlink(missing_ok=True)


@lru_cache(maxsize=2)
def _index(known: tuple[tuple[str, str], ...]) -> Index:
    return Index([Fingerprint.load(blobs.path(file).read_bytes()).named(name) for name, file in known])


@lru_cache(maxsize=4)
def _questions(file: str, file_name: str) -> dict[str, str]:
    found = CoreBenchmark.read(blobs.path(file), file_name=file_name)
    return {item.id: item.question for item in found.items}
