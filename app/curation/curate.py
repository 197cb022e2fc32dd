"""Curate files without any service: read, measure, judge, deduplicate, and say of every record what became of it.

Four files are written, all or none: ``kept.jsonl`` (records as they were read), ``dropped.jsonl`` (the same, with the
reasons under ``winnow``), ``refused.jsonl`` (what could not be read, and why) and ``report.json``; with benchmarks a
fifth, ``suspects.jsonl`` (what may be a benchmark's item in other words: for a person to judge, never dropped for it).
Always ``read = refused + dropped + kept``; `duplicates` counts the dropped records that copy a kept one and were dropped
for nothing else.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from app.curation.batch import Array
from app.curation.conflicts import RULE, among, partners
from app.curation.decontaminating import Decontaminator
from app.curation.filter import Filter
from app.curation.folders import prepare, publish, short_names
from app.curation.jsonl import JsonLines
from app.curation.judging import Judged, appoint, judge_samples
from app.curation.masker import masker
from app.curation.measuring import fingerprints, measuring
from app.curation.parallel import ordered_map
from app.curation.preferences import priority
from app.curation.readers import Chunking, read
from app.curation.recipe import Recipe
from app.curation.records import dropped_record, record, refused_record
from app.curation.report import Progress, Report, Step
from app.curation.sample import Json, Refusal, Sample
from app.curation.shapes import Mapping as FieldMapping
from app.curation.spool import Spool
from app.curation.survivors import Copies, edges, survivors
from app.curation.verdict import Reason

BATCH = 1024
NAMES = ("kept.jsonl", "dropped.jsonl", "refused.jsonl", "report.json")
SUSPECTS = "suspects.jsonl"


def curate(
    inputs: Sequence[Path],
    output_dir: Path,
    recipe: Recipe,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    mapping: FieldMapping | None = None,
    workers: int = 1,
    benchmarks: Sequence[Path] = (),
    chunking: Chunking | None = None,
) -> Report:
    """Write the files into `output_dir`, the same bytes with any number of workers.

    FolderRefused, FileRefused, NeedsMapping or WorkerDied where not; then none is.
    """
    began = perf_counter()
    names = short_names(inputs)
    prepare(output_dir, (SUSPECTS, *NAMES), overwrite)
    with TemporaryDirectory(prefix=".winnow-", dir=output_dir) as work, Spool(work) as spool:
        run = _Run(recipe, Path(work), spool, benchmarks, progress or (lambda step: None))
        run.masked = masker(recipe.masks, inputs)
        run.read(names, mapping, workers, chunking)
        run.decontaminate()
        run.find_conflicts()
        run.write(run.compare())
        report = run.report
        report.inputs = list(names)
        report.seconds = round(perf_counter() - began, 3)
        report.samples_per_second = round(len(spool) / max(report.seconds, 1e-9), 1)
        (Path(work) / NAMES[3]).write_bytes(report.as_json())
        publish(Path(work), output_dir, (SUSPECTS, *NAMES))
    return report


class _Run:
    """One run: the state that its three stages share."""

    def __init__(
        self, recipe: Recipe, work: Path, spool: Spool, benchmarks: Sequence[Path], progress: Progress
    ) -> None:
        self.recipe = recipe
        self.work = work
        self.spool = spool
        self.progress = progress
        self.benchmarks = Decontaminator.of(benchmarks, recipe.decontamination) if benchmarks else None
        self.masked: Callable[[Sample], Sample] = lambda sample: sample
        self.passes = array("b")
        self.keys: dict[str, array[float]] = {}
        self.conflicts: dict[int, list[tuple[int, float]]] = {}
        self.report = Report(
            recipe=recipe.model_dump(mode="json"),
            recipe_fingerprint=recipe.fingerprint(),
            versions=_versions(measuring(recipe.filters), recipe),
        )

    def read(
        self, names: dict[str, Path], mapping: FieldMapping | None, workers: int, chunking: Chunking | None = None
    ) -> None:
        """First pass: refused records to their file, samples with their reasons to the spool."""
        held: deque[list[Sample]] = deque()
        with (self.work / NAMES[2]).open("wb") as file:
            pieces = self._samples(names, mapping, JsonLines(file), held, chunking)
            given = (self.recipe, self.benchmarks)
            for found in ordered_map(judge_samples, pieces, workers, start=appoint, given=given):
                self._spool(held.popleft(), found)

    def decontaminate(self) -> None:
        """What stands in a benchmark does not pass; what may stand in one is written down for a person."""
        if not self.benchmarks:
            return
        self.benchmarks.settle(self.spool.batch)
        for row in self.benchmarks.contaminated:
            self.passes[row] = False
        self.report.counts.contaminated = len(self.benchmarks.contaminated)
        with (self.work / SUSPECTS).open("wb") as file:
            suspects = JsonLines(file)
            for suspect in self.benchmarks.likeliest():
                suspects.write({"id": self.spool.id(suspect.row)} | suspect.as_json())

    def find_conflicts(self) -> None:
        """Of what passes all else, samples that contradict one another do not pass."""
        one = self.recipe.conflicts
        if not one.drop:
            return
        found = edges(one, self.spool.signatures(one.key(), one.width), self.spool.batch)
        self.conflicts = partners(among(found, np.array(self.passes, np.bool_)))
        for row in self.conflicts:
            self.passes[row] = False
        if self.conflicts:
            self.report.rules[RULE.reason] = len(self.conflicts)

    def compare(self) -> Copies:
        """Who is a copy of whom, by the recipe's deduplicators."""
        self.progress(Step("comparing", 0, len(self.spool)))
        passes = np.array(self.passes, np.bool_)
        found = []
        for key, one in self.recipe.deduplication.items():
            signatures = self.spool.signatures(key, one.width)
            found.append(edges(one, signatures, self.spool.batch, passes))
        copies = survivors(passes, found, self._priority())
        self.progress(Step("comparing", len(self.spool), len(self.spool)))
        return copies

    def write(self, copies: Copies) -> None:
        """Second pass: every sample to the kept or the dropped ones."""
        with (self.work / NAMES[0]).open("wb") as kept_file, (self.work / NAMES[1]).open("wb") as dropped_file:
            kept, dropped = JsonLines(kept_file), JsonLines(dropped_file)
            for row, (sample, reasons) in enumerate(self.spool):
                if copy := self._copied(copies, row):
                    self.report.counts.duplicates += 1
                hits = self._contaminated_by(row)
                if row in self.conflicts:
                    reasons = [*reasons, self._conflict(row)]
                if reasons or copy or hits:
                    dropped.write(dropped_record(sample, reasons, duplicate_of=copy, contaminated_by=hits))
                else:
                    kept.write(record(self.masked(sample)))
                if row % BATCH == 0:
                    self.progress(Step("writing", row, len(self.spool)))
        self.report.counts.kept, self.report.counts.dropped = kept.written.rows, dropped.written.rows
        self.progress(Step("writing", len(self.spool), len(self.spool)))

    def _samples(
        self,
        names: dict[str, Path],
        mapping: FieldMapping | None,
        refused: JsonLines,
        held: deque[list[Sample]],
        chunking: Chunking | None,
    ) -> Iterator[list[Sample]]:
        """The samples of all files in pieces; each piece is also `held` until it has been looked at."""
        for name, path in names.items():
            records = read(path, name, mapping=mapping, chunking=chunking)
            while some := list(islice(records, BATCH)):
                samples = self._sorted(some, refused)
                self.progress(Step("reading", self.report.counts.read, None, name))
                if samples:
                    held.append(samples)
                    yield samples

    def _sorted(self, records: Sequence[Sample | Refusal], refused: JsonLines) -> list[Sample]:
        counts = self.report.counts
        counts.read += len(records)
        for one in records:
            if isinstance(one, Refusal):
                counts.refused += 1
                self.report.refusals[one.code] += 1
                refused.write(refused_record(one))
        return [one for one in records if isinstance(one, Sample)]

    def _spool(self, samples: Sequence[Sample], found: Judged) -> None:
        for row, sample in enumerate(samples):
            reasons = found.reasons.get(row, [])
            self.report.rules.update(reason["rule"] for reason in reasons)
            self.spool.add(sample, reasons)
            self.passes.append(not reasons)
        for name, values in found.keys.items():
            self.keys.setdefault(name, array("d")).extend(values.tolist())
        for key, signatures in found.signatures.items():
            self.spool.sign(key, signatures)
        if self.benchmarks and found.sighting:
            self.benchmarks.note(len(self.spool) - len(samples), found.sighting)

    def _priority(self) -> Array | None:
        """Which of several copies should rather stay; of what a recipe may prefer, files know these three."""
        known = {name: np.array(values) for name, values in self.keys.items()}
        known["newest"] = np.arange(len(self.spool), dtype=np.float64)
        order = [name for name in self.recipe.survivors if name in known]
        return priority(order, known) if order and len(self.spool) else None

    def _conflict(self, row: int) -> Json:
        """As other reasons, with the partners beside."""
        others = [
            {"id": self.spool.id(other), "agreement": round(1 - share, 4)} for other, share in self.conflicts[row]
        ]
        reason = Reason(RULE.reason, RULE.measure.name, len(others), 0)
        return reason.as_json() | {"partners": others}

    def _contaminated_by(self, row: int) -> list[Json]:
        found = self.benchmarks.contaminated.get(row, ()) if self.benchmarks else ()
        return [one.as_json() for one in found]

    def _copied(self, copies: Copies, row: int) -> Json | None:
        survivor = int(copies.survivor[row])
        return {"id": self.spool.id(survivor), "similarity": float(copies.similarity[row])} if survivor >= 0 else None


def _versions(used: Mapping[str, Filter], recipe: Recipe) -> Json:
    """What would have to be the same for the same outcome."""
    return {
        "winnow": version("winnow"),
        "filters": fingerprints(used),
        "deduplication": {key: one.fingerprint() for key, one in recipe.deduplication.items()},
    }
