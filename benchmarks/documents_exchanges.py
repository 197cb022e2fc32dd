"""Questions, answers and conversations that stand in documents: everything in is an exchange, a block or a fault.

python -m benchmarks.documents_exchanges [FOLDER OF THE SHARED DATA]

Counts what each set holds by its own means (XPath, JSON, CSV), beside what its format makes of it in a child process,
and how many records a second that is. Then a Slack export of 200,000 messages: its rate and the child's memory.
"""

import csv
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from app.curation.documents.elements import elements
from app.curation.documents.format import format_of
from app.curation.documents.formats.slack import is_export
from app.curation.readers import read
from app.curation.sample import Sample, content_hash


class Row(NamedTuple):
    """`held` by an independent count: pairs, threads, conversations or rows."""

    name: str
    held: int
    what: str
    found: Counter[str]
    seconds: float
    records: int


def main(data: Path) -> None:
    rows = [medquad(data), racket(data), slack(data / "chat" / "slack_export_testarchive.zip"), *tables(data)]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(slack(large_export(Path(folder) / "large.zip")))
    for row in rows:
        found = ", ".join(f"{count:,} {name}" for name, count in sorted(row.found.items()))
        complete = "complete" if _accounted(row) == row.held else "INCOMPLETE"
        print(
            f"{row.name:28} {row.held:7,} {row.what:28} = {found} [{complete}]; {row.records / row.seconds:,.0f} records/s"
        )
    print(f"Most memory of a child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:,.0f} MiB")


def medquad(data: Path) -> Row:
    files = sorted((data / "docs_medquad").rglob("*.xml"))
    held = sum(len(etree.parse(str(file)).xpath("//QAPair")) for file in files)
    found, seconds = _read(files)
    return Row("docs_medquad", held, "pairs", found, seconds, held)


def racket(data: Path) -> Row:
    file = data / "chat" / "slack_racket_general_2019.xml"
    messages = etree.parse(str(file)).xpath("//message")
    found, seconds = _read([file])
    return Row(
        file.name,
        len({message.get("conversation_id") for message in messages}),
        "conversations",
        found,
        seconds,
        len(messages),
    )


def slack(path: Path) -> Row:
    assert is_export(path)
    with ZipFile(path) as archive:
        days = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".json")]
        messages = [message for name in days for message in json.loads(archive.read(name))]
    threads = {(message["thread_ts"]) for message in messages if "thread_ts" in message}
    found, seconds = _read([path])
    return Row(path.name[:28], len(threads), f"threads ({len(messages):,} messages)", found, seconds, len(messages))


def tables(data: Path) -> Iterator[Row]:
    for name in ("faq_covid/faq_200327.tsv", "faq_covid/faq_covidbert.csv", "faq_medical/icliniqQAs.json"):
        file = data / name
        if file.suffix == ".json":
            held = len(json.loads(file.read_bytes()))
        else:
            with file.open(newline="", encoding="utf-8") as lines:
                held = sum(1 for _ in csv.DictReader(lines, delimiter="\t" if file.suffix == ".tsv" else ","))
        started, seen, found = time.perf_counter(), set(), Counter[str]()
        for item in read(file):
            key = content_hash(item.form, item.content) if isinstance(item, Sample) else b""
            found["refused" if not key else "copies" if key in seen else "samples"] += 1
            seen.add(key)
        yield Row(file.name, held, "rows", found, time.perf_counter() - started, held)


def large_export(path: Path, channels: int = 4, days: int = 250, messages: int = 200) -> Path:
    """Every message is a question, an answer to the one ten before it, or neither."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("users.json", json.dumps([{"id": f"U{n}", "name": f"user{n}"} for n in range(50)]))
        archive.writestr("channels.json", json.dumps([{"id": f"C{n}", "name": f"channel{n}"} for n in range(channels)]))
        for channel in range(channels):
            for day in range(days):
                start = 1_600_000_000 + channel * 10**8 + day * 86_400
                archive.writestr(
                    f"channel{channel}/{2000 + day // 300}-{1 + day % 300 // 28:02}-{1 + day % 28:02}.json",
                    json.dumps(_day(start, messages)),
                )
    return path


def _day(start: int, messages: int) -> list[dict[str, object]]:
    made = []
    for number in range(messages):
        stamp = f"{start + 60 * number}.000000"
        message: dict[str, object] = {
            "type": "message",
            "user": f"U{number % 50}",
            "ts": stamp,
            "text": f"<@U{number % 7}> is it {number}? " + "word " * 20,
        }
        if number % 3 == 0:
            message["thread_ts"] = stamp
        elif number % 3 == 1 and number > 10:
            message["thread_ts"] = f"{start + 60 * (number - 10)}.000000"
        made.append(message)
    return made


def _read(files: list[Path]) -> tuple[Counter[str], float]:
    found: Counter[str] = Counter()
    started = time.perf_counter()
    for file in files:
        with file.open("rb") as opened:
            key = format_of(file.name, opened.read(65_536))
        assert key is not None, file
        for element in elements(key, file, file.name):
            name = type(element).__name__.lower()
            found[f"{name}s"] += name != "facts"
            found.pop("factss", None)
    return found, time.perf_counter() - started


def _accounted(row: Row) -> int:
    """Blocks are what is no thread; of conversations with a single speaker they are what stands for them."""
    kept = ["exchanges", "faults", "samples", "copies", "refused"] + (["blocks"] if row.what == "conversations" else [])
    return sum(row.found[name] for name in kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
