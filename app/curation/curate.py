"""Curate files without any service: read, measure, judge, deduplicate, and say of every record what became of it.

Four files are written, all or none: ``kept.jsonl`` (records as they were read), ``dropped.jsonl`` (the same, with the
reasons under ``winnow``), ``refused.jsonl`` (what could not be read, and why) and ``report.json``. Always
``read = refused + dropped + kept``; `duplicates` counts the dropped records that pass every rule but copy a kept one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import orjson

from app.curation.batch import Batch
from app.curation.filter import Filter
from app.curation.jsonl import JsonLines
from app.curation.measuring import fingerprints, measure, measuring
from app.curation.readers import read
from app.curation.recipe import Recipe
from app.curation.sample import Json, Refusal, Sample
from app.curation.shapes import Mapping as FieldMapping
from app.curation.shapes import Unfit, restore
from app.curation.spool import Spool
from app.curation.survivors import Copies, edges, survivors
from app.curation.verdict import judge

BATCH = 1024
NAMES = ("kept.jsonl", "dropped.jsonl", "refused.jsonl", "report.json")
Stage: TypeAlias = Literal["reading", "comparing", "writing"]
Progress: TypeAlias = Callable[["Step"], None]


class CurateRefused(Exception):
    """Curating cannot begin; the message says why and what to do."""


class Step(NamedTuple):
    """How far it is: records handled in this stage, and how many there are (None while they are still being read)."""

    stage: Stage
    done: int
    total: int | None
    file: str = ""


@dataclass
class Counts:
    """``read = refused + dropped + kept``; `duplicates` is part of `dropped`."""

    read: int = 0
    refused: int = 0
    dropped: int = 0
    duplicates: int = 0
    kept: int = 0


@dataclass
class Report:
    """What report.json says. `rules` counts, per reason, the records that fail for it (one may fail for several)."""

    counts: Counts = field(default_factory=Counts)
    rules: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    samples_per_second: float = 0.0
    inputs: list[str] = field(default_factory=list)
    recipe: Json = field(default_factory=dict)
    recipe_fingerprint: str = ""
    versions: Json = field(default_factory=dict)

    def as_json(self) -> bytes:
        state = vars(self) | {"counts": asdict(self.counts)}
        return orjson.dumps(state, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def curate(
    inputs: Sequence[Path],
    output_dir: Path,
    recipe: Recipe,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    mapping: FieldMapping | None = None,
) -> Report:
    """Write the four files into `output_dir`. CurateRefused, FileRefused or NeedsMapping where not; then none is."""
    began = perf_counter()
    names = _names(inputs)
    _prepare(output_dir, overwrite)
    with TemporaryDirectory(prefix=".winnow-", dir=output_dir) as work, Spool(work) as spool:
        run = _Run(recipe, Path(work), spool, progress or (lambda step: None))
        run.read(names, mapping)
        run.write(run.compare())
        report = run.report
        report.inputs = list(names)
        report.seconds = round(perf_counter() - began, 3)
        report.samples_per_second = round(len(spool) / max(report.seconds, 1e-9), 1)
        (Path(work) / NAMES[3]).write_bytes(report.as_json())
        _publish(Path(work), output_dir)
    return report


class _Run:
    """One run: the state that its three stages share."""

    def __init__(self, recipe: Recipe, work: Path, spool: Spool, progress: Progress) -> None:
        self.recipe = recipe
        self.work = work
        self.spool = spool
        self.progress = progress
        self.filters = measuring(recipe.filters)
        self.passes: list[bool] = []
        self.report = Report(
            recipe=recipe.model_dump(mode="json"),
            recipe_fingerprint=recipe.fingerprint(),
            versions=_versions(self.filters, recipe),
        )

    def read(self, names: dict[str, Path], mapping: FieldMapping | None) -> None:
        """First pass: refused records to their file, samples with their reasons to the spool."""
        with (self.work / NAMES[2]).open("wb") as file:
            refused = JsonLines(file)
            for name, path in names.items():
                records = read(path, name, mapping=mapping)
                while records_read := list(islice(records, BATCH)):
                    self._take(records_read, refused)
                    self.progress(Step("reading", self.report.counts.read, None, name))
                self.progress(Step("reading", self.report.counts.read, None, name))

    def compare(self) -> Copies:
        """Who is a copy of whom, by the recipe's deduplicators."""
        self.progress(Step("comparing", 0, len(self.spool)))
        passes = np.array(self.passes, np.bool_)
        found = []
        for key, one in self.recipe.deduplication.items():
            signatures = self.spool.signatures(key, one.width)
            found.append(edges(one, signatures, self.spool.batch, passes))
        copies = survivors(passes, found)
        self.progress(Step("comparing", len(self.spool), len(self.spool)))
        return copies

    def write(self, copies: Copies) -> None:
        """Second pass: every sample to the kept or the dropped ones."""
        with (self.work / NAMES[0]).open("wb") as kept_file, (self.work / NAMES[1]).open("wb") as dropped_file:
            kept, dropped = JsonLines(kept_file), JsonLines(dropped_file)
            for row, (sample, reasons) in enumerate(self.spool):
                survivor = int(copies.survivor[row])
                if not reasons and survivor < 0:
                    kept.write(_record(sample))
                    continue
                copy = (
                    {"id": self.spool.id(survivor), "similarity": float(copies.similarity[row])}
                    if survivor >= 0
                    else None
                )
                dropped.write(_dropped(sample, reasons, copy))
                self.report.counts.duplicates += copy is not None
                if row % BATCH == 0:
                    self.progress(Step("writing", row, len(self.spool)))
        self.report.counts.kept, self.report.counts.dropped = kept.written.rows, dropped.written.rows
        self.progress(Step("writing", len(self.spool), len(self.spool)))

    def _take(self, records: Sequence[Sample | Refusal], refused: JsonLines) -> None:
        counts = self.report.counts
        counts.read += len(records)
        for record in records:
            if isinstance(record, Refusal):
                counts.refused += 1
                self.report.refusals[record.code] += 1
                refused.write(_refused(record))
        samples = [record for record in records if isinstance(record, Sample)]
        if samples:
            self._judge(samples)

    def _judge(self, samples: list[Sample]) -> None:
        batch = Batch(samples)
        reasons = judge(measure(batch, self.filters), self.recipe.limits)
        for row, sample in enumerate(samples):
            found = [reason.as_json() for reason in reasons.get(row, ())]
            self.report.rules.update(reason["rule"] for reason in found)
            self.spool.add(sample, found)
            self.passes.append(not found)
        for key, one in self.recipe.deduplication.items():
            self.spool.sign(key, one.signatures(batch))


