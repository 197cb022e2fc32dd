"""Releases in a real browser: counted while composing, by keyboard alone, without any script, for everybody's eyes."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app import db
from app.curation.rubrics.single import Single
from app.models import Dataset, Level, Release, ReleaseCheck, ReleaseFinding, ReleaseState, Role, SampleState
from app.services import rubrics, sign_ins
from tests import factories
from tests.browser.test_desk import Serving
from tests.browser.test_every_page import LOOKS, faults_of
from tests.browser.test_river import UNCAPPED, chromium
from tests.services.engine import hurry, make_dataset, release_of, run_sql, work_off
from tests.services.release_folders import released

SHOTS = os.environ.get("RELEASE_SHOTS")
"""A directory for pictures of all pages, for looking at them by hand."""


@dataclass
class House:
    """A running Winnow with two published releases of one dataset, and one that is held."""

    origin: str
    path: str
    token: str
    releases: dict[str, int]

    def url(self, name: str, more: str = "") -> str:
        return f"{self.origin}{self.path}/{self.releases[name]}{more}"


@pytest.fixture
def house(database: str, wakes: list[int]) -> Iterator[House]:
    hurry()
    dataset_id = make_dataset(name="Primary care answers")
    _approve(dataset_id, "Clinic leaflets", 40, licence="CC BY 4.0")
    one = released(dataset_id)
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        alice = factories.make_user(session, "Alice", is_admin=True)
        factories.join(session, dataset, alice, Role.ADMIN)
        rubrics.save(session, dataset, alice, [Single(key="safe", title="Is it safe?", options=("yes", "no"))], 0)
        token = sign_ins.start(session, alice)
    _approve(dataset_id, "Forum", 30, licence="MIT")
    run_sql("UPDATE samples SET state = 'rejected' WHERE id IN (SELECT id FROM samples ORDER BY id LIMIT 3)")
    two = released(dataset_id, splits={"validation": 0.1, "test": 0.1})
    held = _held(dataset_id)
    with Serving() as origin:
        yield House(origin, f"/datasets/{dataset_id}/releases", token, {"one": one.id, "two": two.id, "held": held})


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=list(UNCAPPED))
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """Opens a window as Alice. Whatever a page complains about fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_it(place: str, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        contexts.append(context)
        context.add_cookies([{"name": "winnow", "value": house.token, "url": house.origin}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
        page.goto(place)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("looks", LOOKS)
def test_everybody_can_use_every_page(
    house: House, open_page: Callable[..., Page], looks: list[tuple[str, int]]
) -> None:
    places = {
        "list": house.origin + house.path,
        "new": f"{house.origin}{house.path}/new",
        "new-open": f"{house.origin}{house.path}/new?format=kto&label_safe=%22yes%22&test=10&provenance=true&floor=40",
        "tokenizers": f"{house.origin}{house.path}/tokenizers",
        "published": house.url("two"),
        "held": house.url("held"),
        "findings": house.url("held", "/checks/format"),
        "changes": house.url("two", "/changes?since=1"),
    }
    page = open_page(places["list"])
    faults: list[str] = []
    for name, place in places.items():
        for scheme, width in looks:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(place)
            assert answer is not None
            assert answer.ok, name
            faults += [f"{name} {scheme} {width}: {fault}" for fault in faults_of(page)]
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True, caret="initial")
    assert not faults, "\n".join(faults)


def test_the_count_follows_what_is_chosen(house: House, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{house.origin}{house.path}/new")
    expect(page.get_by_role("button", name="Check and freeze 67 samples")).to_be_visible()
    page.get_by_text("Choose samples").click()
    page.get_by_role("checkbox", name="Forum").check()
    expect(page.get_by_role("button", name="Check and freeze 30 samples")).to_be_visible()
    expect(page.locator("#counts")).to_contain_text("from other corpora")
    expect(page.get_by_role("checkbox", name="Forum")).to_be_focused()
    page.get_by_role("radio", name="Plain text").check()
    expect(page.locator("#example")).to_contain_text("does not fit")
    page.get_by_label("How many in all").fill("ten")
    expect(page.locator("#counts")).to_contain_text("cannot be counted yet")
    page.get_by_label("How many in all").fill("10")
    expect(page.get_by_role("button", name="Check and freeze 10 samples")).to_be_visible()


def test_composed_let_pass_and_published_by_keyboard_alone(house: House, open_page: Callable[..., Page]) -> None:
    page = open_page(house.origin + house.path)
    _tab_to(page, "New release")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/new"))
    _tab_to(page, "Choose samples")
    page.keyboard.press("Enter")
    _tab_to(page, "Forum")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Check and freeze 30 samples")).to_be_visible()
    _tab_to(page, "Check and freeze 30 samples")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/releases/\d+$"))
    made = int(page.url.rpartition("/")[2])
    for _ in range(2):
        work_off(int(release_of(made).job_id or 0))
    expect(page.get_by_text("Published", exact=True)).to_be_visible()  # it looks again by itself

    page.goto(house.url("held"))
    _tab_to(page, "because")
    page.keyboard.type("The pharmacist has read it.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The pharmacist has read it.").wait_for()
    _tab_to(page, "Publish")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Being written")).to_be_visible()


def test_composing_works_without_script(house: House, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{house.origin}{house.path}/new", java_script_enabled=False)
    page.get_by_text("Choose samples").click()
    page.get_by_role("checkbox", name="Forum").check()
    page.get_by_role("button", name="Count", exact=True).click()
    expect(page.get_by_role("button", name="Check and freeze 30 samples")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Forum")).to_be_checked()
    page.get_by_label("Keep this choice under a name").fill("Forum only")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("checkbox", name="Forum").uncheck()
    page.get_by_role("button", name="Use Forum only").click()
    expect(page.get_by_role("checkbox", name="Forum")).to_be_checked()
    page.get_by_role("button", name="Delete Forum only").click()
    expect(page.get_by_text("Forum only")).to_have_count(0)
    page.get_by_role("button", name="Check and freeze").click()
    page.wait_for_url(re.compile(r"/releases/\d+$"))


def _approve(dataset_id: int, name: str, number: int, **values: Any) -> None:
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, dataset_id), name, **values)
        factories.make_samples(session, corpus, number, state=SampleState.APPROVED)


def _held(dataset_id: int) -> int:
    """A release as a check leaves it that found something serious."""
    release = released(dataset_id)
    with db.transaction() as session:
        held = session.get_one(Release, release.id)
        held.state, held.sha256, held.size, held.manifest, held.published_at = ReleaseState.HELD, None, None, {}, None
        check = session.get_one(ReleaseCheck, (held.id, "format"))
        check.level, check.words, check.rows, check.said = Level.BLOCK, "3 rows break a rule of the format.", 3, {}
        rows = run_rows(session, held.id)
        for position, sample_id in rows:
            session.add(
                ReleaseFinding(release_id=held.id, check="format", position=position, sample_id=sample_id,
                               why="The answer is empty.")
            )  # fmt: skip
        return held.id


def run_rows(session: Any, release_id: int) -> list[tuple[int, int]]:
    """Position and sample of the first three rows."""
    from sqlalchemy import text

    query = text("SELECT position, sample_id FROM release_rows WHERE release_id = :id ORDER BY position LIMIT 3")
    return [tuple(row) for row in session.execute(query, {"id": release_id})]


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus says this."""
    told = "document.activeElement.innerText + ' ' + (document.activeElement.name || '') + ' ' + (document.activeElement.closest('label')?.innerText || '')"
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body") and name in page.evaluate(told):
            return
    raise AssertionError(f"“{name}” cannot be reached by keyboard")
