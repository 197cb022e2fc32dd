"""Near-duplicates among the samples of files, without any service: clusters, and who survives in each.

Written all or none: ``clusters.jsonl`` (a cluster per line: survivor, members, verified pairs with their similarity),
``refused.jsonl`` (what could not be read, and why) and ``duplicates.json`` (counts, and what each file loses); on demand
``kept.jsonl`` and ``dropped.jsonl``, the records as they were read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import numpy as np
import orjson

from app.curation.batch import Batch
from app.curation.dedup.minhash import MinHash
from app.curation.deduplicator import Signatures
from app.curation.folders import prepare, publish, short_names
from app.curation.jsonl import HashedLines
from app.curation.near import Clusters, clusters, sign
from app.curation.readers import read
from app.curation.records import dropped_record, record, refused_record
from app.curation.removals import removal_shares, unusual
from app.curation.report import Progress, Step
from app.curation.sample import Json, Refusal, Sample
from app.curation.shapes import Mapping as FieldMapping
from app.curation.stash import Stash

BATCH = 1024
NAMES = ("clusters.jsonl", "refused.jsonl", "kept.jsonl", "dropped.jsonl", "duplicates.json")


@dataclass
class Duplicates:
    """``read = refused + kept + dropped``. `files` says what each loses; `unusual` names those that lose too much."""

    read: int = 0
    refused: int = 0
    kept: int = 0
    dropped: int = 0
    clusters: int = 0
    pairs: int = 0
    files: dict[str, Json] = field(default_factory=dict)
    unusual: list[str] = field(default_factory=list)
    configuration: Json = field(default_factory=dict)


def deduplicate(
    inputs: Sequence[Path],
    output_dir: Path,
    one: MinHash,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    mapping: FieldMapping | None = None,
    workers: int = 1,
    write_records: bool = False,
) -> Duplicates:
    """Write the files into `output_dir`, the same bytes with any number of threads.

    FolderRefused, FileRefused or NeedsMapping where not; then none is written.
    """
    show, names = progress or (lambda step: None), short_names(inputs)
    prepare(output_dir, NAMES, overwrite)
    with TemporaryDirectory(prefix=".winnow-", dir=output_dir) as folder, Stash(folder) as stash:
        work, found = Path(folder), Duplicates(configuration=one.model_dump(mode="json"))
        _read(_records(names, mapping), one, stash, work, found, show)
        show(Step("comparing", 0, len(stash)))
        texts, signatures = stash.texts(), _table(folder, len(stash), one.width)
        sign(one, texts, signatures, workers)
        alike = clusters(one, texts, signatures, workers=workers)
        show(Step("writing", 0, len(stash)))
        _write(alike, stash, work, found)
        if write_records:
            _write_records(_records(names, mapping), alike, stash, work)
        (work / NAMES[-1]).write_bytes(
            orjson.dumps(vars(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )
        publish(work, output_dir, NAMES)
    show(Step("writing", found.kept + found.dropped, found.kept + found.dropped))
    return found


def _records(names: Mapping[str, Path], mapping: FieldMapping | None) -> Iterator[Sample | Refusal]:
    for name, path in names.items():
        yield from read(path, name, mapping=mapping)


def _read(
    records: Iterator[Sample | Refusal], one: MinHash, stash: Stash, work: Path, found: Duplicates, show: Progress
) -> None:
    """Compared texts to the stash, refused records to their file."""
    with (work / NAMES[1]).open("wb") as file:
        refused = HashedLines(file)
        while some := list(islice(records, BATCH)):
            samples = [item for item in some if isinstance(item, Sample)]
            for item in some:
                if isinstance(item, Refusal):
                    refused.write(refused_record(item))
            if samples:
                stash.add(one.texts(Batch(samples)), [sample.source for sample in samples])
            found.read += len(some)
            show(Step("reading", found.read, None))
        found.refused = refused.written.rows


def _table(folder: str, rows: int, width: int) -> Signatures:
    """Signatures in an unnamed file, so that the system may take their memory back."""
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, np.uint32, "w+", shape=(rows, width)) if rows else np.empty((0, width), np.uint32)


def _write(alike: Clusters, stash: Stash, work: Path, found: Duplicates) -> None:
    with (work / NAMES[0]).open("wb") as file:
        lines = HashedLines(file)
        for number, cluster in enumerate(alike):
            lines.write(
                {
                    "cluster": number,
                    "survivor": stash.id(cluster.survivor),
                    "members": [stash.id(row) for row in cluster.members],
                    "edges": [[stash.id(one), stash.id(other), share] for one, other, share in cluster.edges],
                }
            )
        found.clusters = lines.written.rows
    found.dropped, found.pairs = len(alike.dropped), len(alike.edges.pairs)
    found.kept = len(stash) - found.dropped
    shares = removal_shares(stash.owners(), alike.copies)
    found.files = {
        stash.files[file]: {"read": lost.rows, "dropped": lost.removed, "share": round(lost.share, 4)}
        for file, lost in shares.items()
    }
    found.unusual = [stash.files[file] for file in unusual(shares)]


def _write_records(records: Iterator[Sample | Refusal], alike: Clusters, stash: Stash, work: Path) -> None:
    """The inputs once more, each record to the kept or the dropped ones."""
    survivors, similarity = alike.copies.survivor.tolist(), alike.copies.similarity.tolist()
    with (work / NAMES[2]).open("wb") as kept_file, (work / NAMES[3]).open("wb") as dropped_file:
        kept, dropped = HashedLines(kept_file), HashedLines(dropped_file)
        samples = (item for item in records if isinstance(item, Sample))
        for row, sample in enumerate(samples):
            if survivors[row] < 0:
                kept.write(record(sample))
                continue
            copy = {"id": stash.id(survivors[row]), "similarity": similarity[row]}
            dropped.write(dropped_record(sample, [], duplicate_of=copy))
