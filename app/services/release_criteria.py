"""What a selection asks of a sample, criterion by criterion, as one query over a dataset's decided samples."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.measuring import all_measures
from app.curation.releasing.composition import LABEL, Composition, Selection
from app.models import Corpus, Run, Sample, SampleState, Verdict
from app.services import agreed, blocks, columns, packing, runs, strata
from app.services.contents import Ids
from app.services.strata import LANGUAGE, QUALITY

CORPUS, CLUSTER = "corpus", "cluster"


@dataclass
class Criteria:
    """A query over samples, joined with all that is asked of them; `conditions` are named, in the order of a funnel."""

    query: "Select[Any]"
    conditions: dict[str, ColumnElement[bool]] = field(default_factory=dict)
    agreement: Subquery | None = None
    labels: dict[str, Subquery] = field(default_factory=dict)

    @property
    def chosen(self) -> "Select[Any]":
        """Only the samples that meet all of them."""
        return self.query.where(*self.conditions.values())

    def label(self, key: str, dataset_id: int) -> Subquery:
        """The agreed answers to a question, joined once."""
        if key not in self.labels:
            self.labels[key] = agreed.answers(dataset_id, key)
            self.query = self.query.outerjoin(self.labels[key], self.labels[key].c.sample_id == Sample.id)
        return self.labels[key]


def of(session: Session, dataset_id: int, composition: Composition) -> Criteria:
    """What a composition asks. A criterion that is not asked for is not among them."""
    selection = composition.selection
    found = Criteria(select(Sample).where(Sample.dataset_id == dataset_id, Sample.state.in_(_states(composition))))
    if selection.corpora:
        found.conditions["corpora"] = Sample.corpus_id.in_(selection.corpora)
    if selection.licences:
        allowed = session.scalars(
            select(Corpus.id).where(Corpus.dataset_id == dataset_id, Corpus.licence.in_(selection.licences))
        )
        found.conditions["licences"] = Sample.corpus_id.in_(allowed.all())
    if dates := _dates(selection):
        found.conditions["dates"] = dates[0] if len(dates) == 1 else dates[0] & dates[1]
    _add_measured(session, dataset_id, selection, found)
    for key, wanted in selection.labels.items():
        value = found.label(key, dataset_id).c.value
        found.conditions[LABEL + key] = func.coalesce(value.in_([cast(one, JSONB) for one in wanted]), False)
    if selection.min_agreement is not None:
        found.agreement = agreed.agreement(dataset_id)
        found.query = found.query.outerjoin(found.agreement, found.agreement.c.sample_id == Sample.id)
        if selection.low_agreement == "leave_out":
            share = found.agreement.c.share
            found.conditions["agreement"] = or_(share.is_(None), share >= selection.min_agreement)
    return found


def kinds(found: Criteria, dataset_id: int, run: Run | None, by: str) -> Any:
    """What a cap or a stratum goes by, as a number for each sample; -1 without an agreed answer."""
    if by == CORPUS:
        return Sample.corpus_id
    if by == CLUSTER:
        copies = select(Verdict.sample_id, Verdict.duplicate_of).where(
            Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of.is_not(None)
        )
        copy = copies.subquery()
        found.query = found.query.outerjoin(copy, copy.c.sample_id == Sample.id)
        return func.coalesce(copy.c.duplicate_of, Sample.id)
    value = found.label(by.removeprefix(LABEL), dataset_id).c.value
    return func.coalesce(func.hashtextextended(cast(value, Text), 0), cast(-1, BigInteger))


def scores(session: Session, run: Run | None, of: Ids) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The quality score of samples; NaN where it was not measured."""
    return strata.values(session, run, QUALITY, of)


def _states(composition: Composition) -> list[SampleState]:
    """Approved, and rejected where the format learns from them."""
    takes_rejected = exporters()[composition.format].takes_rejected
    return [SampleState.APPROVED, SampleState.REJECTED] if takes_rejected else [SampleState.APPROVED]


def _dates(selection: Selection) -> list[ColumnElement[bool]]:
    """Days are UTC's, the last one included."""
    found = []
    if selection.decided_from:
        found.append(Sample.decided_at >= datetime.combine(selection.decided_from, time(), UTC))
    if selection.decided_until:
        found.append(Sample.decided_at < datetime.combine(selection.decided_until, time(), UTC) + timedelta(days=1))
    return [func.coalesce(one, False) for one in found]


def _add_measured(session: Session, dataset_id: int, selection: Selection, found: Criteria) -> None:
    """Language and score are stored as columns of the published run; who was not measured has neither."""
    run = runs.latest(session, dataset_id)
    wanted: dict[str, Ids] = {}
    if selection.languages:
        wanted["languages"] = _measured(session, run, LANGUAGE, lambda values: _speak(values, selection))
    if selection.min_score is not None:
        wanted["score"] = _measured(session, run, QUALITY, lambda values: values >= selection.min_score)
    for name, fitting in wanted.items():
        table = packing.ids(fitting)
        found.query = found.query.outerjoin(table, table.c.id == Sample.id)
        found.conditions[name] = table.c.id.is_not(None)


def _measured(session: Session, run: Run | None, measure: str, fits: Any) -> Ids:
    if run is None or run.set_id is None:
        return np.empty(0, np.int64)
    layout = blocks.layout(session, run.dataset_id, run.last_sample_id)
    within: Ids = layout.ids[fits(columns.measure(session, layout, run.set_id, measure))]
    return within


def _speak(values: Any, selection: Selection) -> Any:
    labels = all_measures()[LANGUAGE].labels
    places = [labels.index(one) for one in selection.languages if one in labels]
    return np.isin(values, places) | (np.isnan(values) & ("" in selection.languages))
