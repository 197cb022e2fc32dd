"""Trust in the rules: what experts said about the samples on which each of them fired."""

import pytest

from app.curation.bounds import Limit
from app.curation.measuring import all_rules
from app.models import Decision, SampleState
from app.services import overruling, recipes
from app.services.trust import Trust
from app.web.trust_lines import lines
from app.web.wording import SPACE
from tests import factories
from tests.factories_whole_runs import whole_run


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/recipe/trust"


def trust(reason: str = "answer_too_short", **values) -> Trust:
    plain = {
        "fired": 10, "alone": 5, "overruled": 0, "approved": 0, "rejected": 0, "precision": None,
        "interval": (0.0, 1.0), "proposed": None,
    }  # fmt: skip
    return Trust(Limit(all_rules()[reason], 40.0), **{**plain, **values})


def test_who_may_see(path, alice, lena, bob, charlie):
    assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]


def test_before_the_first_run_it_says_what_comes_next(path, alice):
    assert "Nothing to trust yet" in alice.get(path).text


def test_rule_that_was_contradicted_says_so(session, dataset, path, alice):
    recipes.save(session, dataset, recipes.loaded(recipes.current(session, dataset)).model_copy(update={
        "filters": {"length": {"min_answer_words": 4}}}), None)  # fmt: skip
    corpus = factories.make_corpus(session, dataset)
    texts = [{"prompt": f"What is step {n}?", "response": f"Step {n}."} for n in range(4)]
    samples = factories.make_samples(session, corpus, texts)
    expert = factories.make_user(session)
    for sample, state, decision in zip(
        samples,
        (SampleState.REJECTED, SampleState.REJECTED, SampleState.APPROVED),
        (Decision.REJECT, Decision.REJECT, Decision.APPROVE),
        strict=False,
    ):
        sample.state = state
        factories.make_review(session, sample, expert, decision)
    whole_run(session, dataset)
    overruling.overrule(session, dataset, samples[3].id, alice.user)
    page = alice.get(path).text
    assert "Answer too short" in page
    assert "Answer length, at least 4 words" in page
    assert f"50{SPACE}% right" in page
    assert f"/datasets/{dataset.id}/samples?why=answer_too_short" in page
    recipe = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert "4 by it alone" in recipe
    assert path in recipe


def test_contradicted_rules_come_first_and_silent_ones_last():
    found = lines([
        trust("answer_too_long", fired=99),
        trust("answer_too_short", precision=0.9, rejected=9, approved=1, interval=(0.6, 0.98)),
        trust("question_too_short", precision=0.4, rejected=4, approved=6, interval=(0.17, 0.69)),
    ])  # fmt: skip
    assert [one.trust.limit.rule.reason for one in found] == [
        "question_too_short", "answer_too_short", "answer_too_long"]  # fmt: skip
    assert found[0].said == f"40{SPACE}% right, 17 to 69{SPACE}% likely"
    assert found[2].said == ""
    assert 0 <= found[0].low_x <= found[0].dot_x <= found[0].high_x <= 96


def test_proposed_limit_can_be_put_into_the_form(dataset, alice):
    (line,) = lines([trust(proposed=34.0, precision=0.5)])
    assert line.proposed == "at least 34 words"
    page = alice.get(f"/datasets/{dataset.id}/recipe", params={"set": line.put}).text
    assert 'name="filters.length.min_answer_words" inputmode="decimal" autocomplete="off" value="34"' in page


def test_table_offers_the_proposed_limit(session, dataset, path, alice, monkeypatch):
    monkeypatch.setattr("app.services.trust.of_rules", lambda *_: [trust(proposed=34.0, precision=0.5)])
    page = alice.get(path).text
    assert "recipe?set=filters.length.min_answer_words%3D34.0" in page
