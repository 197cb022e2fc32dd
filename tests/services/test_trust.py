"""How far a rule can be trusted, counted from what people said."""

import numpy as np
import pytest

from app.models import SampleState
from app.services import recipes, trust
from app.services.trust import proposed_bound
from tests import factories
from tests.factories_runs import make_run, make_verdict, measured

NAN = float("nan")


def test_what_people_said_of_a_rule_is_counted(session, dataset):
    corpus = factories.make_corpus(session, dataset)
    run, user = make_run(session, dataset), factories.make_user(session)
    samples = factories.make_samples(session, corpus, 6, state=SampleState.DROPPED)
    for sample in samples:
        failures = [("answer_empty", "answer_characters", 0, 1)]
        make_verdict(session, run, sample, failures=failures)
    for sample, state in zip(samples, [SampleState.APPROVED, SampleState.REJECTED, SampleState.REJECTED], strict=False):
        sample.state = state
    samples[3].overruled_by, samples[3].overruled_at = user.id, samples[3].created_at
    session.flush()
    found = {one.limit.rule.reason: one for one in trust.of_rules(session, dataset)}
    one = found["answer_empty"]
    assert (one.fired, one.alone, one.approved, one.rejected, one.overruled) == (6, 6, 1, 2, 1)
    assert one.precision == 0.5
    assert one.interval == trust.wilson(2, 4)
    other = found["question_too_short"]
    assert (other.fired, other.precision, other.interval, other.proposed) == (0, None, (0.0, 1.0), None)


def test_a_bound_is_proposed_where_experts_agree_with_it(session, dataset):
    """All decided answers of up to 40 characters were rejected, all longer ones approved."""
    corpus = factories.make_corpus(session, dataset)
    run = make_run(session, dataset)
    samples = factories.make_samples(session, corpus, 80, state=SampleState.APPROVED)
    for sample in samples[:40]:
        sample.state = SampleState.REJECTED
    measured(session, run, samples, answer_characters=range(1, 81))
    session.flush()
    found = {one.limit.rule.reason: one for one in trust.of_rules(session, dataset)}
    assert found["answer_empty"].proposed == 41
    assert recipes.current(session, dataset).recipe["filters"]["length"]["min_answer_characters"] == 1


@pytest.mark.parametrize("side", ["min", "max"])
def test_a_proposed_bound_drops_what_experts_reject(side):
    values = np.array([*range(50), NAN])
    rejected = np.array([*(value < 40 if side == "min" else value >= 10 for value in range(50)), True])
    bound = proposed_bound(values, rejected, side, 0.9)
    falls = values < bound if side == "min" else values > bound
    assert falls.sum() == 40
    assert rejected[falls].all()


def test_too_little_evidence_proposes_nothing():
    values, rejected = np.arange(12.0), np.arange(12) < 8
    assert proposed_bound(values, rejected, "min", 0.9) is None
    assert proposed_bound(values, ~rejected, "min", 0.5) is None
    assert proposed_bound(np.full(60, NAN), np.ones(60, np.bool_), "min", 0.5) is None


def test_there_is_no_trust_before_a_run(session, dataset):
    assert trust.of_rules(session, dataset) == []
