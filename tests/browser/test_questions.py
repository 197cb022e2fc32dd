"""Questions and turns on the desk in a real browser: by keys alone, by mouse, with drafts, and without any script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import db
from app.curation.rubric import loaded
from app.curation.sample import Form
from app.models import Dataset, Decision, Review, Revision, Role, Sample, SampleState
from app.services import reviewing, rubrics, sign_ins, suggesting
from tests import factories
from tests.browser.test_desk import Desk, Serving, all_saved, chromium, desk, on_desk, open_page, stored

__all__ = ["chromium", "desk", "open_page"]

ADVICE = {"kind": "single", "key": "advice", "title": "Is the advice right?", "options": ["Right", "Small error", "Harmful"]}
FAULTS = {"kind": "multi", "key": "faults", "title": "What is wrong?", "options": ["Fact", "Tone"], "when": "advice", "when_is": ["Small error"]}
GOOD = {"kind": "rating", "key": "good", "title": "How good?", "low": 1, "high": 4, "required": False}
ORDER = {"kind": "ranking", "key": "order", "title": "Which first?", "options": ["Style", "Facts"], "required": False}
NOTE = {"kind": "text", "key": "note", "title": "Anything else?", "required": False}
MARKS = {"kind": "span", "key": "marks", "title": "Mark what is wrong", "options": ["Wrong", "Private"], "required": False}
EACH = {"kind": "single", "key": "each", "title": "Is this answer good?", "options": ["Good", "Bad"], "per_turn": "assistant"}


def talk(number: int) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": f"Question {number}?"},
            {"role": "assistant", "content": f"Answer {number} begins. Human: And then?"},
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "So it is."},
        ]
    }


@pytest.fixture
def talks(database: str) -> Iterator[Desk]:
    """A running Winnow with three conversations on Bob's desk."""
    with db.transaction() as session:
        dataset, bob = factories.make_dataset(session), factories.make_user(session, "Bob")
        factories.join(session, dataset, bob, Role.EXPERT)
        corpus = factories.make_corpus(session, dataset)
        factories.make_samples(session, corpus, [talk(n) for n in range(3)], form=Form.CHAT, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        token, dataset_id = sign_ins.start(session, bob), dataset.id
    with Serving() as origin:
        yield Desk(origin, dataset_id, token, [f"Answer {number} begins" for number in range(3)])


@pytest.fixture
def open_talks(chromium: Any, talks: Desk) -> Iterator[Callable[..., Page]]:
    yield from open_page.__wrapped__(chromium, talks)  # type: ignore[attr-defined]


def ask(desk: Desk, *stored: dict[str, Any]) -> None:
    with db.transaction() as session:
        dataset = session.get_one(Dataset, desk.dataset_id)
        rubrics.save(session, dataset, factories.make_user(session), loaded(stored), 0)


def printed(page: Page, question: str, answer: str) -> str:
    """The key that is printed on an answer."""
    group = page.get_by_role("group", name=question)
    return group.locator("label, button").filter(has_text=answer).filter(visible=True).locator("kbd").last.inner_text().lower()


def test_questions_are_answered_by_the_keys_printed_on_them(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE, FAULTS, GOOD, ORDER, NOTE)
    page = open_page()
    expect(page.get_by_role("group", name="What is wrong?")).to_be_hidden()
    page.keyboard.press(printed(page, "Is the advice right?", "Small error"))
    expect(page.get_by_role("group", name="What is wrong?")).to_be_visible()
    for question, answer in [("What is wrong?", "Tone"), ("What is wrong?", "Fact"), ("How good?", "4"),
                             ("Which first?", "Facts"), ("Which first?", "Style")]:  # fmt: skip
        if question == "Which first?":
            place = page.get_by_role("button", name=f"Next place to {answer}")
            page.keyboard.press(place.locator("kbd").inner_text().lower())
        else:
            page.keyboard.press(printed(page, question, answer))
    page.keyboard.press(printed(page, "Anything else?", "Write"))
    page.keyboard.type("a1q")
    page.keyboard.press("Escape")
    page.locator("body").press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    on_desk(page, desk, 1)

    all_saved(page)
    assert stored(Review.answers) == [
        ({"advice": "Small error", "faults": ["Fact", "Tone"], "good": 4, "order": [["Facts"], ["Style"]], "note": "a1q"},)
    ]
    expect(page.locator("[data-question] input:checked")).to_have_count(0)


def test_plain_decision_with_one_question_is_two_presses(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE)
    page = open_page()
    for number in range(1, 4):
        page.keyboard.press("1")
        page.keyboard.press("a")
        on_desk(page, desk, number)

    all_saved(page)
    assert stored(Review.answers, Review.decision) == [({"advice": "Right"}, Decision.APPROVE)] * 3


def test_same_key_takes_the_answer_back(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE | {"required": False})
    page = open_page()
    page.keyboard.press("2")
    page.keyboard.press("3")
    expect(page.locator("[data-question] input:checked")).to_have_value("Harmful")
    page.keyboard.press("3")
    expect(page.locator("[data-question] input:checked")).to_have_count(0)


def test_digits_belong_to_the_open_panel(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE)
    page = open_page()
    page.keyboard.press("3")
    page.keyboard.press("r")
    page.keyboard.press("2")
    on_desk(page, desk, 1)
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("[data-question] input:checked")).to_have_value("Right")

    all_saved(page)
    assert stored(Review.decision, Review.reason, Review.answers) == [(Decision.REJECT, "harmful", {"advice": "Harmful"})]


