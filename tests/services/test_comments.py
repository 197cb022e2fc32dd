"""Questions about samples: who is asked, who may read them, how they end, and that none is said twice."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Comment, Dataset, Decision, Review, Role, Sample, SampleState, SlotState, User
from app.services import comments, precedents, reviewing, threads
from app.services.comments import Span
from app.services.errors import Conflict, Forbidden, Invalid, NotFound
from tests import factories


@pytest.fixture
def people(session: Session, dataset: Dataset) -> dict[str, User]:
    found = {}
    for name, role in [
        ("Bob Stone", Role.EXPERT),
        ("Carol Reed", Role.EXPERT),
        ("Dan Reed", Role.EXPERT),
        ("Lena", Role.LEAD),
    ]:
        found[name.split()[0].lower()] = user = factories.make_user(session, name)
        factories.join(session, dataset, user, role)
    return found


@pytest.fixture
def sample(session: Session, dataset: Dataset) -> Sample:
    content = {"prompt": "Is *this* right?", "response": "Take **48** mg, then rest."}
    return factories.make_samples(
        session, factories.make_corpus(session, dataset), [content], state=SampleState.QUEUED
    )[0]


def vote(session: Session, sample: Sample, person: User, **values: object) -> Review:
    return factories.make_review(session, sample, person, Decision.APPROVE, **values)  # type: ignore[arg-type]


def test_a_question_about_selected_words(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    # "48 mg" is what a browser shows of "**48** mg": four letters and digits after the four of "Take".
    comments.ask(session, dataset, people["bob"], sample.id, "In a day?", to="Carol Reed", span=Span(1, 4, 4))
    (thread,) = threads.beside(session, dataset, people["bob"], sample.id)
    assert (thread.quote, thread.asked, thread.is_question) == ("48** mg", ["Carol Reed"], True)


@pytest.mark.parametrize("span", [Span(9, 0, 2), Span(1, 0, 500), Span(1, 300, 2), Span(1, 0, 0)])
def test_words_that_are_not_there_are_refused(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample, span: Span
) -> None:
    with pytest.raises(Invalid):
        comments.ask(session, dataset, people["bob"], sample.id, "In a day?", span=span)


@pytest.mark.parametrize(("to", "text", "named"), [
    ("carol reed", "Right?", ["carol"]),
    ("Carol, @Dan", "Right?", ["carol", "dan"]),
    ("", "Is it right, @Carol Reed?", ["carol"]),
    ("", "@lena: or @dan.", ["dan", "lena"]),
    ("", "mail a@reed.example, @reed and @nobody", []),
    ("Bob Stone", "I ask myself", []),
])  # fmt: skip
def test_people_are_named_in_the_list_or_in_the_text(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample, to: str, text: str, named: list[str]
) -> None:
    made = comments.ask(session, dataset, people["bob"], sample.id, text, to=to)
    assert made.mentions == sorted(people[name].id for name in named)


@pytest.mark.parametrize("to", ["Charlie", "Reed"])
def test_a_name_that_nobody_or_more_than_one_has_is_refused(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample, to: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        comments.ask(session, dataset, people["bob"], sample.id, "Right?", to=to)
    assert refusal.value.field == "to"


def test_the_same_press_twice_is_one_comment(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    first, second = (
        comments.ask(session, dataset, people["bob"], sample.id, "Right?", key="press-number-1") for _ in range(2)
    )
    assert first.id == second.id
    assert session.scalar(select(func.count()).select_from(Comment)) == 1
    with pytest.raises(Invalid):
        comments.ask(session, dataset, people["carol"], sample.id, "Right?", key="press-number-1")


def test_nothing_steers_who_has_not_voted(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    asked = comments.ask(session, dataset, people["bob"], sample.id, "Right?", to="Carol")

    def reads(name: str) -> bool:
        return bool(threads.beside(session, dataset, people[name], sample.id))

    assert [reads(name) for name in ("bob", "carol", "dan", "lena")] == [True, True, False, True]
    with pytest.raises(NotFound):
        comments.answer(session, dataset, people["dan"], asked.id, "I think so.")
    review = vote(session, sample, people["dan"])
    assert reads("dan")
    comments.answer(session, dataset, people["dan"], asked.id, "I think so.")
    review.undone_at = func.now()
    session.flush()
    assert reads("dan"), "he takes part in it now"


def test_a_skip_or_an_answer_taken_back_opens_nothing(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    comments.ask(session, dataset, people["bob"], sample.id, "Right?")
    factories.make_review(session, sample, people["dan"], Decision.SKIP)
    assert threads.beside(session, dataset, people["dan"], sample.id) == []
    assert not threads.has_voted(session, people["dan"], sample.id)
    vote(session, sample, people["carol"], number=2, undone_at=func.now())
    assert threads.beside(session, dataset, people["carol"], sample.id) == []
    vote(session, sample, people["carol"], number=3)
    assert threads.has_voted(session, people["carol"], sample.id)


def test_an_answer_in_a_colleagues_place_opens_nothing(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    bobs = factories.make_slot(session, sample, state=SlotState.LEASED, expert=people["bob"])
    comments.ask(session, dataset, people["bob"], sample.id, "Is it 42 mg?")
    sent = reviewing.submit(
        session, dataset, people["dan"], bobs.id, Decision.APPROVE, idempotency_key="dan-was-not-asked"
    )
    assert not sent.review.counted
    assert threads.beside(session, dataset, people["dan"], sample.id) == []
    assert not threads.has_voted(session, people["dan"], sample.id)
    assert precedents.like(session, dataset, people["dan"], sent.review.id) is None


def test_what_waits_for_one_goes_to_and_fro(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    def waiting() -> list[int]:
        return [threads.waiting(session, dataset.id, people[name].id) for name in ("bob", "carol", "lena")]

    asked = comments.ask(session, dataset, people["bob"], sample.id, "Right?", to="Carol")
    assert waiting() == [0, 1, 0]
    comments.answer(session, dataset, people["carol"], asked.id, "Yes. @Lena?")
    assert waiting() == [1, 0, 1]
    comments.resolve(session, dataset, people["bob"], asked.id)
    assert waiting() == [0, 0, 0]
    comments.reopen(session, dataset, people["lena"], asked.id)
    assert waiting() == [1, 0, 1]


def test_who_asked_or_a_lead_closes_a_question(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    asked = comments.ask(session, dataset, people["bob"], sample.id, "Right?", to="Carol")
    is_open = select(threads.open_question()).where(Sample.id == sample.id)
    assert session.scalar(is_open) is True
    with pytest.raises(Forbidden):
        comments.resolve(session, dataset, people["carol"], asked.id)
    comments.resolve(session, dataset, people["lena"], asked.id)
    assert session.scalar(is_open) is False
    (thread,) = threads.page(session, dataset, people["bob"]).threads
    assert thread.resolved_by == "Lena"


def test_one_s_own_words_can_be_deleted_while_they_are_young_and_unanswered(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    asked = comments.ask(session, dataset, people["bob"], sample.id, "Right?", to="Carol")
    answered = comments.answer(session, dataset, people["carol"], asked.id, "Yes.")
    with pytest.raises(NotFound):
        comments.delete(session, dataset, people["carol"], asked.id)
    with pytest.raises(Conflict):
        comments.delete(session, dataset, people["bob"], asked.id)
    comments.delete(session, dataset, people["carol"], answered.id)
    session.execute(update(Comment).values(created_at=func.now() - threads.REGRET - threads.REGRET))
    with pytest.raises(Conflict):
        comments.delete(session, dataset, people["bob"], asked.id)
    assert session.scalars(select(Comment.text)).all() == ["Right?"]


def test_lists_begin_with_open_questions_and_go_on_by_key(
    session: Session, dataset: Dataset, people: dict[str, User], sample: Sample
) -> None:
    bob = people["bob"]
    first = comments.ask(session, dataset, bob, sample.id, "First?")
    for number in range(threads.PAGE + 3):
        comments.ask(session, dataset, bob, sample.id, f"Note {number}", is_question=False)
    last = comments.ask(session, dataset, people["lena"], sample.id, "@Bob, last?")
    comments.resolve(session, dataset, people["lena"], last.id)

    one = threads.page(session, dataset, people["lena"])
    two = threads.page(session, dataset, people["lena"], after=one.next)
    seen = [thread.id for thread in [*one.threads, *two.threads]]
    assert (seen[0], seen[1], len(seen), len(set(seen)), two.next) == (first.id, last.id, 25, 25, "")
    assert threads.counts(session, dataset, people["lena"]) == threads.Counts(all=25, open=1, mine=1, for_me=0)
    assert threads.counts(session, dataset, bob) == threads.Counts(all=25, open=1, mine=24, for_me=1)
    assert [one.id for one in threads.page(session, dataset, bob, "for_me").threads] == [last.id]
    assert threads.counts(session, dataset, people["carol"]).all == 0
