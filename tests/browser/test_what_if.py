"""The recipe's page in a real browser: what a moved limit changes is on the page before anything is saved."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.test_river import UNCAPPED, chromium
from tests.system.program import Program, environment, free_port, home, started, winnow

LIMIT = "filters.length.min_answer_characters"
PATIENCE = 60_000


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with home() as directory, started(winnow("up", "--demo"), environment(directory, free_port())) as made:
        made.wait_ready(300)
        yield made


@pytest.fixture(scope="module")
def browser(program: Program) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=list(UNCAPPED))
        yield made
        made.close()


@pytest.fixture(scope="module")
def context(program: Program, browser: Browser) -> BrowserContext:
    """Signed in as the first admin."""
    made = browser.new_context()
    page = made.new_page()
    page.goto(program.wait_for(r"http://\S+/first-admin/\S+").group(0))
    page.get_by_label("Your name").fill("Alice")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill("four words and a bell")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(re.compile("/datasets"))
    return made


@pytest.fixture
def page(program: Program, context: BrowserContext) -> Iterator[Page]:
    made = context.new_page()
    made.set_default_timeout(PATIENCE)
    made.goto(f"http://127.0.0.1:{program.port}/datasets/1/recipe")
    expect(made.locator("#effects")).to_contain_text("Nothing so far", timeout=PATIENCE)
    yield made
    made.close()


def limit(page: Page):
    return page.locator(f"[id='{LIMIT}']")


def test_typed_limit_is_answered_without_a_reload(page: Page) -> None:
    page.evaluate("window.stays = true")
    limit(page).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("120")
    expect(page.locator("#tally")).to_contain_text(re.compile("was"), timeout=PATIENCE)
    expect(page.locator("#effects")).to_contain_text("needs 120 characters")
    expect(page.locator("#fails-answer_empty")).to_contain_text("was")
    expect(page.locator(".rule:has(.was)")).to_have_count(1)
    assert page.evaluate("window.stays")
    assert page.locator(":focus").get_attribute("id") == LIMIT


def test_limit_put_back_changes_nothing(page: Page) -> None:
    before = limit(page).input_value()
    limit(page).fill("120")
    expect(page.locator("#effects")).to_contain_text("Newly dropped", timeout=PATIENCE)
    limit(page).fill(before)
    expect(page.locator("#effects")).to_contain_text("Nothing so far", timeout=PATIENCE)
    expect(page.locator(".was")).to_have_count(0)


def test_handle_moves_the_number(page: Page) -> None:
    before = float(limit(page).input_value())
    handle = page.locator(f"[data-number='{LIMIT}']")
    box = handle.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert float(limit(page).input_value()) > before + 100
    expect(page.locator("#effects")).to_contain_text("Newly dropped", timeout=PATIENCE)


def test_enter_shows_the_change_and_saves_nothing(page: Page) -> None:
    limit(page).fill("120")
    limit(page).press("Enter")
    page.wait_for_url(re.compile("/recipe/preview$"))
    expect(page.locator("#effects")).to_contain_text("Newly dropped")
    expect(page.get_by_text("Nothing is saved until you save it.")).to_be_visible()


def test_summary_stays_in_sight_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    limit(page).fill("120")
    expect(page.locator("#tally")).to_contain_text("was", timeout=PATIENCE)
    page.locator("#copies-h").scroll_into_view_if_needed()
    expect(page.locator("#tally")).to_be_in_viewport()


def test_rules_that_are_not_used_are_drawn_when_their_group_is_opened(page: Page) -> None:
    offer = page.locator("details.offer").first
    expect(offer.locator("svg")).to_have_count(0)
    offer.locator("summary").click()
    expect(offer.locator(".bars svg").first).to_be_visible(timeout=PATIENCE)


def test_without_script_a_button_shows_the_change(program: Program, browser: Browser, context: BrowserContext) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"http://127.0.0.1:{program.port}/datasets/1/recipe")
    limit(page).fill("120")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#effects")).to_contain_text("Newly dropped", timeout=PATIENCE)
    assert limit(page).input_value() == "120"
    plain.close()
