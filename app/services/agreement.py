"""How far a dataset's experts agree: on each question, on each label, from week to week, and each two of them."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.agreement import (
    Answers,
    Estimate,
    Patterns,
    Scale,
    confusions,
    kappas,
    krippendorff_alpha,
    patterns,
    percent_agreement,
    specific_agreement,
)
from app.models import Dataset
from app.services import questions
from app.services.questions import Question

WEEKS = 26
MOST_LABELS = 12
MOST_CELLS = 4_000_000
"""Cells of the table of all pairs of experts; it grows with the square of experts times labels."""
KEPT, KEPT_SECONDS = 8, 600
DEAR, REST = 1.0, 30
"""Figures that took longer than a second are not counted anew before thirty times as long has passed."""


@dataclass(frozen=True)
class Label:
    """One answer to a question: how often somebody gave it, and how often, then, another person gave it too."""

    label: str
    given: int
    share: float | None
    alpha: float | None


@dataclass(frozen=True)
class Week:
    """Alpha on the samples whose last answer came in the week that begins on `monday`."""

    monday: date
    alpha: float | None
    samples: int


@dataclass(frozen=True)
class Figures:
    """Agreement on one question, of all experts together. `samples` have two answers to it or more."""

    key: str
    title: str
    percent: Estimate
    alpha: Estimate
    labels: list[Label]
    weeks: list[Week]

    @property
    def samples(self) -> int:
        return self.alpha.units


@dataclass(frozen=True)
class Pair:
    """Two experts, on the samples that both answered: how often they said the same, and Cohen's kappa."""

    samples: int
    same: int
    kappa: float | None


@dataclass(frozen=True)
class Report:
    """`pairs` is about the decision: by the numbers of both experts, the smaller first. `at` is when it was counted."""

    figures: list[Figures]
    pairs: dict[tuple[int, int], Pair]
    at: datetime
    seconds: float = 0

    @property
    def experts(self) -> list[int]:
        return sorted({expert for pair in self.pairs for expert in pair})


_kept: dict[int, tuple[tuple[object, ...], float, Report]] = {}


def of(session: Session, dataset: Dataset) -> Report:
    """The figures of a dataset. Computed anew once an answer has come or was taken back since; large ones not at once."""
    mark = tuple(
        session.execute(
            text("""
                SELECT current_database(), (SELECT max(id) FROM reviews WHERE dataset_id = :dataset),
                    (SELECT max(undone_at) FROM reviews WHERE dataset_id = :dataset AND undone_at IS NOT NULL)
            """),
            {"dataset": dataset.id},
        ).one()
    )
    kept = _kept.get(dataset.id)
    if kept and kept[0][0] == mark[0]:
        age, seconds = time.monotonic() - kept[1], kept[2].seconds
        if age < (KEPT_SECONDS if kept[0] == mark else REST * seconds if seconds > DEAR else 0):
            return kept[2]
    report = compute(session, dataset)
    _kept[dataset.id] = (mark, time.monotonic(), report)
    for old in sorted(_kept, key=lambda one: _kept[one][1])[:-KEPT]:
        _kept.pop(old, None)
    return report


def compute(session: Session, dataset: Dataset) -> Report:
    """The figures from all answers that stand and count; those on gold samples and the like are left out."""
    began = time.perf_counter()
    found: list[Figures] = []
    pairs: dict[tuple[int, int], Pair] = {}
    for question in questions.of(session, dataset):
        said = patterns(question.answers)
        if question.key == questions.DECISION:
            pairs = _pairs(question.answers)
        if question.key == questions.DECISION or said.units:
            found.append(_figures(question, said))
    return Report(found, pairs, datetime.now(UTC), time.perf_counter() - began)


def _figures(question: Question, said: Patterns) -> Figures:
    given = said.times @ said.counts
    labels = [code for code in np.argsort(-given, kind="stable")[:MOST_LABELS].tolist() if given[code]]
    return Figures(
        question.key,
        question.title,
        percent_agreement(said),
        krippendorff_alpha(said, question.scale),
        [_label(said, code, question.labels[code], int(given[code])) for code in labels],
        _weeks(question, said),
    )


def _label(said: Patterns, code: int, label: str, given: int) -> Label:
    alpha = krippendorff_alpha(said.against_the_rest(code), resamples=0)
    return Label(label, given, specific_agreement(said, code), alpha.value)


def _weeks(question: Question, said: Patterns) -> list[Week]:
    """Each sample belongs to the week in which its last answer came: then its experts could first be compared."""
    if not said.units:
        return []
    order = np.argsort(question.answers.units)
    units = question.answers.units[order]
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
    last = np.maximum.reduceat(question.weeks[order], starts)
    when = last[np.searchsorted(units[starts], said.members)]
    return [_week(said.only(when == week), week, question.scale) for week in np.unique(when)[-WEEKS:].tolist()]


def _week(said: Patterns, week: int, scale: Scale) -> Week:
    found = krippendorff_alpha(said, scale, resamples=0)
    return Week(date(1970, 1, 5) + timedelta(weeks=week), found.value, found.units)


def _pairs(answers: Answers) -> dict[tuple[int, int], Pair]:
    if not len(answers.units) or (len(np.unique(answers.raters)) * answers.categories) ** 2 > MOST_CELLS:
        return {}
    raters, tables = confusions(answers)
    values = kappas(tables)
    samples, same = tables.sum(axis=(2, 3)), np.trace(tables, axis1=2, axis2=3)
    return {
        (int(raters[one]), int(raters[other])): Pair(
            int(samples[one, other]), int(same[one, other]), _known(values[one, other])
        )
        for one, other in combinations(range(len(raters)), 2)
        if samples[one, other]
    }


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
