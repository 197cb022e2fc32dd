"""Which samples a release is made of: a composition as a query, and how many of what that comes to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Select, case, func, select, text, update
from sqlalchemy.orm import Session

from app.curation.releasing import caps
from app.curation.releasing.composition import LABEL, Composition
from app.curation.releasing.splitting import Flags
from app.models import Release, ReleaseRow, ReleaseState, Sample
from app.services import agreed, packing, release_criteria, runs, threads
from app.services.contents import Ids
from app.services.errors import Invalid

QUESTION, CAPS, BUDGET = "question", "caps", "budget"


@dataclass(frozen=True)
class Preview:
    """What would go in now, and what takes how many away, in this order: criterion by criterion, then open questions,
    caps and the budget. `labels` count the agreed answers to the questions that the composition names; how the budget
    would choose is not known before, so with one they, `corpora` and `states` count what it chooses from.
    """

    rows: int
    decided: int
    taken_away: dict[str, int]
    corpora: dict[int, int]
    states: dict[str, int]
    labels: dict[str, dict[str, int]] = field(default_factory=dict)


def chosen(session: Session, dataset_id: int, composition: Composition) -> "Select[Any]":
    """Samples that go in as far as the database can say: decided, without an open question, and selected."""
    return release_criteria.of(session, dataset_id, composition).chosen.where(~threads.open_question())


def count(session: Session, dataset_id: int, composition: Composition) -> int:
    """How many samples would go in now, before caps and budget."""
    query = chosen(session, dataset_id, composition).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(query) or 0


def asked(session: Session, dataset_id: int, composition: Composition) -> int:
    """How many of the selection stay out because a question about them is open."""
    selected = release_criteria.of(session, dataset_id, composition).chosen.where(threads.open_question())
    return session.scalar(selected.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def check(session: Session, dataset_id: int, composition: Composition) -> None:
    """Invalid where a composition names an earlier release that cannot be kept to."""
    version = composition.splits.frozen_from
    if version is None:
        return
    state = session.scalar(select(Release.state).where(Release.dataset_id == dataset_id, Release.version == version))
    if state is not ReleaseState.PUBLISHED:
        raise Invalid(
            f"Release {version} is not there or not published, so its test split cannot be kept. Choose another."
        )
    if not len(frozen_test(session, dataset_id, composition)):
        raise Invalid(f"Release {version} has no test split that could be kept. Choose another release, or none.")


def frozen_test(session: Session, dataset_id: int, composition: Composition) -> Ids:
    """The samples that the test split of the earlier release holds, ascending."""
    query = (
        select(ReleaseRow.sample_id)
        .join(Release, Release.id == ReleaseRow.release_id)
        .where(
            Release.dataset_id == dataset_id,
            Release.version == composition.splits.frozen_from,
            ReleaseRow.split == "test",
            ReleaseRow.left_out == "",
        )
    )
    return np.sort(np.array(session.scalars(query).all(), np.int64))


def narrow(session: Session, release_id: int, composition: Composition) -> None:
    """Weigh frozen rows by agreement, and take out what caps leave no room for. Positions keep their gaps."""
    release = session.get_one(Release, release_id)
    _weigh(session, release, composition)
    if not composition.selection.caps:
        return
    mine = (ReleaseRow.release_id == release_id, ReleaseRow.sample_id == Sample.id)
    rows = _by_kind(session, release.dataset_id, composition, select(Sample).join(ReleaseRow, mine[0] & mine[1]))
    out = rows["id"][~_within_caps(session, release.dataset_id, composition, rows)]
    session.execute(
        text(
            "DELETE FROM release_rows WHERE release_id = :release AND sample_id IN (SELECT unnest(CAST(:out AS bigint[])))"
        ),
        {"release": release_id, "out": out.tolist()},
    )


def preview(session: Session, dataset_id: int, composition: Composition) -> Preview:
    """The counts of a release that would be composed now."""
    criteria = release_criteria.of(session, dataset_id, composition)
    asked_about = select(Sample.id).where(Sample.dataset_id == dataset_id, threads.open_question()).subquery()
    criteria.query = criteria.query.outerjoin(asked_about, asked_about.c.id == Sample.id)
    criteria.conditions[QUESTION] = asked_about.c.id.is_(None)
    names = list(criteria.conditions)
    first = case(*((~one, place) for place, one in enumerate(criteria.conditions.values())), else_=-1).label("first")
    query = criteria.query.with_only_columns(
        Sample.corpus_id, Sample.state, first, func.count(), maintain_column_froms=True
    )
    cells = session.execute(query.group_by(Sample.corpus_id, Sample.state, first)).all()
    taken = {name: sum(row[3] for row in cells if row.first == place) for place, name in enumerate(names)}
    going = [row for row in cells if row.first == -1]
    corpora, states = Counter[int](), Counter[str]()
    for corpus, state, _, many in going:
        corpora[corpus] += many
        states[state.value] += many
    rows, decided = sum(row[3] for row in going), sum(row[3] for row in cells)
    kept: Ids | None = None
    if composition.selection.caps:
        kept, corpora, states = _capped(session, dataset_id, composition)
        taken[CAPS], rows = rows - len(kept), len(kept)
    labels = {key: _labels(session, dataset_id, composition, key, kept) for key in _named(composition)}
    if composition.selection.budget is not None:
        taken[BUDGET] = max(0, rows - composition.selection.budget)
        rows -= taken[BUDGET]
    return Preview(rows, decided, taken, dict(corpora), dict(states), labels)


def _weigh(session: Session, release: Release, composition: Composition) -> None:
    selection = composition.selection
    if selection.min_agreement is None or selection.low_agreement != "weight":
        return
    share = agreed.agreement(release.dataset_id)
    session.execute(
        update(ReleaseRow)
        .where(ReleaseRow.release_id == release.id, ReleaseRow.sample_id == share.c.sample_id)
        .where(share.c.share < selection.min_agreement)
        .values(weight=share.c.share)
    )


def _by_kind(
    session: Session, dataset_id: int, composition: Composition, query: "Select[Any]"
) -> dict[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Samples with what each cap goes by, in the order of their positions."""
    found = release_criteria.Criteria(query)
    run = runs.latest(session, dataset_id)
    kinds = {cap.by: release_criteria.kinds(found, dataset_id, run, cap.by) for cap in composition.selection.caps}
    columns = [Sample.id, Sample.number, Sample.corpus_id.label("corpus_id")]
    named = [kind.label(f"kind{place}") for place, kind in enumerate(kinds.values())]
    rows = packing.columns(session, found.query.with_only_columns(*columns, *named, maintain_column_froms=True))
    order = np.lexsort((rows["number"], rows["corpus_id"]))
    rows = {name: values[order] for name, values in rows.items()}
    return rows | {by: rows[f"kind{place}"] for place, by in enumerate(kinds)}


