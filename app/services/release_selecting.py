"""Which samples a release is made of: a composition as a query, and how many of what that comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Integer, Select, Text, case, cast, func, select, text, update
from sqlalchemy.orm import Session

from app.curation.releasing import caps
from app.curation.releasing.composition import LABEL, Composition
from app.curation.releasing.splitting import Flags
from app.models import Release, ReleaseRow, ReleaseState, Sample, SampleState
from app.services import agreed, packing, release_criteria, runs, threads
from app.services.contents import Ids
from app.services.errors import Invalid
from app.services.release_criteria import Criteria

QUESTION, CAPS, BUDGET = "question", "caps", "budget"
STATES = {1: SampleState.APPROVED.value, 0: SampleState.REJECTED.value}
_GOES_IN = -1
_IS_APPROVED = cast(Sample.state == SampleState.APPROVED, Integer).label("approved")


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
    rows = _by_kind(
        session, release.dataset_id, composition, Criteria(select(Sample).join(ReleaseRow, mine[0] & mine[1]))
    )
    out = rows["id"][~_within_caps(session, release.dataset_id, composition, rows)]
    session.execute(
        text(
            "DELETE FROM release_rows WHERE release_id = :release AND sample_id IN (SELECT unnest(CAST(:out AS bigint[])))"
        ),
        {"release": release_id, "out": out.tolist()},
    )


def preview(session: Session, dataset_id: int, composition: Composition) -> Preview:
    """The counts of a release that would be composed now."""
    keys = _named(composition)
    names, cells = _cells(session, dataset_id, composition, keys)
    taken = {name: sum(cell.many for cell in cells if cell.first == place) for place, name in enumerate(names)}
    going = [cell for cell in cells if cell.first == _GOES_IN]
    words: dict[str, dict[int, str]] = {
        key: {cell[4 + 2 * place]: _in_words(cell[5 + 2 * place]) for cell in going} for place, key in enumerate(keys)
    }
    rows, decided = sum(cell.many for cell in going), sum(cell.many for cell in cells)
    if composition.selection.caps:
        of = _capped(session, dataset_id, composition, keys)
        taken[CAPS], rows = rows - len(of["many"]), len(of["many"])
    else:
        table = np.array([[cell.many, cell.corpus_id, cell.approved, *cell[4::2]] for cell in going], np.int64)
        table = table.reshape(len(going), 3 + len(keys))
        of = dict(zip(["many", "corpus_id", "approved", *(LABEL + key for key in keys)], table.T, strict=True))
    states = {STATES[code]: many for code, many in _counted(of, "approved").items()}
    labels = {
        key: dict(sorted((words[key][code], many) for code, many in _counted(of, LABEL + key).items())) for key in keys
    }
    if composition.selection.budget is not None:
        taken[BUDGET] = max(0, rows - composition.selection.budget)
        rows -= taken[BUDGET]
    return Preview(rows, decided, taken, _counted(of, "corpus_id"), states, labels)


def _cells(
    session: Session, dataset_id: int, composition: Composition, keys: Sequence[str]
) -> tuple[list[str], Sequence[Any]]:
    """The criteria, and all decided samples by the first of them that they do not meet, with their labels."""
    criteria = release_criteria.of(session, dataset_id, composition)
    open_ones = select(Sample.id).where(Sample.dataset_id == dataset_id, threads.open_question()).subquery()
    criteria.query = criteria.query.outerjoin(open_ones, open_ones.c.id == Sample.id)
    criteria.conditions[QUESTION] = open_ones.c.id.is_(None)
    labels = []
    for key in keys:
        labels.append(release_criteria.kinds(criteria, dataset_id, None, LABEL + key).label(f"code_{key}"))
        labels.append(cast(criteria.label(key, dataset_id).c.value, Text).label(f"said_{key}"))
    fails = ((~one, place) for place, one in enumerate(criteria.conditions.values()))
    first = case(*fails, else_=_GOES_IN).label("first")
    columns = [Sample.corpus_id, _IS_APPROVED, first]
    query = criteria.query.with_only_columns(
        *columns, func.count().label("many"), *labels, maintain_column_froms=True
    ).group_by(*columns, *labels)
    return list(criteria.conditions), session.execute(query).all()


def _counted(of: Mapping[str, Ids], name: str) -> dict[int, int]:
    """How many rows have each value."""
    values, places = np.unique(of[name], return_inverse=True)
    many = np.bincount(places, of["many"], minlength=len(values)).astype(int)
    return dict(zip(values.tolist(), many.tolist(), strict=True))


def _weigh(session: Session, release: Release, composition: Composition) -> None:
    selection = composition.selection
    if not selection.has_weights:
        return
    share = agreed.agreement(release.dataset_id)
    session.execute(
        update(ReleaseRow)
        .where(ReleaseRow.release_id == release.id, ReleaseRow.sample_id == share.c.sample_id)
        .where(share.c.share < selection.min_agreement)
        .values(weight=share.c.share)
    )


def _by_kind(
    session: Session, dataset_id: int, composition: Composition, found: Criteria, keys: Sequence[str] = ()
) -> dict[str, Ids]:
    """Samples with what each cap goes by, and their labels, in the order of their positions."""
    run = runs.latest(session, dataset_id)
    wanted = dict.fromkeys([*(cap.by for cap in composition.selection.caps), *(LABEL + key for key in keys)])
    kinds = [
        release_criteria.kinds(found, dataset_id, run, by).label(f"kind{place}") for place, by in enumerate(wanted)
    ]
    columns = [Sample.id, Sample.number, Sample.corpus_id, _IS_APPROVED]
    rows = packing.columns(session, found.chosen.with_only_columns(*columns, *kinds, maintain_column_froms=True))
    order = np.lexsort((rows["number"], rows["corpus_id"]))
    rows = {name: values[order] for name, values in rows.items()}
    return rows | {by: rows[f"kind{place}"] for place, by in enumerate(wanted)}


def _within_caps(session: Session, dataset_id: int, composition: Composition, rows: dict[str, Any]) -> Flags:
    scores = release_criteria.scores(session, runs.latest(session, dataset_id), rows["id"])
    first = np.isin(rows["id"], frozen_test(session, dataset_id, composition))
    return caps.within(composition.selection.caps, rows, scores, first)


def _capped(session: Session, dataset_id: int, composition: Composition, keys: Sequence[str]) -> dict[str, Ids]:
    """What caps leave, a row for each sample."""
    criteria = release_criteria.of(session, dataset_id, composition)
    criteria.conditions[QUESTION] = ~threads.open_question()
    rows = _by_kind(session, dataset_id, composition, criteria, keys)
    kept = _within_caps(session, dataset_id, composition, rows)
    return {name: values[kept] for name, values in rows.items()} | {"many": np.ones(int(kept.sum()), np.int64)}


def _named(composition: Composition) -> list[str]:
    """The questions that a composition speaks of."""
    by = [cap.by for cap in composition.selection.caps] + [composition.splits.stratify_by]
    keys = [one.removeprefix(LABEL) for one in by if one.startswith(LABEL)]
    return sorted({*composition.selection.labels, *keys})


def _in_words(said: str | None) -> str:
    value = orjson.loads(said) if said else ""
    return value if isinstance(value, str) else str(said)
