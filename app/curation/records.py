"""The lines that `curate` writes: records as they were read, with a note on what became of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.curation.sample import Json, Refusal, Sample
from app.curation.shapes import Unfit, restore


def record(sample: Sample) -> Json:
    """The record as it was read; where columns were mapped by hand, the parts under the house's names."""
    try:
        return restore(sample)
    except Unfit:
        return dict(sample.content) | {key: value for key, value in sample.metadata.items() if key != "_shape"}


def dropped_record(sample: Sample, reasons: Sequence[Json], **notes: Any) -> Json:
    """The record with a note under ``winnow``; a note from an earlier run moves to its ``before``."""
    found = record(sample)
    source = {"file": sample.source.file, "position": sample.source.position}
    note: Json = {"id": sample.id, "source": source, "reasons": list(reasons)} | notes
    if "winnow" in found:
        note["before"] = found["winnow"]
    return found | {"winnow": note}


def refused_record(refusal: Refusal) -> Json:
    """Where the line stood, and why it was refused."""
    return asdict(refusal.source) | {"code": refusal.code, "message": refusal.message, "excerpt": refusal.excerpt}
