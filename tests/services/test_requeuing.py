"""Samples sent back after the guidelines changed: exactly those, exactly N answers again, and exactly back."""

from collections.abc import Sequence
from itertools import count

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Corpus, Dataset, Decision, Review, Sample, SampleState, Slot, SlotState, User
from app.services import affected, desk, guidelines, requeuing, reviewing, slots
from app.services.affected import Choice
from app.services.errors import Conflict, Invalid
from tests import factories

_keys = count(1)
STATE = """
    SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
        SELECT 's' || id || state || coalesce(revision_id, 0) || coalesce(decided_at::text, '') AS line FROM samples
        UNION ALL SELECT 'p' || id || state || coalesce(expert_id, 0) || rank || lane FROM slots
        UNION ALL SELECT 'r' || id || counted || coalesce(undone_at::text, '') || coalesce(superseded_at::text, '')
            FROM reviews) AS lines
"""


@pytest.fixture
def lead(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Lena")


@pytest.fixture
def experts(session: Session, dataset: Dataset) -> list[User]:
    found = [factories.make_user(session, name) for name in ("Bob", "Carol", "Dan")]
    for one in found:
        factories.join(session, dataset, one)
    return found


@pytest.fixture
def corpus(session: Session, dataset: Dataset) -> Corpus:
    dataset.reviews_per_sample = 2
    return factories.make_corpus(session, dataset)


def queue(session: Session, corpus: Corpus, number: int) -> list[Sample]:
    found = factories.make_samples(session, corpus, number, state=SampleState.QUEUED)
    slots.open_slots(session, session.get_one(Dataset, corpus.dataset_id), select(Sample.id))
    return found


def answer(
    session: Session, dataset: Dataset, expert: User, decision: Decision = Decision.APPROVE, reason: str = ""
) -> Review:
    (slot,) = reviewing.next_slots(session, dataset, expert, 1)
    key = f"requeue-key-{next(_keys)}"
    return reviewing.submit(session, dataset, expert, slot.id, decision, idempotency_key=key, reason=reason).review


def decide(session: Session, dataset: Dataset, experts: Sequence[User], number: int) -> None:
    for expert in experts[:2]:
        for _ in range(number):
            answer(session, dataset, expert)


def states(session: Session) -> dict[SampleState, int]:
    return dict(session.execute(select(Sample.state, func.count()).group_by(Sample.state)).all())


def test_what_was_decided_before_a_version_is_affected(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    queue(session, corpus, 2)
    decide(session, dataset, experts, 2)
    first = guidelines.save(session, dataset, lead, "Old rule.", 0)
    queue(session, corpus, 1)
    decide(session, dataset, experts, 1)
    second = guidelines.save(session, dataset, lead, "New rule.", 1)
    queue(session, corpus, 1)
    decide(session, dataset, experts, 1)

    assert affected.counts(session, dataset, first, Choice()).total == 2
    found = affected.counts(session, dataset, second, Choice())
    assert (found.total, found.chosen, found.states[SampleState.APPROVED]) == (3, 3, 3)
    lines, more = affected.page(session, dataset, second, Choice())
    assert [line.version for line in lines] == [0, 0, 1]
    assert not more


def test_a_choice_narrows_by_decision_reason_corpus_and_words(
    session: Session, dataset: Dataset, experts: list[User], lead: User
) -> None:
    for name, word, decision, reason in [
        ("Leaflets", "aspirin", Decision.APPROVE, ""),
        ("Letters", "ibuprofen", Decision.REJECT, "harmful"),
        ("Letters", "aspirin", Decision.REJECT, "incomplete"),
    ]:
        corpus = session.scalar(select(Corpus).where(Corpus.name == name)) or factories.make_corpus(
            session, dataset, name
        )
        content = {"prompt": f"May I take {word}? {decision} {name}", "response": "Ask first."}
        factories.make_samples(session, corpus, [content], state=SampleState.QUEUED)
        slots.open_slots(session, dataset, select(Sample.id))
        answer(session, dataset, experts[0], decision, reason)
    version = guidelines.save(session, dataset, lead, "Aspirin is not for children.", 0)

    def chosen(**values: object) -> int:
        return affected.counts(session, dataset, version, Choice(**values)).chosen  # type: ignore[arg-type]

    letters = session.scalars(select(Corpus.id).where(Corpus.name == "Letters")).one()
    assert chosen(states=(SampleState.REJECTED,)) == 2
    assert chosen(reasons=("harmful",)) == 1
    assert chosen(corpora=(letters,)) == 2
    assert chosen(words="aspirin") == 2
    assert chosen(words="aspirin", corpora=(letters,)) == 1
    every = affected.counts(session, dataset, version, Choice())
    assert every.reasons == {"harmful": 1, "incomplete": 1}
    assert sorted(every.corpora.values()) == [("Leaflets", 1), ("Letters", 2)]


def test_exactly_those_go_back_and_get_n_answers_again_by_anyone(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    samples = queue(session, corpus, 3)
    decide(session, dataset, experts, 3)
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    made = requeuing.requeue(session, dataset, lead, version, Choice(), [samples[1].id])

    assert made.samples == 1
    assert states(session) == {SampleState.APPROVED: 2, SampleState.QUEUED: 1}
    assert session.scalar(select(func.count()).where(Slot.sample_id == samples[1].id)) == 2
    # Bob, who had answered, and Dan, who had not.
    for expert in (experts[0], experts[2]):
        review = answer(session, dataset, expert, Decision.REJECT, "harmful")
        assert (review.sample_id, review.counted) == (samples[1].id, True)
    assert session.get_one(Sample, samples[1].id).state is SampleState.REJECTED
    assert reviewing.next_slots(session, dataset, experts[1], 1) == []
    kept = session.scalars(select(Review).where(Review.sample_id == samples[1].id).order_by(Review.id)).all()
    assert [(one.counted, one.superseded_at is not None) for one in kept] == [
        (False, True), (False, True), (True, False), (True, False),
    ]  # fmt: skip
    (progress,) = requeuing.of(session, dataset)
    assert (progress.done, progress.requeue.samples, progress.version) == (1, 1, 1)


def test_taking_it_back_restores_the_exact_state(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    queue(session, corpus, 4)
    answer(session, dataset, experts[2], Decision.SKIP)
    decide(session, dataset, experts, 4)
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    before = session.scalar(text(STATE))

    made = requeuing.requeue(session, dataset, lead, version, Choice())
    reviewing.next_slots(session, dataset, experts[0], 2)  # one holds some of them at this moment
    assert session.scalar(text(STATE)) != before
    requeuing.undo(session, dataset, made.id)

    assert session.scalar(text(STATE)) == before
    with pytest.raises(Conflict):
        requeuing.undo(session, dataset, made.id)


def test_what_somebody_has_answered_since_stays(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    queue(session, corpus, 3)
    decide(session, dataset, experts, 3)
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    made = requeuing.requeue(session, dataset, lead, version, Choice())
    review = answer(session, dataset, experts[2], Decision.REJECT, "harmful")

    assert requeuing.undo(session, dataset, made.id).restored == 2
    assert states(session) == {SampleState.APPROVED: 2, SampleState.QUEUED: 1}
    session.refresh(review)
    assert review.counted
    assert requeuing.of(session, dataset)[0].stay == 1


def test_an_answer_on_a_sample_taken_back_from_the_hands_is_late(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    queue(session, corpus, 1)
    decide(session, dataset, experts, 1)
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    made = requeuing.requeue(session, dataset, lead, version, Choice())
    (slot,) = reviewing.next_slots(session, dataset, experts[2], 1)
    requeuing.undo(session, dataset, made.id)
    late = reviewing.submit(
        session, dataset, experts[2], slot.id, Decision.REJECT, idempotency_key="late-key-1", reason="harmful"
    )

    assert not late.review.counted
    assert session.scalars(select(Sample.state)).one() is SampleState.APPROVED
    assert set(session.scalars(select(Slot.state))) == {SlotState.DONE}


def test_an_old_answer_can_no_longer_be_taken_back_but_the_work_is_remembered(
    session: Session, dataset: Dataset, corpus: Corpus, experts: list[User], lead: User
) -> None:
    queue(session, corpus, 1)
    decide(session, dataset, experts, 1)
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    requeuing.requeue(session, dataset, lead, version, Choice())

    with pytest.raises(Conflict):
        reviewing.undo(session, dataset, experts[0])
    began = session.scalar(select(func.now() - func.make_interval(0, 0, 0, 1)))
    laid_out = desk.lay_out(session, dataset, experts[0], began)
    assert laid_out.today == 1
    assert laid_out.past == []
    assert laid_out.subject is not None


def test_nothing_chosen_is_refused(session: Session, dataset: Dataset, corpus: Corpus, lead: User) -> None:
    version = guidelines.save(session, dataset, lead, "New rule.", 0)
    with pytest.raises(Invalid):
        requeuing.requeue(session, dataset, lead, version, Choice(), [1])
