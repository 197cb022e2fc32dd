"""Which queued samples a person means: the search of the samples' list, narrowed by a measure, a language or a cluster."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.batch import Mask
from app.curation.bounds import Measure
from app.curation.measuring import all_measures
from app.models import Corpus, Dataset, MeasureSet, Run, SampleState, Verdict
from app.services import blocks, columns, recipes, runs, samples
from app.services.blocks import Layout
from app.services.contents import Ids
from app.services.measured_set import MeasuredSet
from app.services.samples import Search

LANGUAGE, QUALITY = "language", "quality_score"
LENGTHS = {"answer_words", "prompt_words", "text_words"}


@dataclass(frozen=True)
class Stratum:
    """Nothing chosen means all. `cluster` is the sample that stands for near-duplicates; bounds belong to `measure`."""

    search: Search = field(default_factory=Search)
    measure: str = ""
    least: float | None = None
    most: float | None = None
    languages: tuple[str, ...] = ()
    cluster: int | None = None

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Stratum":
        """What was stored; a state that is gone is left out."""
        known = {state.value for state in SampleState}
        given = {**stored["search"]}
        states = tuple(SampleState(state) for state in given["states"] if state in known)
        search = Search(given["words"], states, tuple(given["reasons"]), tuple(given["corpora"]))
        rest = {name: value for name, value in stored.items() if name not in {"search", "languages"}}
        return cls(search=search, languages=tuple(stored["languages"]), **rest)


def ids(session: Session, dataset: Dataset, stratum: Stratum) -> Ids:
    """The samples that wait for review and belong to it, in the order of their upload."""
    if stratum.search.states and SampleState.QUEUED not in stratum.search.states:
        return np.empty(0, np.int64)
    run = runs.latest(session, dataset.id)
    queued = replace(stratum.search, states=(SampleState.QUEUED,))
    found = np.array(session.scalars(samples.ids(dataset.id, run, queued)).all(), np.int64)
    if stratum.cluster is not None:
        found = found[np.isin(found, cluster(session, run, stratum.cluster))]
    if stratum.measure or stratum.languages:
        found = found[np.isin(found, _measured(session, run, stratum))]
    return found


def cluster(session: Session, run: Run | None, survivor: int) -> Ids:
    """A sample and its near-duplicates in the published run."""
    copies = select(Verdict.sample_id).where(Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of == survivor)
    return np.array([survivor, *session.scalars(copies)], np.int64)


def values(session: Session, run: Run | None, name: str, of: Ids) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A stored measure of samples; NaN where it was not taken."""
    out = np.full(len(of), np.nan)
    if run is None or run.set_id is None:
        return out
    layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
    known = np.isin(of, layout.ids)
    out[known] = columns.measure(session, layout, run.set_id, name)[layout.rows(of)]
    return out


def measures(session: Session, dataset: Dataset) -> list[Measure]:
    """The stored measures that people bound a stratum by, quality first: scores and lengths, of more than a hundred."""
    run = runs.latest(session, dataset.id)
    stored = session.get(MeasureSet, run.set_id) if run and run.set_id else None
    if run is None or stored is None:
        return []
    using = MeasuredSet.load(stored, recipes.of_run(session, run))
    known = [one for one in all_measures(using.filters).values() if one.kind == "score" or one.name in LENGTHS]
    return sorted((one for one in known if one.name in using.names), key=lambda one: (one.name != QUALITY, one.title))


def languages(session: Session, dataset: Dataset) -> list[tuple[str, int]]:
    """(language, samples kept) of the published run, the commonest first; the empty one is unknown."""
    run = runs.latest(session, dataset.id)
    found = run.details.get("labels", {}).get(LANGUAGE, {}) if run else {}
    kept = [(name, numbers["kept"]) for name, numbers in found.items() if numbers["kept"]]
    return sorted(kept, key=lambda row: (-row[1], row[0]))


def corpora(session: Session, dataset: Dataset, chosen: Sequence[int]) -> list[str]:
    """The names of chosen corpora."""
    query = select(Corpus.name).where(Corpus.dataset_id == dataset.id, Corpus.id.in_(chosen)).order_by(Corpus.id)
    return list(session.scalars(query))


def _measured(session: Session, run: Run | None, stratum: Stratum) -> Ids:
    """All measured samples within the bounds."""
    if run is None or run.set_id is None:
        return np.empty(0, np.int64)
    layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
    fits = np.full(len(layout), True)
    if stratum.measure:
        fits &= _within(columns.measure(session, layout, run.set_id, stratum.measure), stratum)
    if stratum.languages:
        fits &= _speaks(session, run, layout, stratum.languages)
    within: Ids = layout.ids[fits]
    return within


def _within(found: np.ndarray[tuple[int], np.dtype[np.float64]], stratum: Stratum) -> Mask:
    low = -np.inf if stratum.least is None else stratum.least
    high = np.inf if stratum.most is None else stratum.most
    with np.errstate(invalid="ignore"):
        return (found >= low) & (found <= high)


def _speaks(session: Session, run: Run, layout: Layout, wanted: Sequence[str]) -> Mask:
    labels = all_measures()[LANGUAGE].labels
    places = [labels.index(one) for one in wanted if one in labels]
    found = columns.measure(session, layout, run.set_id or 0, LANGUAGE)
    return np.isin(found, places) | (np.isnan(found) if "" in wanted else np.full(len(found), False))
