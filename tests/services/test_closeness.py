"""Which limits are shown beside a sample: broken ones, then close ones, never those that are well inside."""

import math

import pytest
from sqlalchemy.orm import Session

from app.curation.bounds import Kind, Limit, Measure, Rule, Side
from app.models import Dataset
from app.services import recipes
from app.services.closeness import MOST, how_near, near_limits
from tests import factories
from tests.factories_runs import make_run, measured


def limit(side: Side, bound: float, kind: Kind = "count") -> Limit:
    return Limit(Rule(Measure("m", "Measure", kind=kind), side, "reason"), bound)


@pytest.mark.parametrize(("chosen", "value", "is_near"), [
    (limit("min", 40), 39, True), (limit("min", 40), 40, True), (limit("min", 40), 43, True), (limit("min", 40), 45, False),
    (limit("max", 1000), 1001, True), (limit("max", 1000), 950, True), (limit("max", 1000), 800, False),
    (limit("max", 0.2, "share"), 0.17, True), (limit("max", 0.2, "share"), 0.1, False),
    (limit("min", 0.6, "share"), 0.64, True), (limit("max", 0, "flag"), 1, True), (limit("max", 0, "flag"), 0, False),
    (limit("max", 0), 0, False), (limit("max", 0), 1, True), (limit("max", 0.2, "share"), 0, False), (limit("min", 40), math.nan, False),
])  # fmt: skip
def test_near_is_broken_or_close(chosen: Limit, value: float, is_near: bool) -> None:
    distance = how_near(chosen, {"m": value})

    assert (distance < 1) is is_near
    is_broken = value < chosen.bound if chosen.rule.side == "min" else value > chosen.bound
    assert (distance < 0) is is_broken


def test_measure_that_was_never_taken_is_not_near() -> None:
    assert how_near(limit("min", 40), {}) == 1


def test_limits_of_the_published_recipe_are_shown(session: Session, dataset: Dataset) -> None:
    (sample,) = factories.make_samples(session, factories.make_corpus(session, dataset))
    version = recipes.current(session, dataset)
    limits = recipes.loaded(version).limits
    broken = next(limit for limit in limits if limit.rule.side == "min" and limit.rule.measure.kind == "count")
    assert near_limits(session, dataset.id, sample.id) == []  # no run yet

    run = make_run(session, dataset)
    assert near_limits(session, dataset.id, sample.id) == []  # it has not seen the sample
    measured(session, run, [sample], **{broken.rule.measure.name: [broken.bound - 1]})

    shown = near_limits(session, dataset.id, sample.id)
    assert broken.rule.reason in {reason.code for reason in shown}
    assert 0 < len(shown) <= MOST
    assert all(reason.value == broken.bound - 1 for reason in shown)
