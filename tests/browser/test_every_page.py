"""Every page that a person can reach by links: accessible (WCAG 2.2 AA by axe-core), within 360 px, in both colour schemes."""

import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.test_river import UNCAPPED, chromium
from tests.system.program import Program, environment, free_port, home, started, winnow

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [
    pytest.param([("dark", 1440), ("light", 360)], id="two-looks"),
    pytest.param([("light", 1440), ("dark", 360)], id="the-other-two", marks=pytest.mark.thorough),
]
SHOTS = os.environ.get("PAGES_SHOTS")
"""A directory for pictures of all pages, for looking at them by hand."""


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with home() as directory, started(winnow("up", "--demo"), environment(directory, free_port())) as made:
        made.wait_ready()
        yield made


@pytest.fixture(scope="module")
def context(program: Program) -> Iterator[BrowserContext]:
    """A browser signed in as the first admin."""
    link = program.wait_for(r"http://\S+/first-admin/\S+").group(0)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(UNCAPPED))
        made = browser.new_context()
        page = made.new_page()
        page.goto(link)
        page.get_by_label("Your name").fill("Alice")
        page.get_by_label("E-mail").fill("alice@example.org")
        page.get_by_label("Password", exact=True).fill("four words and a bell")
        page.get_by_role("button", name="Create the account").click()
        page.wait_for_url(re.compile("/datasets"))
        yield made
        browser.close()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; `make setup` installs it")
@pytest.mark.parametrize("looks", LOOKS)
def test_every_page_can_be_used_by_everybody(context: BrowserContext, looks: list[tuple[str, int]]) -> None:
    page = context.new_page()
    faults: list[str] = []
    for place in pages(page):
        for scheme, width in looks:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # no colour half-way
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(place)
            faults += [f"{urlsplit(place).path} {scheme} {width}: {fault}" for fault in faults_of(page)]
            if SHOTS:
                name = re.sub(r"\W+", "-", urlsplit(place).path).strip("-") or "start"
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True, caret="initial")
    assert not faults, "\n".join(faults)


def pages(page: Page) -> list[str]:
    """One address per kind of page, found by following links from the start page."""
    start = page.context.pages[0].url
    found: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        place = waiting.popleft()
        kind = re.sub(r"\d+", "N", urlsplit(place).path)
        if kind in found or not place.startswith(re.sub(r"(//[^/]+/).*", r"\1", start)):
            continue
        answer = page.request.get(place)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, f"{place} answers {answer.status}"
        found[kind] = place
        page.goto(place)
        waiting.extend(page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)"))
    assert len(found) > 12, found
    return list(found.values())


def faults_of(page: Page) -> list[str]:
    """What axe-core finds, and whether the page is wider than the window."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: tags})", RULES)
    faults = [
        f"{one['id']}: {one['help']} ({', '.join(' '.join(node['target']) for node in one['nodes'][:3])})"
        for one in found["violations"]
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{overflow} px wider than the window"] if overflow > 0 else [])