def test_missing_answer_is_told_and_nothing_is_sent(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, GOOD, ADVICE)
    page = open_page()
    page.keyboard.press("a")

    group = page.get_by_role("group", name="Is the advice right?")
    expect(group.get_by_role("alert")).to_have_text("This is not answered yet, so nothing was saved. Answer it, then press again.")
    expect(page.get_by_role("radio", name="Right")).to_be_focused()
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    assert stored(Review.id) == []
    page.keyboard.press(printed(page, "Is the advice right?", "Right"))
    expect(group.get_by_role("alert")).to_be_hidden()
    page.keyboard.press("a")
    on_desk(page, desk, 1)


def test_question_that_is_hidden_is_not_missed(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE, FAULTS)
    page = open_page()
    page.keyboard.press("2")
    page.keyboard.press(printed(page, "What is wrong?", "Fact"))
    page.keyboard.press("1")
    expect(page.get_by_role("group", name="What is wrong?")).to_be_hidden()
    page.keyboard.press("a")
    on_desk(page, desk, 1)

    all_saved(page)
    assert stored(Review.answers) == [({"advice": "Right"},)]


def test_skip_and_flag_ask_for_nothing(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE)
    page = open_page()
    page.keyboard.press("s")
    on_desk(page, desk, 1)
    page.keyboard.press("f")
    page.keyboard.type("Look?")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 2)

    all_saved(page)
    assert stored(Review.decision, Review.comment) == [(Decision.SKIP, ""), (Decision.FLAG, "Look?")]


@pytest.mark.parametrize("has_script", [True, False])
def test_enter_in_a_field_decides_nothing(desk: Desk, open_page: Callable[..., Page], has_script: bool) -> None:
    ask(desk, ADVICE, GOOD | {"high": 50})
    page = open_page(java_script_enabled=has_script)
    page.get_by_role("radio", name="Right").focus()
    page.keyboard.press("Enter")
    page.locator("#a-good-in").fill("30")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    on_desk(page, desk, 0)
    assert stored(Review.id) == []


def test_answers_survive_a_reload_and_the_way_to_the_editor(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE, FAULTS, ORDER, NOTE)
    page = open_page()
    page.keyboard.press("2")
    page.keyboard.press(printed(page, "What is wrong?", "Tone"))
    page.locator("#a-order-1").select_option("1")
    page.locator("#a-note-in").fill("Ask a nurse")
    page.reload()
    expect(page.get_by_role("radio", name="Small error")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tone")).to_be_checked()
    expect(page.locator("#a-order-1")).to_have_value("1")
    expect(page.locator("#a-note-in")).to_have_value("Ask a nurse")
    page.keyboard.press("e")
    expect(page.locator(".turn.open textarea")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Tone")).to_be_checked()
    page.locator("#a-order-0").select_option("1")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 1)

    all_saved(page)
    assert stored(Review.answers)[0][0]["order"] == [["Style", "Facts"]]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('winnow-draft'))") == []
    expect(page.locator("[data-question] input:checked")).to_have_count(0)


