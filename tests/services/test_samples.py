"""Browsing, counting and overruling, straight on the services."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.models import Sample, SampleState, Slot, SlotState
from app.services import overruling, samples
from app.services.errors import Conflict, NotFound
from app.services.samples import Search
from app.services.why import in_words
from tests import factories
from tests.factories_runs import make_run, make_verdict


@pytest.fixture
def corpus(session, dataset):
    return factories.make_corpus(session, dataset)


def ids(page):
    return [row.id for row in page.samples]


def test_pages_together_are_every_sample_once_in_order(session, dataset, corpus):
    made = [sample.id for sample in factories.make_samples(session, corpus, 23)]
    seen, after = [], 0
    while True:
        page = samples.page(session, dataset.id, None, Search(), after=after, limit=5)
        seen += ids(page)
        if not page.has_next:
            break
        after = page.samples[-1].id
    assert seen == made


def test_going_back_shows_the_page_before(session, dataset, corpus):
    made = [sample.id for sample in factories.make_samples(session, corpus, 12)]
    page = samples.page(session, dataset.id, None, Search(), before=made[10], limit=5)
    assert ids(page) == made[5:10]
    assert (page.has_previous, page.has_next) == (True, True)


def test_counts_are_what_each_choice_would_show(session, dataset, corpus):
    other = factories.make_corpus(session, dataset)
    run = make_run(session, dataset)
    kept = factories.make_samples(session, corpus, 3, state=SampleState.QUEUED)
    dropped = factories.make_samples(session, other, 2, state=SampleState.DROPPED)
    for sample in kept:
        make_verdict(session, run, sample)
    for sample in dropped:
        make_verdict(session, run, sample, failures=[("answer_too_short", "answer_words", 1, 5)])
    for search in (
        Search(),
        Search(states=(SampleState.QUEUED,)),
        Search(corpora=(other.id,)),
        Search(reasons=("answer_too_short",)),
        Search("step", (SampleState.DROPPED,), ("answer_too_short",), (other.id,)),
    ):
        counted = samples.counts(session, dataset.id, run, search)
        assert counted.total == len(samples.page(session, dataset.id, run, search).samples)
        for state in SampleState:
            narrowed = Search(search.words, (state,), search.reasons, search.corpora)
            assert counted.states.get(state, 0) == len(samples.page(session, dataset.id, run, narrowed).samples)
        for one in (corpus, other):
            narrowed = Search(search.words, search.states, search.reasons, (one.id,))
            assert counted.corpora.get(one.id, 0) == len(samples.page(session, dataset.id, run, narrowed).samples)


def test_verdicts_of_older_runs_do_not_count(session, dataset, corpus):
    sample = factories.make_samples(session, corpus)[0]
    make_verdict(session, make_run(session, dataset), sample, failures=[("answer_too_short", "answer_words", 1, 5)])
    newest = make_run(session, dataset)
    make_verdict(session, newest, sample)
    assert samples.page(session, dataset.id, newest, Search()).samples[0].reasons == []
    assert samples.counts(session, dataset.id, newest, Search()).reasons == {}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\"'()|&!<>:*-\\ OR")), max_size=700))
def test_any_words_can_be_searched_for(session, dataset, corpus, words):
    search = Search(samples.tidy(words))
    assert samples.page(session, dataset.id, None, search).samples == []
    assert samples.counts(session, dataset.id, None, search).total == 0


def test_other_datasets_are_never_shown(session, dataset):
    stranger = factories.make_samples(session, factories.make_corpus(session, factories.make_dataset(session)))[0]
    assert samples.page(session, dataset.id, None, Search()).samples == []
    with pytest.raises(NotFound):
        samples.get(session, dataset.id, stranger.id)


def test_text_without_a_question_opens_with_its_first_line(session, dataset, corpus):
    factories.make_samples(
        session, corpus, [{"text": "A long title\nand the rest"}, {"text": "word " * 100}], form=factories.Form.TEXT
    )
    first, second = samples.page(session, dataset.id, None, Search()).samples
    assert (first.question, first.answer) == ("A long title", "and the rest")
    assert second.question.endswith("word …")
    assert len(second.question) < 170


def test_overruled_sample_gets_its_places_and_loses_them_again(session, dataset, corpus):
    user = factories.make_user(session)
    sample = factories.make_samples(session, corpus, state=SampleState.DROPPED)[0]
    overruling.overrule(session, dataset, sample.id, user)
    assert session.scalar(select(Slot.state).where(Slot.sample_id == sample.id)) is SlotState.OPEN
    overruling.take_back(session, dataset, sample.id)
    assert session.scalar(select(Slot.state).where(Slot.sample_id == sample.id)) is not SlotState.OPEN
    assert session.scalar(select(Sample.state).where(Sample.id == sample.id)) is SampleState.DROPPED


def test_answer_that_came_in_between_stands(session, dataset, corpus):
    user = factories.make_user(session)
    sample = factories.make_samples(session, corpus, state=SampleState.DROPPED)[0]
    overruling.overrule(session, dataset, sample.id, user)
    factories.make_review(session, sample, user, number=2)
    with pytest.raises(Conflict, match="that answer stands"):
        overruling.take_back(session, dataset, sample.id)


def test_what_was_never_overruled_cannot_be_taken_back(session, dataset, corpus):
    sample = factories.make_samples(session, corpus, state=SampleState.QUEUED)[0]
    with pytest.raises(Conflict):
        overruling.take_back(session, dataset, sample.id)


def test_reasons_are_words_also_when_the_rule_is_gone():
    found = in_words(
        [
            {"rule": "answer_too_short", "measure": "answer_words", "value": 3.0, "bound": 40.0},
            {"rule": "rule_of_old", "measure": "gone", "value": 1.5, "bound": 1.0},
        ]
    )
    assert [(one.title, one.sentence) for one in found] == [
        ("Answer too short", "3 words, needs 40 words"),
        ("Rule of old", "1.5, limit 1"),
    ]
