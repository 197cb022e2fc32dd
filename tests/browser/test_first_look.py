"""What a newcomer meets first: the desk on a phone in another language, and guidelines that the keyboard can read."""
# ruff: noqa: F811 - a fixture that is imported bears the name of the parameter that asks for it

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk import Desk, chromium, desk, open_page  # noqa: F401 - fixtures

Open = Callable[..., Page]
PHONE = {"is_mobile": True, "has_touch": True}
CUT = """() => [...document.querySelectorAll(".dock :is(.decide-more, .decide-main) > *")]
    .filter((one) => { const box = one.getBoundingClientRect(); return box.left < 0 || box.right > 360 })
    .map((one) => one.innerText)"""


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_every_answer_is_within_a_narrow_phone(desk: Desk, open_page: Open, language: str) -> None:
    page = open_page(locale=language, **PHONE)
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    expect(page.locator("[data-key=a]")).to_be_in_viewport(ratio=1)

    assert page.evaluate(CUT) == []
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    assert page.locator(".top .where").bounding_box()["width"] > 60  # type: ignore[index]


def test_the_keyboard_reads_the_guidelines_as_soon_as_they_are_open(desk: Desk, open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#guidelines")).not_to_be_focused()
    page.keyboard.press("g")
    expect(page.locator("#guidelines")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#guidelines button")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#guidelines")).to_be_hidden()
    page.keyboard.press("a")
    expect(page.locator("article.sample")).to_contain_text(desk.answers[1])