SELECT = """([words]) => {
  const root = [...document.querySelectorAll("#desk [data-words]")].at(-1);
  const node = [...root.childNodes].find((one) => one.data?.includes(words));
  const range = document.createRange();
  range.setStart(node, node.data.indexOf(words));
  range.setEnd(node, node.data.indexOf(words) + words.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_words_are_marked_by_selection_and_key_and_unmarked_by_keyboard(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    ask(desk, MARKS)
    page = open_page()
    page.keyboard.press("1")
    expect(page.locator("#a-marks").get_by_role("alert")).to_contain_text("Select words in the sample first")
    page.evaluate(SELECT, ["wash your hands "])
    page.keyboard.press("1")
    expect(page.locator("mark.labelled")).to_have_text("wash your hands")
    page.get_by_label("Select words in the sample, or type them here").fill("count to")
    page.get_by_role("button", name="Private").press("Enter")
    expect(page.locator("mark.labelled")).to_have_count(2)
    page.evaluate(SELECT, ["Step"])
    page.keyboard.press("2")
    expect(page.locator("mark.labelled")).to_have_count(3)
    page.get_by_role("button", name="Remove the mark Private from “Step”").press("Enter")
    expect(page.locator("mark.labelled")).to_have_count(2)
    page.reload()
    expect(page.locator("mark.labelled")).to_have_count(2)
    page.keyboard.press("a")
    on_desk(page, desk, 1)

    start, other = desk.answers[0].index("wash"), desk.answers[0].index("count")
    all_saved(page)
    assert stored(Review.answers)[0][0]["marks"] == [
        {"path": ["response"], "start": start, "end": start + 15, "label": "Wrong"},
        {"path": ["response"], "start": other, "end": other + 8, "label": "Private"},
    ]


def test_words_are_marked_with_the_mouse_behind_signs_that_count_twice(database: str, chromium: Any) -> None:
    with db.transaction() as session:
        dataset, bob = factories.make_dataset(session), factories.make_user(session, "Bob")
        factories.join(session, dataset, bob, Role.EXPERT)
        content = {"prompt": "Why?", "response": "👩‍⚕️\u200b\u200b 🤧 amoxicillin now"}
        factories.make_samples(session, factories.make_corpus(session, dataset), [content], state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        rubrics.save(session, dataset, bob, loaded([MARKS]), 0)
        token, dataset_id = sign_ins.start(session, bob), dataset.id
    with Serving() as origin:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "winnow", "value": token, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/datasets/{dataset_id}/review")
        box = page.evaluate("""() => {
          const node = [...document.querySelectorAll("#desk [data-words]")].at(-1).lastChild;
          const range = document.createRange();
          range.setStart(node, node.data.indexOf("amoxicillin"));
          range.setEnd(node, node.data.indexOf("amoxicillin") + 11);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x, y, width, height };
        }""")
        page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.get_by_role("button", name="Wrong").click()
        expect(page.locator("mark.labelled")).to_have_text("amoxicillin")
        page.keyboard.press("a")
        all_saved(page)
        context.close()

    start = content["response"].index("amoxicillin")
    assert stored(Review.answers) == [({"marks": [{"path": ["response"], "start": start, "end": start + 11, "label": "Wrong"}]},)]


def test_keys_move_on_from_turn_to_turn(talks: Desk, open_talks: Callable[..., Page]) -> None:
    ask(talks, EACH)
    page = open_talks()
    page.keyboard.press("1")
    expect(page.locator("#a-each-1 input:checked")).to_have_value("Good")
    expect(page.locator("#a-each-1 kbd")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator("#a-each-3").get_by_role("alert")).to_contain_text("not answered yet")
    page.keyboard.press("2")
    expect(page.locator("#a-each-3 input:checked")).to_have_value("Bad")
    page.keyboard.press("a")
    on_desk(page, talks, 1)

    all_saved(page)
    assert stored(Review.answers) == [({"each": {"1": "Good", "3": "Bad"}},)]


def test_suggestion_opens_after_the_vote_and_the_answer_can_be_changed(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE)
    with db.transaction() as session:
        dataset = session.get_one(Dataset, desk.dataset_id)
        ids = session.scalars(select(Sample.id).order_by(Sample.id)).all()
        suggesting.load(session, dataset, [b'{"id": %d, "question": "advice", "value": "Harmful", "source": "a model"}' % ids[0]])
    page = open_page()
    expect(page.locator("#desk")).not_to_contain_text("a model")
    page.keyboard.press("1")
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    expect(page.locator(".revealed")).to_contain_text("a model: Harmful, you: Right")
    page.get_by_role("button", name="Look at it again").click()
    on_desk(page, desk, 0)
    expect(page.locator(".suggests")).to_contain_text("a model says: Harmful")
    expect(page.get_by_role("radio", name="Right")).to_be_checked()
    page.keyboard.press("3")
    page.keyboard.press("a")
    on_desk(page, desk, 1)

    all_saved(page)
    assert stored(Review.answers, Review.suggestions_shown) == [({"advice": "Right"}, False), ({"advice": "Harmful"}, True)]


def test_turns_are_split_at_the_cursor_and_added(talks: Desk, open_talks: Callable[..., Page]) -> None:
    page = open_talks()
    page.goto(f"{talks.url}?edit=1")
    area = page.locator("#text-1")
    area.fill("Answer 0 begins. 👍 Human: And then?")
    area.evaluate("area => area.setSelectionRange(20, 20)")  # behind the thumb, which counts twice here
    page.get_by_role("button", name="Split turn 2 at the cursor").click()
    expect(page.locator("#text-1")).to_have_value("Answer 0 begins. 👍")
    expect(page.locator("#text-2")).to_have_value("Human: And then?")
    expect(page.locator("#text-2")).to_be_focused()
    page.locator("#text-2").fill("And then?")
    page.locator("#role-2").select_option("user")
    page.reload()
    expect(page.locator("#text-2")).to_have_value("And then?")
    expect(page.locator("#role-2")).to_have_value("user")
    page.get_by_role("button", name="Add a turn after this (turn 3)").click()
    expect(page.locator("#role-3")).to_have_value("assistant")
    expect(page.locator("#text-3")).to_be_focused()
    page.keyboard.type("Then you rest.")
    page.keyboard.press("Control+Enter")
    on_desk(page, talks, 1)

    all_saved(page)
    with db.transaction() as session:
        messages = session.scalars(select(Revision.content)).one()["messages"]
        assert session.scalars(select(Sample.content).order_by(Sample.id)).first() == talk(0)
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "Question 0?"), ("assistant", "Answer 0 begins. 👍"), ("user", "And then?"),
        ("assistant", "Then you rest."), ("user", "Why?"), ("assistant", "So it is."),
    ]  # fmt: skip
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('winnow-draft'))") == []


def test_conversation_that_is_none_is_told_and_kept(talks: Desk, open_talks: Callable[..., Page]) -> None:
    page = open_talks()
    page.keyboard.press("e")
    page.get_by_role("button", name="Remove turn 4").click()
    expect(page.locator(".turn.gone")).to_contain_text("So it is.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#alerts")).to_contain_text("must end with an answer")
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(page.locator(".turn.gone")).to_have_count(0)
    page.get_by_role("button", name="Remove turn 4").click()
    page.get_by_role("button", name="All turns back to the original").click()
    expect(page.locator("#text-3")).to_have_value("So it is.")
    page.reload()
    expect(page.locator("#text-3")).to_have_value("So it is.")
    assert stored(Review.id) == []


def test_everything_works_without_script(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk, ADVICE, FAULTS, MARKS)
    page = open_page(java_script_enabled=False)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".desk-notes")).to_contain_text("“Is the advice right?” is not answered yet.")
    page.get_by_role("radio", name="Small error").check()
    page.get_by_role("checkbox", name="Fact").check()
    page.get_by_label("Wrong (copy the words here").fill("wash your hands")
    page.locator("summary", has_text="Reject").click()
    page.get_by_role("button", name="Could do harm").click()
    on_desk(page, desk, 1)

    start = desk.answers[0].index("wash")
    assert stored(Review.reason, Review.answers) == [
        ("harmful", {"advice": "Small error", "faults": ["Fact"], "marks": [{"path": ["response"], "start": start, "end": start + 15, "label": "Wrong"}]})
    ]
