"""The desk in a real browser: by keyboard alone, with drafts, with a broken connection, and without any script."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import func, select, update

from app import db
from app.main import create_app
from app.models import Dataset, Decision, Review, Revision, Role, Sample, SampleState, Slot
from app.services import reviewing, sign_ins
from tests import factories

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Desk:
    """A running Winnow with six samples on Bob's desk."""

    origin: str
    dataset_id: int
    token: str
    answers: list[str]

    @property
    def url(self) -> str:
        return f"{self.origin}/datasets/{self.dataset_id}/review"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM") or "chromium", "chromium-browser"])), None)
    if found is None:
        pytest.fail("Browser tests need Chromium; `make test` installs it.")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    with db.transaction() as session:
        dataset = factories.make_dataset(session, "Primary care answers")
        bob = factories.make_user(session, "Bob")
        factories.join(session, dataset, bob, Role.EXPERT)
        corpus = factories.make_corpus(session, dataset)
        samples = factories.make_samples(session, corpus, 6, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        token, dataset_id, answers = sign_ins.start(session, bob), dataset.id, [sample.answer for sample in samples]
    with Serving() as origin:
        yield Desk(origin, dataset_id, token, answers)


class Serving:
    """The application on a free port of this machine, or on one that was used before."""

    def __init__(self, port: int = 0) -> None:
        self.port = port

    def __enter__(self) -> str:
        self.server = uvicorn.Server(uvicorn.Config(create_app(), port=self.port, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)


@pytest.fixture
def open_page(chromium: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Opens Bob's desk in a new window. Whatever the page complains about fails the test."""
    complaints: list[str] = []

    def open_it(**options: Any) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, **options)
        context.add_cookies([{"name": "winnow", "value": desk.token, "url": desk.origin}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
        page.goto(desk.url)
        return page

    yield open_it
    for context in chromium.contexts:
        context.close()
    assert complaints == []


def stored(*columns: Any) -> list[Any]:
    """What the database holds of all answers, oldest first."""
    with db.transaction() as session:
        return [tuple(row) for row in session.execute(select(*columns).select_from(Review).order_by(Review.id))]


def on_desk(page: Page, desk: Desk, number: int) -> None:
    expect(page.locator("article.sample")).to_contain_text(desk.answers[number])


def all_saved(page: Page) -> None:
    """Wait until the server has confirmed everything: the next sample is on the desk before that."""
    expect(page.locator(".saved")).to_contain_text(re.compile("Saved|Taken back"))
    page.wait_for_function("() => !Winnow.outbox.waiting().length")


def test_a_morning_with_the_keyboard_alone(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    on_desk(page, desk, 0)
    page.wait_for_timeout(300)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    page.keyboard.press("r")
    page.keyboard.press("2")
    on_desk(page, desk, 2)
    page.keyboard.press("s")
    on_desk(page, desk, 3)
    page.keyboard.press("f")
    page.keyboard.type("Is a count of 4 enough?")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 4)
    page.keyboard.press("e")
    expect(page.locator(".turn.open textarea")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ask a nurse.")
    expect(page.locator(".diff ins")).to_have_text(" Ask a nurse.")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 5)
    expect(page.locator(".today")).to_have_text("4 today")
    all_saved(page)

    assert stored(Review.decision, Review.reason, Review.comment) == [
        (Decision.APPROVE, "", ""),
        (Decision.REJECT, "harmful", ""),
        (Decision.SKIP, "", ""),
        (Decision.FLAG, "", "Is a count of 4 enough?"),
        (Decision.APPROVE, "", ""),
    ]
    spent = [seconds for (seconds,) in stored(Review.seconds)]
    assert all(seconds is not None and 0 <= seconds < 60 for seconds in spent)
    assert spent[0] >= 0.3
    with db.transaction() as session:
        assert session.scalars(select(Revision.content)).one()["response"] == f"{desk.answers[4]} Ask a nurse."


def test_undo_walks_back_and_brings_each_sample(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    for number in (1, 2, 3):
        page.keyboard.press("a")
        on_desk(page, desk, number)
    for number in (2, 1, 0):
        page.keyboard.press("z")
        on_desk(page, desk, number)
    expect(page.locator(".today")).to_have_text("0 today")
    page.keyboard.press("r")
    page.keyboard.press("1")
    on_desk(page, desk, 1)
    all_saved(page)

    with db.transaction() as session:
        states = session.scalars(select(Sample.state).order_by(Sample.id)).all()
    assert states == [SampleState.REJECTED, *[SampleState.QUEUED] * 5]


def test_keys_rest_while_typing_and_escape_leaves_one_thing_at_a_time(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.keyboard.press("r")
    panel = page.locator("details.ask[open]")
    page.locator("#reject-comment").focus()
    page.keyboard.type("raze 1 as fez")
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()
    expect(page.locator("#reject-comment")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.keyboard.press("g")
    expect(page.locator("#guidelines")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#guidelines")).to_be_hidden()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+s")

    on_desk(page, desk, 0)
    assert stored(Review.id) == []
    page.keyboard.press("r")
    page.keyboard.press("3")
    on_desk(page, desk, 1)
    all_saved(page)
    assert stored(Review.reason, Review.comment) == [("incomplete", "raze 1 as fez")]


def test_a_key_does_not_move_the_page(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_viewport_size({"width": 1440, "height": 420})
    page.keyboard.press("r")
    expect(page.locator("details.ask[open]")).to_be_visible()

    assert page.evaluate("scrollY") == 0


def test_reason_that_needs_words_asks_for_them(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("r")
    page.keyboard.press("7")
    expect(page.locator("#reject-comment")).to_be_focused()
    page.keyboard.type("It is a poem.")
    page.keyboard.press("Escape")
    page.keyboard.press("7")
    on_desk(page, desk, 1)

    all_saved(page)
    assert stored(Review.reason, Review.comment) == [("other", "It is a poem.")]


PRESS = """([key, code]) => document.body.dispatchEvent(
  new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


@pytest.mark.parametrize(("key", "code"), [("ф", "KeyA"), ("A", "KeyA")])
def test_keys_work_on_other_layouts(desk: Desk, open_page: Callable[..., Page], key: str, code: str) -> None:
    page = open_page()
    page.evaluate(PRESS, [key, code])
    on_desk(page, desk, 1)


def test_digits_that_need_shift_work_without_it(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("r")
    expect(page.locator("details.ask[open]")).to_be_visible()
    page.evaluate(PRESS, ["é", "Digit2"])
    on_desk(page, desk, 1)
    all_saved(page)
    assert stored(Review.reason) == [("harmful",)]


def test_draft_survives_a_reload_and_goes_with_the_answer(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("e")
    area = page.locator(".turn.open textarea")
    area.fill("A much better answer.")
    page.reload()
    expect(area).to_have_value("A much better answer.")
    page.locator("body").press("Escape")
    expect(area).to_have_count(0)
    expect(page.locator("[data-edit]")).to_have_attribute("data-has-draft", "draft")
    page.keyboard.press("e")
    expect(area).to_have_value("A much better answer.")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 1)
    all_saved(page)

    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('winnow-draft'))") == []


def test_draft_of_a_comment_survives_a_reload(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("f")
    page.keyboard.type("Ask the pharmacist")
    page.reload()
    page.keyboard.press("f")

    expect(page.locator("#flag-comment")).to_have_value("Ask the pharmacist")


def test_back_to_the_original_forgets_the_draft(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("e")
    area = page.locator(".turn.open textarea")
    area.fill("A much better answer.")
    page.get_by_role("button", name="Back to the original").first.click()

    expect(area).to_have_value(desk.answers[0])
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('winnow-draft'))") == []


def test_signing_out_takes_the_drafts_along(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("f")
    page.keyboard.type("Between us")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{desk.origin}/**sign-in**")

    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('winnow-draft'))") == []


def test_lost_answer_of_the_server_is_asked_for_again_and_counts_once(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.request.post_data or "")
        route.fetch()  # the server does its work; the browser never hears of it
        route.abort()

    page.route("**/review?part=done", lose_the_answer)
    page.keyboard.press("e")
    page.locator(".turn.open textarea").fill("A much better answer.")
    page.keyboard.press("Control+Enter")
    on_desk(page, desk, 1)
    expect(page.locator(".saved")).to_have_text("1 waiting")
    expect(page.locator(".saved")).to_contain_text("Saved")

    assert len(lost) == 1
    assert stored(Review.decision, Review.counted) == [(Decision.APPROVE, True)]


def test_late_answer_is_told_and_its_words_are_kept(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("e")
    page.locator(".turn.open textarea").fill("My careful words.")
    with db.transaction() as session:
        # In one transaction: the page may ask for its next cards at this moment, and would have its places back.
        session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))
        ann, dataset = factories.make_user(session, "Ann"), session.get_one(Dataset, desk.dataset_id)
        slot = reviewing.next_slots(session, dataset, ann)[0]
        reviewing.submit(session, dataset, ann, slot.id, Decision.REJECT, idempotency_key="of Ann's", reason="wrong")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#told")).to_contain_text("Someone else had this sample while you were away: “What is step")
    on_desk(page, desk, 1)

    assert stored(Review.decision, Review.counted) == [(Decision.REJECT, True), (Decision.APPROVE, False)]
    with db.transaction() as session:
        assert session.scalars(select(Revision.content)).one()["response"] == "My careful words."


def test_everything_works_without_script(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_role("button", name="Approve").click()
    on_desk(page, desk, 1)
    page.locator("summary", has_text="Reject").click()
    page.get_by_role("button", name="Could do harm").click()
    on_desk(page, desk, 2)
    page.locator("summary", has_text="Flag").click()
    page.locator("#flag-comment").fill("Sure?")
    page.get_by_role("button", name="Flag it").click()
    on_desk(page, desk, 3)
    page.get_by_role("button", name="Edit").click()
    page.locator(".turn.open textarea").fill("Plain and safe.")
    page.get_by_role("button", name="Save and approve").click()
    on_desk(page, desk, 4)
    page.get_by_role("button", name="Skip").click()
    on_desk(page, desk, 5)
    page.get_by_role("button", name="Undo").click()
    on_desk(page, desk, 4)

    assert stored(Review.decision, Review.undone_at.is_not(None)) == [
        (Decision.APPROVE, False),
        (Decision.REJECT, False),
        (Decision.FLAG, False),
        (Decision.APPROVE, False),
        (Decision.SKIP, True),
    ]


def test_draft_is_not_shown_to_the_next_person_at_this_machine(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("f")
    page.keyboard.type("Between us")
    page.goto("about:blank")  # or the open desk would go on reserving
    with db.transaction() as session:
        ann = factories.make_user(session, "Ann")
        factories.join(session, session.get_one(Dataset, desk.dataset_id), ann, Role.EXPERT)
        session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))
        token = sign_ins.start(session, ann)
    page.context.add_cookies([{"name": "winnow", "value": token, "url": desk.origin}])
    page.goto(desk.url)
    on_desk(page, desk, 0)
    page.keyboard.press("f")

    expect(page.locator("#flag-comment")).to_have_value("")


def test_sample_stays_reserved_while_it_is_read(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.clock.install()
    page.goto(desk.url)
    with db.transaction() as session:
        session.execute(update(Slot).values(leased_until=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, 5)))
    page.clock.run_for("04:00")
    with page.expect_response("**/review/lease") as renewal:
        page.clock.run_for("06:00")

    assert renewal.value.status == 204
    with db.transaction() as session:
        left = session.scalar(select(func.max(Slot.leased_until) - func.now()))
    assert left is not None
    assert left.total_seconds() > 600
