"""Decontamination: does training data hold the questions of a benchmark, word for word, in part, or rephrased?

>>> index = Index.of([Benchmark.read(path)])
>>> index.check(batch)  # contaminations: benchmark, item, tier, score, span
>>> index.suspects(batch)  # candidates for a person's verdict
"""

from app.curation.decontamination.benchmark import Benchmark
from app.curation.decontamination.findings import Contamination, Findings, Suspect
from app.curation.decontamination.fingerprint import Fingerprint
from app.curation.decontamination.index import Index
from app.curation.decontamination.layouts import Item
from app.curation.decontamination.packing import Unpackable
from app.curation.decontamination.report import BenchmarkReport, likeliest, report
from app.curation.decontamination.settings import Decontamination

__all__ = [
    "Benchmark",
    "BenchmarkReport",
    "Contamination",
    "Decontamination",
    "Findings",
    "Fingerprint",
    "Index",
    "Item",
    "Suspect",
    "Unpackable",
    "likeliest",
    "report",
]