def _within_caps(session: Session, dataset_id: int, composition: Composition, rows: dict[str, Any]) -> Flags:
    scores = release_criteria.scores(session, runs.latest(session, dataset_id), rows["id"])
    first = np.isin(rows["id"], frozen_test(session, dataset_id, composition))
    return caps.within(composition.selection.caps, rows, scores, first)


def _capped(session: Session, dataset_id: int, composition: Composition) -> tuple[Ids, "Counter[int]", "Counter[str]"]:
    """The samples that caps leave, and how many of them each corpus and state has."""
    rows = _by_kind(session, dataset_id, composition, chosen(session, dataset_id, composition))
    kept = _within_caps(session, dataset_id, composition, rows)
    corpora = Counter(
        dict(zip(*(part.tolist() for part in np.unique(rows["corpus_id"][kept], return_counts=True)), strict=True))
    )
    some = packing.ids(rows["id"][kept])
    states = session.execute(
        select(Sample.state, func.count()).join(some, some.c.id == Sample.id).group_by(Sample.state)
    )
    return rows["id"][kept], corpora, Counter({state.value: many for state, many in states})


def _named(composition: Composition) -> list[str]:
    """The questions that a composition speaks of."""
    by = [cap.by for cap in composition.selection.caps] + [composition.splits.stratify_by]
    keys = [one.removeprefix(LABEL) for one in by if one.startswith(LABEL)]
    return sorted({*composition.selection.labels, *keys})


def _labels(session: Session, dataset_id: int, composition: Composition, key: str, kept: Ids | None) -> dict[str, int]:
    """How often each answer is the agreed one; "" where none is."""
    criteria = release_criteria.of(session, dataset_id, composition)
    value = criteria.label(key, dataset_id).c.value
    said = func.coalesce(value.op("#>>")("{}"), "").label("said")
    query = criteria.chosen.where(~threads.open_question())
    if kept is not None:
        some = packing.ids(kept)
        query = query.join(some, some.c.id == Sample.id)
    found = session.execute(query.with_only_columns(said, func.count(), maintain_column_froms=True).group_by(said))
    return dict(sorted(found.tuples().all()))
