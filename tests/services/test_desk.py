"""What the desk shows beside the sample: today's count, the last answers, and what is left of an answer taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Review, Sample, SampleState, User
from app.services import desk, reviewing
from app.services.errors import NotFound
from tests import factories
from tests.services.test_reviewing import answer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Bob")


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 6, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def test_today_counts_decisions_that_stand(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    for decision in (Decision.APPROVE, Decision.REJECT, Decision.SKIP, Decision.APPROVE):
        answer(session, dataset, expert, decision, reason="wrong")
    reviewing.undo(session, dataset, expert)

    assert desk.lay_out(session, dataset, expert, LONG_AGO).today == 2
    assert desk.lay_out(session, dataset, expert, datetime.now(UTC) + timedelta(hours=1)).today == 0


def test_yesterday_is_not_today(session: Session, dataset: Dataset, expert: User, samples: list[Sample]) -> None:
    reviews = [answer(session, dataset, expert).review.id for _ in range(3)]
    session.execute(update(Review).where(Review.id.in_(reviews[:2])).values(created_at=LONG_AGO))

    assert desk.lay_out(session, dataset, expert, LONG_AGO + timedelta(days=1)).today == 1
    assert desk.lay_out(session, dataset, expert, LONG_AGO - timedelta(days=1)).today == 3


def test_last_answers_come_newest_first(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    for decision in (Decision.APPROVE, Decision.REJECT, Decision.SKIP, Decision.APPROVE):
        answer(
            session,
            dataset,
            expert,
            decision,
            reason="wrong",
            edits={1: "Better."} if decision is Decision.APPROVE else None,
        )

    past = desk.lay_out(session, dataset, expert, LONG_AGO).past

    assert [(one.decision, one.was_edited) for one in past] == [
        (Decision.APPROVE, True), (Decision.SKIP, False), (Decision.REJECT, False), (Decision.APPROVE, True),
    ]  # fmt: skip
    assert past[0].words == samples[3].question


def test_colleagues_answers_are_not_shown(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    answer(session, dataset, factories.make_user(session))

    laid_out = desk.lay_out(session, dataset, expert, LONG_AGO)

    assert (laid_out.past, laid_out.today, laid_out.saved_at) == ([], 0, None)


def test_edit_taken_back_waits_in_the_editor(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    answer(session, dataset, expert, edits={0: "Asked better?", 1: samples[0].answer})
    reviewing.undo(session, dataset, expert)

    subject = desk.lay_out(session, dataset, expert, LONG_AGO).subject

    assert subject is not None
    assert (subject.sample.id, subject.drafts) == (samples[0].id, {0: "Asked better?"})


def test_comment_taken_back_waits_in_the_form(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    answer(session, dataset, expert, Decision.FLAG, comment="For adults?")
    reviewing.undo(session, dataset, expert)

    subject = desk.lay_out(session, dataset, expert, LONG_AGO).subject

    assert subject is not None
    assert subject.comment == "For adults?"


def test_original_of_a_piece_is_found_in_its_own_dataset_only(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert)[0]

    assert desk.original(session, dataset, slot.id, 1) == samples[0].answer
    for place, number in ((dataset, 2), (factories.make_dataset(session), 1)):
        with pytest.raises(NotFound):
            desk.original(session, place, slot.id, number)
