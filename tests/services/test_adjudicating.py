"""A lead decides what experts left open: what counts then, taking it back, and two leads at the same moment."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import db
from app.models import (
    Adjudication,
    AdjudicationHold,
    Cause,
    Dataset,
    Decision,
    Review,
    Revision,
    Sample,
    SampleState,
    SlotState,
    User,
)
from app.services import adjudicating, adjudication_holds, dispute, gold_plan, precedents, reviewing
from app.services.adjudicating import Outcome, Verdict
from app.services.errors import Conflict, Invalid, NotFound
from app.services.settling import settle
from tests import factories
from tests.services.test_reviewing_races import together

A, R, F = Decision.APPROVE, Decision.REJECT, Decision.FLAG


def queued(session: Session, dataset: Dataset, samples: int = 1) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), samples, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def answer(
    session: Session, dataset: Dataset, expert: User, sample: Sample, decision: Decision, **more: object
) -> Review:
    """Through the queue, as experts do: their next samples, and the one that is meant."""
    slot = next(one for one in reviewing.next_slots(session, dataset, expert, 50) if one.sample_id == sample.id)
    options = {"reason": "wrong" if decision is R else "", "comment": "Is the dose right?" if decision is F else ""}
    key = f"{expert.id} {slot.id} {decision} {session.scalar(select(func.count(Review.id)))}"
    outcome = reviewing.submit(session, dataset, expert, slot.id, decision, idempotency_key=key, **(options | more))  # type: ignore[arg-type]
    return outcome.review


@pytest.fixture
def pair(session: Session, dataset: Dataset) -> tuple[User, User]:
    dataset.reviews_per_sample = 2
    return factories.make_user(session, "Ann", specialty="pharmacy"), factories.make_user(session, "Ben")


@pytest.fixture
def lead(session: Session) -> User:
    return factories.make_user(session, "Lea")


def disagreed(session: Session, dataset: Dataset, pair: tuple[User, User]) -> tuple[Sample, Review, Review]:
    """Ann approved it with an edit, Ben rejected it."""
    sample = queued(session, dataset)[0]
    one = answer(session, dataset, pair[0], sample, A, edits={1: "Wash your hands for twenty seconds."}, seconds=108)
    other = answer(session, dataset, pair[1], sample, R, seconds=1.5, comment="No source")
    assert sample.state is SampleState.FLAGGED
    return sample, one, other


def verdict(outcome: Outcome, review: Review | None = None, **more: object) -> Verdict:
    return Verdict(outcome, Cause.GAP, review_id=review.id if review else None, **more)  # type: ignore[arg-type]


def test_taking_an_approved_answer_takes_its_words(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, one, _ = disagreed(session, dataset, pair)
    made = adjudicating.decide(
        session, dataset, lead, sample.id, verdict("take", one, note=" Both limits. "), "key 1 of lea"
    )
    assert (sample.state, sample.revision_id) == (SampleState.APPROVED, one.revision_id)
    assert (made.decision, made.review_id, made.note, made.cause) == (A, one.id, "Both limits.", Cause.GAP)


def test_taking_a_rejection_rejects(session: Session, dataset: Dataset, pair: tuple[User, User], lead: User) -> None:
    sample, _, other = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, sample.id, verdict("take", other), "key 1 of lea")
    assert (sample.state, sample.revision_id) == (SampleState.REJECTED, None)


@pytest.mark.parametrize(("outcome", "state"), [("approve", SampleState.APPROVED), ("reject", SampleState.REJECTED)])
def test_a_lead_may_decide_otherwise(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User, outcome: Outcome, state: SampleState
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, sample.id, verdict(outcome), "key 1 of lea")
    assert (sample.state, sample.revision_id) == (state, None)


def test_own_words_become_a_revision_of_the_lead(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, sample.id, verdict("own", edits={1: "Wash them well."}), "key 1 of lea")
    revision = session.get_one(Revision, sample.revision_id)
    assert (revision.author_id, revision.content["response"]) == (lead.id, "Wash them well.")
    assert sample.content["response"] != "Wash them well."


def test_own_words_that_change_nothing_are_refused(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    with pytest.raises(Invalid):
        adjudicating.decide(session, dataset, lead, sample.id, verdict("own", edits={1: sample.answer}), "key 1 of lea")
    assert session.scalar(select(func.count(Adjudication.id))) == 0


def test_a_decision_says_why_they_differed(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    with pytest.raises(Invalid):
        adjudicating.decide(session, dataset, lead, sample.id, Verdict("reject", None), "key 1 of lea")


def test_a_flag_cannot_be_taken_and_an_answer_of_another_sample_neither(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample = queued(session, dataset)[0]
    answer(session, dataset, pair[0], sample, A)
    flag = answer(session, dataset, pair[1], sample, F)
    _, elsewhere, _ = disagreed(session, dataset, pair)
    for review in (flag, elsewhere):
        with pytest.raises(Conflict):
            adjudicating.decide(session, dataset, lead, sample.id, verdict("take", review), f"key {review.id}")


def test_the_same_press_twice_is_one_decision(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    first = adjudicating.decide(session, dataset, lead, sample.id, verdict("reject"), "key 1 of lea")
    assert adjudicating.decide(session, dataset, lead, sample.id, verdict("reject"), "key 1 of lea") is first
    with pytest.raises(Conflict):
        adjudicating.decide(session, dataset, lead, sample.id, verdict("approve"), "key 2 of lea")
    with pytest.raises(NotFound):
        adjudicating.decide(
            session, factories.make_dataset(session), lead, sample.id, verdict("approve"), "key 3 of lea"
        )


def test_a_decision_is_taken_back_and_kept(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, one, _ = disagreed(session, dataset, pair)
    made = adjudicating.decide(session, dataset, lead, sample.id, verdict("take", one), "key 1 of lea")
    assert adjudicating.undo(session, dataset, lead) is made
    assert (sample.state, sample.revision_id, sample.decided_at) == (SampleState.FLAGGED, None, None)
    assert made.undone_at is not None
    assert adjudication_holds.next_sample(session, dataset, lead) == sample.id
    assert precedents.page(session, dataset, lead).precedents == []
    with pytest.raises(Conflict):
        adjudicating.undo(session, dataset, lead)


def test_a_colleague_s_decision_is_not_one_s_own_to_take_back(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, factories.make_user(session), sample.id, verdict("reject"), "key of another")
    with pytest.raises(Conflict):
        adjudicating.undo(session, dataset, lead)


def test_an_expert_cannot_overthrow_a_lead_by_undo(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, one, _ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, sample.id, verdict("reject"), "key 1 of lea")
    with pytest.raises(Conflict, match="A lead has decided"):
        reviewing.undo(session, dataset, pair[0], one.id)
    assert sample.state is SampleState.REJECTED
    adjudicating.undo(session, dataset, lead)
    assert reviewing.undo(session, dataset, pair[0], one.id).slot is not None
    assert sample.state is SampleState.QUEUED


def test_a_lead_s_decision_ends_when_experts_decide_the_sample_anew(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, sample.id, verdict("reject"), "key 1 of lea")
    assert adjudicating.of_sample(session, sample) is not None
    session.execute(
        text("UPDATE samples SET decided_at = clock_timestamp() + interval '1 s' WHERE id = :id"), {"id": sample.id}
    )
    assert adjudicating.of_sample(session, sample) is None
    assert precedents.page(session, dataset, lead).precedents == []


def test_answers_stand_side_by_side(session: Session, dataset: Dataset, pair: tuple[User, User]) -> None:
    sample, _, _ = disagreed(session, dataset, pair)
    found = dispute.of(session, sample.id)
    first, second = found.said
    assert (first.name, first.specialty, first.is_rushed, second.is_rushed) == ("Ann", "pharmacy", False, True)
    assert first.changes[0].after == "Wash your hands for twenty seconds."
    assert found.differs_on_decision
    assert not found.differs_on_words  # a rejection has no words to differ from
    assert found.words[1].text == "Wash your hands for twenty seconds."


def test_answers_to_questions_are_compared(session: Session, dataset: Dataset, pair: tuple[User, User]) -> None:
    sample = queued(session, dataset)[0]
    for expert, answers in zip(
        pair, ({"right": "yes", "tags": ["a"]}, {"right": "no", "tags": ["a"], "stars": 3}), strict=True
    ):
        answer(session, dataset, expert, sample, A).answers = answers
    session.flush()
    lines = {line.title: (line.answers, line.differs) for line in dispute.of(session, sample.id).questions}
    assert lines == {"Right": (["yes", "no"], True), "Tags": (["a", "a"], False), "Stars": (["", "3"], False)}


@pytest.mark.parametrize(("least", "state"), [(0.0, SampleState.APPROVED), (0.6, SampleState.FLAGGED)])
def test_the_same_decision_with_other_answers_may_go_to_a_lead(
    session: Session, dataset: Dataset, pair: tuple[User, User], least: float, state: SampleState
) -> None:
    gold_plan.change(session, dataset, gold_plan.GoldPlan(least_alike=least))
    sample = queued(session, dataset)[0]
    answer(session, dataset, pair[0], sample, A).answers = {"right": "yes", "source": "fully"}
    slot = next(one for one in reviewing.next_slots(session, dataset, pair[1]) if one.sample_id == sample.id)
    slot.state = SlotState.DONE
    second = Review(
        dataset_id=dataset.id,
        sample_id=sample.id,
        slot_id=slot.id,
        expert_id=pair[1].id,
        decision=A,
        answers={"right": "yes", "source": "partly"},
        idempotency_key="with answers",
    )
    session.add(second)
    session.flush()
    settle(session, sample)
    assert sample.state is state


def test_a_flag_of_a_single_expert_comes_with_its_question(session: Session, dataset: Dataset, lead: User) -> None:
    expert = factories.make_user(session)
    sample = queued(session, dataset)[0]
    answer(session, dataset, expert, sample, F, comment="Which unit is meant?")
    assert adjudication_holds.next_sample(session, dataset, lead) == sample.id
    assert dispute.of(session, sample.id).said[0].review.comment == "Which unit is meant?"


def test_two_leads_are_given_two_samples(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    first, second = (disagreed(session, dataset, pair)[0] for _ in range(2))
    other = factories.make_user(session)
    assert adjudication_holds.next_sample(session, dataset, lead) == first.id
    assert adjudication_holds.next_sample(session, dataset, other) == second.id
    assert adjudication_holds.next_sample(session, dataset, lead) == first.id  # a reload shows the same one
    assert adjudication_holds.next_sample(session, dataset, lead, after=first.id) is None  # a colleague has it
    session.execute(text("UPDATE adjudication_holds SET held_until = now() - interval '1 minute'"))
    assert adjudication_holds.next_sample(session, dataset, lead, after=first.id) == second.id
    assert session.scalars(select(AdjudicationHold.lead_id)).all() == [lead.id]


def test_precedents_are_found_by_words_of_the_sample_and_of_the_note(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    first, *_ = disagreed(session, dataset, pair)
    second, *_ = disagreed(session, dataset, pair)
    adjudicating.decide(
        session, dataset, lead, first.id, verdict("reject", note="Leaflets from abroad do not count"), "key 1 of lea"
    )
    adjudicating.decide(session, dataset, lead, second.id, verdict("approve"), "key 2 of lea")
    stranger = factories.make_user(session)

    def found(words: str = "", reader: User = stranger, **more: bool) -> list[int]:
        return [one.sample_id for one in precedents.page(session, dataset, reader, words=words, **more).precedents]

    assert found() == [second.id, first.id]
    assert found("leaflets abroad") == [first.id]
    assert found(second.question.split()[3]) == [second.id]  # its number stands in no other
    assert found("nothing like it") == []
    assert found(only_mine=True) == []
    assert found(reader=pair[0], only_mine=True) == [second.id, first.id]
    page = precedents.page(
        session, dataset, stranger, before=precedents.page(session, dataset, stranger).precedents[0].id
    )
    assert [one.sample_id for one in page.precedents] == [first.id]


def test_similar_ones_are_shown_for_one_s_own_answer_only(
    session: Session, dataset: Dataset, pair: tuple[User, User], lead: User
) -> None:
    decided, *_ = disagreed(session, dataset, pair)
    adjudicating.decide(session, dataset, lead, decided.id, verdict("reject", note="No source"), "key 1 of lea")
    similar = queued(session, dataset)[0]  # "What is step … of the plan?" as all samples of the factory
    mine = answer(session, dataset, pair[0], similar, A)
    found = precedents.like(session, dataset, pair[0], mine.id)
    assert found is not None
    assert [one.sample_id for one in found] == [decided.id]
    assert precedents.like(session, dataset, pair[1], mine.id) is None
    reviewing.undo(session, dataset, pair[0], mine.id)
    assert precedents.like(session, dataset, pair[0], mine.id) is None


class TestRaces:
    """Real transactions."""

    pytestmark = pytest.mark.usefixtures("database")

    def prepare(self, count: int) -> tuple[int, list[int], list[int]]:
        with db.transaction() as session:
            dataset = factories.make_dataset(session)
            corpus = factories.make_corpus(session, dataset)
            samples = factories.make_samples(session, corpus, count, state=SampleState.FLAGGED)
            leads = [factories.make_user(session).id for _ in range(2)]
            return dataset.id, [sample.id for sample in samples], leads

    def test_two_leads_on_one_sample_make_one_decision(self) -> None:
        dataset_id, samples, leads = self.prepare(40)

        def press(lead_id: int, sample_id: int, outcome: Outcome) -> bool:
            try:
                with db.transaction() as session:
                    dataset, lead = session.get_one(Dataset, dataset_id), session.get_one(User, lead_id)
                    adjudicating.decide(
                        session, dataset, lead, sample_id, verdict(outcome), f"{lead_id} {sample_id} key"
                    )
            except Conflict:
                return False
            return True

        for sample in samples:
            calls: list[Callable[[], object]] = [
                partial(press, leads[0], sample, "approve"),
                partial(press, leads[1], sample, "reject"),
            ]
            assert sorted(map(bool, together(*calls))) == [False, True]
        with db.transaction() as session:
            said = dict(session.execute(select(Adjudication.sample_id, Adjudication.decision)).all())
            assert len(said) == session.scalar(select(func.count(Adjudication.id))) == len(samples)
            states = dict(session.execute(select(Sample.id, Sample.state)).all())
            assert states == {sample: adjudicating.STATES[decision] for sample, decision in said.items()}

    def test_one_press_sent_five_times_at_once_is_one_decision(self) -> None:
        dataset_id, samples, leads = self.prepare(10)

        def press(sample_id: int) -> int:
            with db.transaction() as session:
                dataset, lead = session.get_one(Dataset, dataset_id), session.get_one(User, leads[0])
                return adjudicating.decide(
                    session, dataset, lead, sample_id, verdict("reject"), f"press {sample_id}"
                ).id

        for sample in samples:
            assert len(set(together(*[partial(press, sample)] * 5))) == 1

    def test_two_leads_who_ask_at_once_are_given_different_samples(self) -> None:
        dataset_id, samples, leads = self.prepare(4)

        def ask(lead_id: int) -> int | None:
            with db.transaction() as session:
                dataset, lead = session.get_one(Dataset, dataset_id), session.get_one(User, lead_id)
                return adjudication_holds.next_sample(session, dataset, lead)

        for _ in range(20):
            found = together(*[partial(ask, lead) for lead in leads])
            assert None not in found
            assert len(set(found)) == 2
            with db.transaction() as session:
                session.execute(text("DELETE FROM adjudication_holds"))
        assert samples

    def test_an_expert_s_undo_and_a_lead_s_decision_leave_one_of_both(self) -> None:
        """Whoever is second finds the sample changed: never a decided sample with an open place."""
        with db.transaction() as session:
            dataset = factories.make_dataset(session)
            expert, lead = factories.make_user(session).id, factories.make_user(session).id
            samples = [sample.id for sample in queued(session, dataset, 20)]
            for sample_id in samples:
                answer(session, dataset, session.get_one(User, expert), session.get_one(Sample, sample_id), F)
            dataset_id = dataset.id
            reviews = dict(session.execute(select(Review.sample_id, Review.id)).all())

        def undo(sample_id: int) -> bool:
            try:
                with db.transaction() as session:
                    who = session.get_one(User, expert)
                    reviewing.undo(session, session.get_one(Dataset, dataset_id), who, reviews[sample_id])
            except Conflict:
                return False
            return True

        def decide(sample_id: int) -> bool:
            try:
                with db.transaction() as session:
                    dataset, who = session.get_one(Dataset, dataset_id), session.get_one(User, lead)
                    adjudicating.decide(session, dataset, who, sample_id, verdict("approve"), f"press {sample_id}")
            except Conflict:
                return False
            return True

        for sample in samples:
            undone, decided = together(partial(undo, sample), partial(decide, sample))
            assert [undone, decided].count(True) == 1
            with db.transaction() as session:
                state = session.get_one(Sample, sample).state
                assert state is (SampleState.QUEUED if undone else SampleState.APPROVED)
