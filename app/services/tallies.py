"""Counts of what a run decided: in all, per corpus and per label, such as a language."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.curation.batch import Mask
from app.curation.bounds import Measure
from app.curation.measuring import all_measures
from app.curation.removals import Removal, unusual
from app.models import Run
from app.services import columns
from app.services.blocks import Layout
from app.services.judging import Judged
from app.services.measured_set import MeasuredSet


def counts(judged: Judged) -> dict[str, int]:
    """Samples, kept, dropped and duplicates of all."""
    return tally(judged.dropped, judged.is_copy)


def details(session: Session, run: Run, using: MeasuredSet, judged: Judged) -> dict[str, Any]:
    """What a run's page, the samples' filters and the alarm need, so that nothing is counted on a view."""
    corpora = grouped(*corpus_places(judged.layout), judged.dropped, judged.is_copy)
    labels = {
        name: without_empty(grouped(*label_places(measure, values), judged.dropped, judged.is_copy))
        for name, measure, values in label_columns(session, judged.layout, using)
    }
    shares = {int(name): Removal(row["samples"], row["duplicates"]) for name, row in corpora.items()}
    alarm = [str(corpus) for corpus in unusual(shares)]
    return {"rules": judged.rules, "corpora": corpora, "labels": labels, "unusual": alarm}


def tally(dropped: Mask, is_copy: Mask) -> dict[str, int]:
    """How many of these samples are kept, dropped, and dropped as copies."""
    gone = int(dropped.sum())
    return {"samples": len(dropped), "kept": len(dropped) - gone, "dropped": gone, "duplicates": int(is_copy.sum())}


def corpus_places(layout: Layout) -> tuple[list[str], NDArray[np.int64]]:
    """(ids of the corpora, written out; which of them each row is from)."""
    names, places = np.unique(layout.corpora, return_inverse=True)
    return [str(name) for name in names.tolist()], places


def label_places(measure: Measure, values: NDArray[np.float64]) -> tuple[list[str], NDArray[np.int64]]:
    """(labels, which of them each row has); rows without one have the last label, the empty one."""
    return [*measure.labels, ""], np.where(np.isnan(values), len(measure.labels), values).astype(np.int64)


def without_empty(found: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Groups that have a sample."""
    return {name: numbers for name, numbers in found.items() if numbers["samples"]}


def grouped(names: Sequence[str], places: NDArray[np.int64], dropped: Mask, is_copy: Mask) -> dict[str, dict[str, int]]:
    """The tally of each group; `places` says which group a row is in."""
    samples, gone, copies = (
        np.bincount(chosen, minlength=len(names)).tolist() for chosen in (places, places[dropped], places[is_copy])
    )
    return {
        name: {"samples": samples[at], "kept": samples[at] - gone[at], "dropped": gone[at], "duplicates": copies[at]}
        for at, name in enumerate(names)
    }


def label_columns(
    session: Session, layout: Layout, using: MeasuredSet
) -> list[tuple[str, Measure, NDArray[np.float64]]]:
    """Stored measures of kind label: (name, measure, values)."""
    known = {name: found for name, found in all_measures(using.filters).items() if found.kind == "label"}
    return [
        (name, found, columns.measure(session, layout, using.set_id, name))
        for name, found in known.items()
        if name in using.names
    ]
