"""A large archive of documents, and a document of many pages, through a real worker: memory, progress, stopping.

python benchmarks/documents_import.py [MEGABYTES [PAGES]]      (1000 and 500, where nothing is said)
"""

import random
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app.curation.documents.format import known
from app.db import transaction
from app.models import Corpus, Dataset, DatasetForm, Job, JobState, Purpose, Shard
from app.services import blobs, corpora, jobs
from benchmarks.import_memory import _installation, _worker, resident_memory

MEGABYTE = 1 << 20
MOST_MEMORY = 1_500
"""MiB that worker and children may take together, whatever the size of the archive."""
MOST_SECONDS_TO_STOP = 10.0


@dataclass
class Seen:
    """What was seen while an import worked: memory in MiB, and how far it said it was."""

    peak: float = 0.0
    shares: list[float] = field(default_factory=list)


def main(megabytes: int, pages: int) -> int:
    with TemporaryDirectory(prefix="winnow-bench-") as folder, _installation(Path(folder)), _worker() as worker:
        fine = _archive(worker.pid, megabytes)
        if "pdf" in known():
            fine &= _one("report.pdf", _pdf(pages), worker.pid, f"PDF of {pages} pages")
        else:
            print("no reader for PDF is installed: its measurement was left out")
    return int(not fine)


def _archive(worker: int, megabytes: int) -> bool:
    """Written to the disk first: an archive of this size is never whole in memory, here or there."""
    with NamedTemporaryFile(prefix="winnow-bench-", suffix=".zip") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for number, text in enumerate(_texts(megabytes)):
                archive.writestr(f"library/{number // 100}/{number}.txt", text)
        file.flush()
        return _one("library.zip", Path(file.name), worker, f"archive of {megabytes} documents, {megabytes} MiB")


def _one(name: str, content: Path | bytes, worker: int, title: str) -> bool:
    corpus_id, job_id = _start(name, content)
    began, seen = time.monotonic(), Seen()
    stopped = _stop(job_id, seen, worker) if isinstance(content, Path) else 0.0
    if stopped:
        with transaction() as session:
            job_id = corpora.start_import(session, session.get_one(Corpus, corpus_id)).id
    _watch(job_id, seen, worker)
    seconds = time.monotonic() - began
    with transaction() as session:
        corpus = session.get_one(Corpus, corpus_id)
        state = session.get_one(Job, job_id).state
        print(
            f"{title}: {seconds:.0f} s, {corpus.lines:,} passages, peak {seen.peak:.0f} MiB, stopped in {stopped:.1f} s, "
            f"progress told {len(set(seen.shares))} times, {state.value}",
            flush=True,
        )
        sums = corpus.lines == corpus.accepted + corpus.refused + corpus.copies + corpus.passages
    fine = state is JobState.SUCCEEDED and sums and corpus.lines > 0
    return fine and seen.peak < MOST_MEMORY and stopped < MOST_SECONDS_TO_STOP


def _stop(job_id: int, seen: Seen, worker: int) -> float:
    """Stop the job in its midst. Seconds until it has stopped."""
    while not _share(job_id):
        seen.peak = max(seen.peak, resident_memory(worker, "VmRSS"))
        time.sleep(0.2)
    with transaction() as session:
        jobs.cancel(session, session.get_one(Job, job_id))
    began = time.monotonic()
    while _state(job_id) in jobs.ACTIVE:
        time.sleep(0.05)
    return time.monotonic() - began


def _watch(job_id: int, seen: Seen, worker: int) -> None:
    while _state(job_id) in jobs.ACTIVE:
        seen.peak = max(seen.peak, resident_memory(worker, "VmRSS"))
        seen.shares.append(_share(job_id))
        time.sleep(0.25)


def _start(name: str, content: Path | bytes) -> tuple[int, int]:
    with blobs.incoming() as file:
        with content.open("rb") if isinstance(content, Path) else BytesIO(content) as source:
            while chunk := source.read(MEGABYTE):
                file.write(chunk)
        stored = file.keep()
    with transaction() as session:
        dataset = Dataset(name=name, form=DatasetForm.TEXT, purpose=Purpose.TASK)
        session.add(dataset)
        session.flush()
        corpus = corpora.add(session, dataset.id, stored, file_name=name)
        job = corpora.import_job(session, corpus)
        assert job is not None
        return corpus.id, job.id


def _texts(megabytes: int) -> Iterator[str]:
    """A document of a megabyte each, of paragraphs that no other has."""
    dice = random.Random(7)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randrange(3, 10))) for _ in range(20_000)]
    for _ in range(megabytes):
        paragraphs = []
        size = 0
        while size < MEGABYTE:
            paragraphs.append(" ".join(f"{' '.join(dice.choices(words, k=14)).capitalize()}." for _ in range(6)))
            size += len(paragraphs[-1]) + 2
        yield "\n\n".join(paragraphs)


def _pdf(pages: int) -> bytes:
    """So many pages of text in Helvetica, written by hand."""
    dice = random.Random(3)
    words = ["salt", "sugar", "sand", "soot", "stone", "straw", "water", "mill", "sea", "sun", "market", "pound"]
    out = BytesIO()
    places: list[int] = []

    def add(body: str) -> None:
        places.append(out.tell())
        out.write(f"{len(places)} 0 obj\n{body}\nendobj\n".encode())

    out.write(b"%PDF-1.4\n")
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    add("<< /Type /Catalog /Pages 2 0 R >>")
    add(f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>")
    add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for page in range(pages):
        lines = [f"{' '.join(dice.choices(words, k=12)).capitalize()} {page}." for _ in range(40)]
        text = "BT /F1 11 Tf 60 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        add(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * page} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        add(f"<< /Length {len(text)} >>\nstream\n{text}\nendstream")
    begin = out.tell()
    out.write(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    out.write(f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n".encode())
    return out.getvalue()


def _state(job_id: int) -> JobState:
    with transaction() as session:
        return session.get_one(Job, job_id).state


def _share(job_id: int) -> float:
    """Of the file that is read, 0 to 1."""
    with transaction() as session:
        rows = session.query(Shard).filter_by(job_id=job_id, stage=0).all()
        return max((one.done / one.total for one in rows if one.total), default=0.0)


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:3]]
    sys.exit(main(*(sizes + [1_000, 500][len(sizes) :])))
