"""Answers on their way in a real browser: shown at once, saved for certain, whatever happens to network and sign-in."""
# ruff: noqa: F811 - a fixture that is imported bears the name of the parameter that asks for it

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, Route, expect
from sqlalchemy import delete, func, select, update

from app import db
from app.models import Dataset, Decision, Review, Role, SignIn, Slot, SlotState, User
from app.services import reviewing, sign_ins
from app.services.leases import MOST
from tests import factories
from tests.browser.test_desk import (  # noqa: F401 - fixtures
    Desk,
    Serving,
    all_saved,
    chromium,
    desk,
    on_desk,
    open_page,
    stored,
)
from tests.system.program import free_port

Open = Callable[..., Page]
POSTS = "**/review?part=done"
UNSENT = "Object.keys(localStorage).filter((name) => name.startsWith('winnow-outbox:')).length"


def ready(page: Page, cards: int = 2) -> None:
    """Wait until so many samples are at hand."""
    page.wait_for_function("cards => Winnow.ahead.size >= cards", arg=cards)


class Held:
    """Keeps what is sent from arriving until the test lets it go."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        self.is_open = False
        page.route(POSTS, self._take)

    def _take(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.routes:
            route.continue_()


def wait_for(page: Page, condition: Callable[[], object]) -> None:
    for _ in range(300):
        if condition():
            return
        page.wait_for_timeout(20)
    pytest.fail("this did not happen")


def answers() -> list[tuple[Decision, bool, bool]]:
    return stored(Review.decision, Review.counted, Review.undone_at.is_not(None))


def test_next_sample_is_there_before_the_server_has_answered(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    held = Held(page)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    page.keyboard.press("s")
    on_desk(page, desk, 2)
    expect(page.locator(".saved")).to_have_text("Saving")
    expect(page.locator(".today")).to_have_text("0 today")
    assert stored(Review.id) == []

    wait_for(page, lambda: held.routes)
    held.let_go()
    all_saved(page)
    expect(page.locator(".today")).to_have_text("1 today")
    assert answers() == [(Decision.APPROVE, True, False), (Decision.SKIP, True, False)]


def test_three_quick_presses_are_three_answers_in_their_order(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    for key in ("a", "s", "a"):
        page.keyboard.press(key)
    on_desk(page, desk, 3)
    all_saved(page)

    assert [decision for decision, *_ in answers()] == [Decision.APPROVE, Decision.SKIP, Decision.APPROVE]


def test_dropped_network_is_told_and_everything_goes_out_later(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.context.set_offline(True)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    page.keyboard.press("r")
    page.keyboard.press("1")
    on_desk(page, desk, 2)
    expect(page.locator(".saved")).to_have_text("2 waiting")
    page.keyboard.press("a")
    expect(page.locator("#card")).to_contain_text("There is no connection just now")
    expect(page.locator(".saved")).to_have_text("3 waiting")
    assert stored(Review.id) == []

    page.context.set_offline(False)
    on_desk(page, desk, 3)
    all_saved(page)
    assert [decision for decision, *_ in answers()] == [Decision.APPROVE, Decision.REJECT, Decision.APPROVE]


def test_answer_survives_a_reload_without_a_network(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.context.set_offline(True)
    page.keyboard.press("f")
    page.keyboard.type("Is this for adults?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    with pytest.raises(Error):
        page.reload()
    page.context.set_offline(False)
    page.goto(desk.url)

    on_desk(page, desk, 1)
    all_saved(page)
    assert stored(Review.decision, Review.comment) == [(Decision.FLAG, "Is this for adults?")]


def test_answer_that_waits_is_not_asked_for_again_after_a_reload(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.route(POSTS, lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    page.reload()
    on_desk(page, desk, 1)
    expect(page.locator(".past-list li")).to_have_count(1)

    page.unroute(POSTS)
    page.evaluate("Winnow.outbox.flush()")
    all_saved(page)
    assert answers() == [(Decision.APPROVE, True, False)]


def test_answers_survive_a_restart_of_the_server(desk: Desk, open_page: Open) -> None:
    port = free_port()
    first = Serving(port)
    desk.origin = first.__enter__()
    page = open_page()
    ready(page)
    first.__exit__()
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator(".saved")).to_have_text("2 waiting")
    with Serving(port):
        all_saved(page)
        on_desk(page, desk, 2)
        ready(page)
    assert answers() == [(Decision.APPROVE, True, False)] * 2


def test_sample_that_was_decided_in_another_window_leaves_this_one(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    other = page.context.new_page()
    other.goto(desk.url)
    on_desk(other, desk, 0)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    on_desk(other, desk, 1)
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, False)]


def test_repeat_of_a_stored_answer_changes_nothing(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.keyboard.press("a")
    all_saved(page)
    with page.expect_request(POSTS) as sent:
        page.keyboard.press("a")
    all_saved(page)
    again = page.evaluate(
        """([url, body]) => fetch(url, {method: "POST", body: new URLSearchParams(body), headers: {"HX-Request": "true"}})
        .then((answer) => answer.headers.has("Winnow-Saved"))""",
        [sent.value.url, sent.value.post_data],
    )

    assert again
    assert answers() == [(Decision.APPROVE, True, False)] * 2


def expire(name: str) -> None:
    with db.transaction() as session:
        session.execute(delete(SignIn).where(SignIn.user_id == select(User.id).where(User.name == name).scalar_subquery()))


def test_expired_sign_in_is_renewed_in_place(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.keyboard.press("e")
    page.locator(".turn.open textarea").fill("My careful words.")
    expire("Bob")
    page.keyboard.press("Control+Enter")
    dialog = page.locator("#sign-in-again")
    expect(dialog).to_contain_text("Nothing you typed is lost")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    page.keyboard.type("a wrong password")
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-error]")).to_contain_text("do not match")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    all_saved(page)
    on_desk(page, desk, 1)
    page.keyboard.press("a")
    on_desk(page, desk, 2)
    all_saved(page)
    assert answers() == [(Decision.APPROVE, True, False)] * 2


def test_keys_rest_while_the_sign_in_is_open(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    expire("Bob")
    page.keyboard.press("a")
    dialog = page.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Later").focus()
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Sign in").click()

    expect(dialog).to_be_visible()


def signed_in(name: str) -> str:
    with db.transaction() as session:
        return sign_ins.start(session, session.scalars(select(User).where(User.name == name)).one())


def ann(desk: Desk) -> User:
    with db.transaction() as session:
        made = factories.make_user(session, "Ann", email="ann@clinic.example")
        factories.join(session, session.get_one(Dataset, desk.dataset_id), made, Role.EXPERT)
        return made


def test_answers_are_not_sent_under_another_name(desk: Desk, open_page: Open) -> None:
    other = ann(desk)
    page = open_page()
    ready(page)
    expire("Bob")
    page.keyboard.press("a")
    dialog = page.locator("#sign-in-again")
    page.get_by_label("E-mail").fill("ann@clinic.example")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Somebody else is signed in.")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    assert stored(Review.id) == []

    page.get_by_role("link", name="Go on as the other person").click()
    on_desk(page, desk, 3)
    expect(page.locator("#told")).to_contain_text("One answer of Bob waits in this browser")
    page.keyboard.press("a")
    all_saved(page)
    assert stored(Review.expert_id) == [(other.id,)]
    assert page.evaluate(UNSENT) == 1

    page.context.add_cookies([{"name": "winnow", "value": signed_in("Bob"), "url": desk.origin}])
    page.goto(desk.url)
    all_saved(page)
    assert len(stored(Review.id)) == 2


def test_undo_of_an_unsent_answer_sends_nothing(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("s")
    expect(page.locator(".saved")).to_have_text("2 waiting")
    page.keyboard.press("z")
    on_desk(page, desk, 1)
    expect(page.locator(".saved")).to_have_text("1 waiting")
    page.keyboard.press("z")
    on_desk(page, desk, 0)
    expect(page.locator("[data-undo-last]")).to_be_hidden()
    page.context.set_offline(False)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, False)]


def test_undo_of_an_answer_on_its_way_comes_after_it(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    held = Held(page)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    wait_for(page, lambda: held.routes)
    page.keyboard.press("z")
    on_desk(page, desk, 0)
    page.keyboard.press("r")
    page.keyboard.press("2")
    on_desk(page, desk, 1)
    held.let_go()
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, True), (Decision.REJECT, True, False)]


def test_undo_after_a_reload_fetches_the_sample(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    all_saved(page)
    page.reload()
    on_desk(page, desk, 1)
    page.keyboard.press("z")
    on_desk(page, desk, 0)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, True), (Decision.APPROVE, True, False)]


def test_refused_answer_names_its_sample_and_keeps_its_words(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.evaluate("document.querySelectorAll('[data-needs]').forEach((button) => button.removeAttribute('data-needs'))")
    page.keyboard.press("r")
    page.keyboard.press("7")
    on_desk(page, desk, 1)
    notice = page.locator("#told .notice")
    expect(notice).to_contain_text("This was not saved: “What is step")
    expect(notice).to_contain_text("Say in a few words what is wrong")
    page.reload()
    expect(notice).to_have_count(1)
    page.get_by_role("button", name="Show it again").click()
    on_desk(page, desk, 0)
    expect(notice).to_have_count(0)
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, False)]


def test_sample_that_left_the_dataset_is_told_with_what_was_written(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    held = Held(page)
    page.keyboard.press("f")
    page.keyboard.type("Ask the pharmacist")
    page.keyboard.press("Control+Enter")
    wait_for(page, lambda: held.routes)
    with db.transaction() as session:
        session.execute(delete(Slot).where(Slot.id == session.scalar(select(func.min(Slot.id)))))
    held.let_go()

    expect(page.locator("#told")).to_contain_text("not part of the dataset any more")
    expect(page.locator("#told details")).to_contain_text("Ask the pharmacist")


def test_signing_out_warns_of_unsent_answers(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.route(POSTS, lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    asked: list[str] = []

    def refuse(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.once("dialog", refuse)
    page.get_by_role("button", name="Sign out").click()
    assert "One answer has not reached the server" in asked[0]
    assert page.evaluate(UNSENT) == 1
    assert page.url == desk.url

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.evaluate(UNSENT) == 0


def test_page_of_a_strange_network_is_not_taken_for_a_saved_answer(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.route(POSTS, lambda route: route.fulfill(status=200, body="<p>Welcome to the hotel</p>"))
    page.keyboard.press("a")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    page.unroute(POSTS)
    all_saved(page)

    assert answers() == [(Decision.APPROVE, True, False)]


def test_last_sample_leads_to_the_end_only_when_all_is_saved(desk: Desk, open_page: Open) -> None:
    page = open_page()
    for number in range(1, 6):
        page.keyboard.press("a")
        on_desk(page, desk, number)
    held = Held(page)
    page.keyboard.press("a")
    expect(page.locator("#card")).to_contain_text("The next sample is on its way")
    wait_for(page, lambda: held.routes)
    held.let_go()

    expect(page.locator("#card")).to_contain_text("Everything is decided")
    page.keyboard.press("z")
    on_desk(page, desk, 5)


def test_no_more_than_a_few_samples_are_reserved(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.keyboard.press("a")
    all_saved(page)
    ready(page)
    with db.transaction() as session:
        leased = session.scalar(select(func.count()).where(Slot.state == SlotState.LEASED))

    assert leased is not None
    assert 3 <= leased <= MOST


def test_reservation_counts_down_when_nobody_is_there(desk: Desk, open_page: Open) -> None:
    page = open_page()
    ready(page)
    page.clock.install()
    page.goto(desk.url)
    page.clock.run_for("01:00")
    ready(page)
    page.route("**/review/lease", lambda route: route.abort())
    told = page.locator("[data-reserved]")
    expect(told).to_be_hidden()
    page.clock.run_for("19:30")
    expect(told).to_have_text(re.compile(r"Reserved for \d:\d\d|No longer reserved"))
    page.unroute("**/review/lease")
    page.mouse.move(300, 300)
    page.clock.run_for(1_500)

    expect(told).to_be_hidden()


def test_sample_that_a_colleague_got_meanwhile_is_told_and_the_text_stays(desk: Desk, open_page: Open) -> None:
    other = ann(desk)
    page = open_page()
    page.clock.install()
    page.goto(desk.url)
    page.clock.run_for("01:00")
    page.keyboard.press("f")
    page.keyboard.type("Ask the pharmacist")
    with db.transaction() as session:
        session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))
        reviewing.next_slots(session, session.get_one(Dataset, desk.dataset_id), other, 6)
    page.clock.run_for("06:00")

    expect(page.locator("#alerts")).to_contain_text("a colleague has it now")
    expect(page.locator("#flag-comment")).to_have_value("Ask the pharmacist")
