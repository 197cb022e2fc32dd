"""The strip's history, the page of all decisions, and the focus view, in a real browser."""
# ruff: noqa: F811 - a fixture that is imported bears the name of the parameter that asks for it

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import db
from app.models import Dataset, Decision, Review, Sample, SampleState
from app.services import reviewing
from tests import factories
from tests.browser.test_desk import Desk, all_saved, chromium, desk, on_desk, open_page, stored  # noqa: F401 - fixtures

Open = Callable[..., Page]


def more(desk: Desk, count: int) -> None:
    with db.transaction() as session:
        dataset = session.get_one(Dataset, desk.dataset_id)
        samples = factories.make_samples(session, factories.make_corpus(session, dataset), count, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        desk.answers += [sample.answer for sample in samples]


def test_strip_holds_the_last_ten_and_each_can_be_taken_back(desk: Desk, open_page: Open) -> None:
    more(desk, 8)
    page = open_page()
    for number in range(1, 13):
        page.keyboard.press("a")
        on_desk(page, desk, number)
    all_saved(page)
    pills = page.locator(".past-one:visible")
    expect(pills).to_have_count(10)
    pills.nth(4).click()
    on_desk(page, desk, 7)
    expect(page.locator(".today")).to_have_text("11 today")
    page.keyboard.press("r")
    page.keyboard.press("1")
    on_desk(page, desk, 12)
    all_saved(page)

    assert [undone for *_, undone in stored(Review.id, Review.undone_at.is_not(None))].count(True) == 1
    page.set_viewport_size({"width": 360, "height": 800})
    expect(pills).to_have_count(3)


def test_all_decisions_are_listed_and_the_oldest_comes_back(desk: Desk, open_page: Open) -> None:
    page = open_page()
    for number, key in enumerate("asaa", 1):
        page.keyboard.press(key)
        on_desk(page, desk, number)
    all_saved(page)
    page.get_by_role("link", name="All your decisions").click()
    expect(page.locator(".decided tbody tr")).to_have_count(4)
    page.get_by_role("button", name="Take back").last.click()
    on_desk(page, desk, 0)

    expect(page.locator(".desk-notes")).to_contain_text("Taken back.")
    assert stored(Review.decision, Review.undone_at.is_not(None))[0] == (Decision.APPROVE, True)


def test_focus_view_shows_the_sample_and_the_decision_and_is_remembered(desk: Desk, open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("v")
    expect(page.locator(".rail")).to_be_hidden()
    assert page.locator(".strip").bounding_box()["height"] <= 1  # type: ignore[index]
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    page.keyboard.press("z")
    on_desk(page, desk, 0)
    page.wait_for_function("() => !Winnow.outbox.waiting().length")
    page.reload()
    on_desk(page, desk, 0)
    expect(page.locator(".rail")).to_be_hidden()
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator(".saved")).to_have_text("1 waiting")
    assert page.locator(".strip").bounding_box()["height"] > 20  # type: ignore[index]  # trouble is never hidden
    page.context.set_offline(False)
    all_saved(page)
    page.get_by_role("button", name="Leave focus").click()
    expect(page.locator(".rail")).to_be_visible()


def test_what_the_focus_view_puts_away_shows_when_the_tab_key_reaches_it(desk: Desk, open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("v")
    page.locator("a.brand").focus()

    assert page.locator(".top").bounding_box()["height"] > 30  # type: ignore[index]
