"""All shapes, and the one place that decides which of them reads a record."""

from collections.abc import Iterator
from functools import cache

import app.curation.shapes as package
from app.curation.registry import plugins
from app.curation.sample import Json, Sample, Source
from app.curation.shapes._note import note_of
from app.curation.shapes._shape import Shape, Unfit


@cache
def known() -> dict[str, Shape]:
    """Every shape by its key, the most telling first."""
    shapes = [shape() for shape in plugins(package, Shape).values()]  # type: ignore[type-abstract]
    return {shape.name: shape for shape in sorted(shapes, key=lambda shape: shape.order)}


def understand(record: Json, source: Source, preferred: Shape | None = None) -> Sample:
    """The sample a record holds: by the preferred shape, else by the first shape that claims it and can read it.

    Unfit with the first claimant's complaint where none can; a record's `text` is never taken for want of its answer.
    """
    complaint: Unfit | None = None
    for shape in _claimants(record, preferred):
        if complaint and shape.name == "plain_text":
            break
        try:
            return shape.to_sample(record, source)
        except Unfit as unfit:
            complaint = complaint or unfit
    raise complaint or _nothing_fits(record, source, preferred)


def restore(sample: Sample) -> Json:
    """The record a sample was read from, with its present texts. Unfit where no shape of ours read it."""
    name = note_of(sample.metadata).get("name")
    shape = known().get(str(name))
    if shape is None:
        raise Unfit("wrong_form", "This sample was not read by a known shape. Choose an export format for it.")
    return shape.from_sample(sample)


def _claimants(record: Json, preferred: Shape | None) -> Iterator[Shape]:
    if preferred is not None and preferred.claims(record):
        yield preferred
    for shape in known().values():
        if shape is not preferred and shape.claims(record):
            yield shape


def _nothing_fits(record: Json, source: Source, preferred: Shape | None) -> Unfit:
    """The missing field where the record has part of the file's usual shape, else the fields it does have."""
    if preferred is not None:
        try:
            preferred.to_sample(record, source)
        except Unfit as unfit:
            if preferred.touches(record):
                return unfit
    names = ", ".join(f"“{name[:40]}”" for name in list(record)[:10]) or "none"
    more = " and more" if len(record) > 10 else ""
    return Unfit("no_shape", f"No known shape has these fields: {names}{more}. Rename the fields or map the columns.")