def _names(inputs: Sequence[Path]) -> dict[str, Path]:
    """The name of each file in ids: as short as it can be while all names differ."""
    if not inputs:
        raise CurateRefused("There is nothing to curate: name at least one file.")
    paths = [path.resolve() for path in inputs]
    for path, count in Counter(paths).items():
        if count > 1:
            raise CurateRefused(f"{path} is given {count} times. Give every file once.")
    for parts in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            break
    return dict(zip(names, inputs, strict=True))


def _prepare(output_dir: Path, overwrite: bool) -> None:
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CurateRefused(f"{output_dir} cannot be used as a folder: {error.strerror}. Name another.") from error
    there = [name for name in NAMES if (output_dir / name).exists()]
    if there and not overwrite:
        raise CurateRefused(
            f"{output_dir} already holds {', '.join(there)}. Name another folder, or allow overwriting."
        )


def _publish(work: Path, output_dir: Path) -> None:
    """The report goes first and comes last: where it is present, the other three belong to it."""
    (output_dir / NAMES[3]).unlink(missing_ok=True)
    for name in NAMES:
        (work / name).replace(output_dir / name)


def _record(sample: Sample) -> Json:
    """The record as it was read; where columns were mapped by hand, the parts under the house's names."""
    try:
        return restore(sample)
    except Unfit:
        return dict(sample.content) | {key: value for key, value in sample.metadata.items() if key != "_shape"}


def _dropped(sample: Sample, reasons: list[Json], copy: Json | None) -> Json:
    record = _record(sample)
    source = {"file": sample.source.file, "position": sample.source.position}
    note: Json = {"id": sample.id, "source": source, "reasons": reasons, "duplicate_of": copy}
    if "winnow" in record:
        note["before"] = record["winnow"]
    return record | {"winnow": note}


def _refused(refusal: Refusal) -> Json:
    return asdict(refusal.source) | {"code": refusal.code, "message": refusal.message, "excerpt": refusal.excerpt}


def _versions(used: Mapping[str, Filter], recipe: Recipe) -> Json:
    """What would have to be the same for the same outcome."""
    return {
        "winnow": version("winnow"),
        "filters": fingerprints(used),
        "deduplication": {key: one.fingerprint() for key, one in recipe.deduplication.items()},
    }
