"""A stranger at the desk who knows nothing but what is printed on the screen: every sample is decided, one press each."""
# ruff: noqa: F811 - a fixture that is imported bears the name of the parameter that asks for it

import os
import random
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import db
from app.models import Decision, Review, Sample, SampleState
from app.services import keys, reviewing
from tests import factories
from tests.browser.test_desk import Desk, all_saved, chromium, desk, open_page, stored  # noqa: F401 - fixtures

SAMPLES = int(os.environ.get("DESK_SAMPLES", "30"))
CAPS = """() => [...document.querySelectorAll(".dock :is(button, summary, a)")].filter((one) => one.checkVisibility())
    .map((one) => [one.innerText.replace(/\\s+/g, " ").trim(), one.querySelector("kbd")?.innerText.trim() ?? ""])"""


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """So many samples as the script decides, and one more."""
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(factories.Dataset, desk.dataset_id))
        factories.make_samples(session, corpus, SAMPLES + 1 - len(desk.answers), state=SampleState.QUEUED)
        reviewing.open_slots(session, session.get_one(factories.Dataset, desk.dataset_id), select(Sample.id))
    return desk


class Reader:
    """Reads the decisions and their key caps off the screen, and presses; `presses` counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def printed(self) -> dict[str, str]:
        """What the controls of the dock say, with the key that is printed on each."""
        return {words.removesuffix(cap).strip(): cap for words, cap in self.page.evaluate(CAPS) if cap}

    def press(self, words: str) -> None:
        self.page.keyboard.press(self.printed()[words].lower())
        self.presses += 1

    def sample(self) -> str:
        return self.page.locator("article.sample").inner_text()

    def wait_for_another(self, than: str) -> None:
        expect(self.page.locator("article.sample")).not_to_have_text(than, use_inner_text=True)


def test_all_is_decided_with_the_printed_keys_and_one_press_each(
    full_desk: Desk, open_page: Callable[..., Page]
) -> None:
    reader = Reader(open_page())
    dice, given = random.Random(4), Counter[str]()
    for _ in range(SAMPLES):
        before = reader.sample()
        words = dice.choice(["Approve", "Approve", "Approve", "Skip"])
        reader.press(words)
        given[words] += 1
        reader.wait_for_another(before)
    all_saved(reader.page)

    assert reader.presses == SAMPLES
    found = Counter(decision for (decision,) in stored(Review.decision))
    assert found == {Decision.APPROVE: given["Approve"], Decision.SKIP: given["Skip"]}


def test_reason_of_a_rejection_is_printed_too(full_desk: Desk, open_page: Callable[..., Page]) -> None:
    reader = Reader(open_page())
    before = reader.sample()
    reader.press("Reject")
    reader.press("Could do harm")
    reader.wait_for_another(before)
    all_saved(reader.page)

    assert stored(Review.decision, Review.reason) == [(Decision.REJECT, "harmful")]


def test_own_keys_are_printed_and_pressed(full_desk: Desk, open_page: Callable[..., Page]) -> None:
    with db.transaction() as session:
        bob = session.scalars(select(factories.User).where(factories.User.name == "Bob")).one()
        keys.choose(session, bob, {"approve": "k", "skip": "a"})
    reader = Reader(open_page())
    assert {cap: words for words, cap in reader.printed().items()}.items() >= {"K": "Approve", "A": "Skip"}.items()
    before = reader.sample()
    reader.press("Approve")
    reader.wait_for_another(before)
    all_saved(reader.page)

    assert stored(Review.decision) == [(Decision.APPROVE,)]
