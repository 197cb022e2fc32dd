"""On the desk in a real browser: asking by keyboard, about selected words, and marks that can be put away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import db
from app.models import Comment, Dataset, Decision, Review, Role, Sample, SampleState, User
from app.services import comments, reviewing, sign_ins
from tests import factories
from tests.browser.test_desk import Serving, chromium  # noqa: F401 - a fixture

ANSWER = "1. Rest for **48 hours**, then mail anna@reed.example.\n2. Come back & tell us:\n\n```python\nreturn 'two' + 2\n```"
LINE = "This line of the answer comes again and again, word for word."
REPEATED = "\n".join([LINE, "And something else stands between them.", LINE])


@dataclass
class Place:
    """A running Winnow; Bob reviews, Carol is his colleague."""

    origin: str
    dataset_id: int
    tokens: dict[str, str]

    @property
    def url(self) -> str:
        return f"{self.origin}/datasets/{self.dataset_id}/review"


@pytest.fixture
def place(database: str) -> Iterator[Place]:
    with db.transaction() as session:
        dataset = factories.make_dataset(session, "Primary care answers")
        corpus = factories.make_corpus(session, dataset)
        tokens = {}
        for name, role in [("Bob Stone", Role.EXPERT), ("Carol Reed", Role.EXPERT)]:
            user = factories.make_user(session, name)
            factories.join(session, dataset, user, role)
            tokens[name.split()[0]] = sign_ins.start(session, user)
        contents = [{"prompt": "May I go out?", "response": ANSWER}, {"prompt": "And then?", "response": REPEATED}]
        factories.make_samples(session, corpus, contents, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        dataset_id = dataset.id
    with Serving() as origin:
        yield Place(origin, dataset_id, tokens)


@pytest.fixture
def opened(chromium: Browser, place: Place) -> Iterator[Callable[..., Page]]:  # noqa: F811
    complaints: list[str] = []

    def open_it(name: str = "Bob", path: str = "", **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, **options)
        context.add_cookies([{"name": "winnow", "value": place.tokens[name], "url": place.origin}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
        page.goto(f"{place.origin}{path}" if path else place.url)
        return page

    yield open_it
    for context in chromium.contexts:
        context.close()
    assert complaints == []


def stored() -> list[Comment]:
    with db.transaction() as session:
        return list(session.scalars(select(Comment).order_by(Comment.id)))


def select_words(page: Page, words: str) -> None:
    """Select words of the answer as a reader would, whatever elements they lie in."""
    page.evaluate(
        """words => {
            const turn = [...document.querySelectorAll("[data-turn]")].at(-1);
            const walk = document.createTreeWalker(turn, NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (walk.nextNode()) if (!walk.currentNode.parentElement.closest(".mark-n")) nodes.push(walk.currentNode);
            const all = nodes.map(node => node.data).join("");
            const at = (place) => {
                for (const node of nodes) { if (place <= node.length) return [node, place]; place -= node.length; }
            };
            const start = all.indexOf(words), range = document.createRange();
            range.setStart(...at(start + 1)); range.setEnd(...at(start + words.length));
            range.setStart(range.startContainer, range.startOffset - 1);
            getSelection().removeAllRanges(); getSelection().addRange(range);
        }""",
        words,
    )
    page.wait_for_timeout(100)


def test_asking_by_keyboard_leaves_the_sample_on_the_desk(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    page.keyboard.press("c")
    expect(page.locator("#ask-text")).to_be_focused()
    page.keyboard.type("Is a day enough? a, r and s are letters here")
    page.keyboard.press("Tab")
    page.keyboard.type("Carol Reed")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#threads .thread")).to_contain_text("Is a day enough?")
    expect(page.locator("#alerts")).to_contain_text("Your question was sent.")
    expect(page.locator("[data-ask]")).not_to_have_attribute("open", "")
    expect(page.locator("#ask-text")).to_have_value("")
    expect(page.locator("article.sample")).to_contain_text("Rest for")
    (asked,) = stored()
    assert (asked.text[:16], asked.is_question, asked.path, len(asked.mentions)) == ("Is a day enough?", True, None, 1)
    with db.transaction() as session:
        assert session.scalars(select(Review.id)).all() == []

    page.keyboard.press("c")
    page.keyboard.type("A second one")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#threads .thread")).to_have_count(2)
    assert len({one.key for one in stored()}) == 2


def test_a_question_about_selected_words(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    select_words(page, "48 hours, then mail")
    page.keyboard.press("c")
    expect(page.locator("[data-span-shown] q")).to_have_text("48 hours, then mail")
    page.keyboard.type("Why so long?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#threads .quote")).to_have_text("48 hours**, then mail")

    select_words(page, "'two' + 2")
    page.keyboard.press("c")
    page.keyboard.type("Why two?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#threads .thread")).to_have_count(2)
    quotes = [ANSWER[one.start_at : one.end_at] for one in stored()]
    assert quotes == ["48 hours**, then mail", "two' + 2"]


def test_the_selection_can_be_dropped_and_a_draft_is_kept(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    select_words(page, "48 hours")
    page.keyboard.press("c")
    page.get_by_role("button", name="About all of it").click()
    expect(page.locator("[data-span-shown]")).to_be_hidden()
    page.keyboard.type("Half a thought")
    page.reload()
    page.keyboard.press("c")
    expect(page.locator("#ask-text")).to_have_value("Half a thought")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#threads .thread")).to_have_count(1)
    assert stored()[0].path is None
    page.reload()
    page.keyboard.press("c")
    expect(page.locator("#ask-text")).to_have_value("")


def test_asking_and_skipping_brings_the_next_sample(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    page.keyboard.press("c")
    page.keyboard.type("Not my field, @Carol?")
    page.get_by_role("button", name="Ask and skip").click()
    expect(page.locator("article.sample")).to_contain_text("something else stands")
    expect(page.locator(".desk-notes")).to_contain_text("Your question was sent.")
    with db.transaction() as session:
        assert session.scalars(select(Review.decision)).all() == [Decision.SKIP]
    assert len(stored()) == 1


def test_an_unknown_name_is_refused_and_nothing_is_lost(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    page.keyboard.press("c")
    page.keyboard.type("Right?")
    page.locator("#ask-to").fill("Nobody Known")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#alerts")).to_contain_text("Nobody in this dataset is called “Nobody Known”")
    expect(page.locator("#ask-text")).to_have_value("Right?")
    assert stored() == []


def test_who_is_asked_answers_in_place(place: Place, opened: Callable[..., Page]) -> None:
    with db.transaction() as session:
        bob = session.scalars(select(User).where(User.name == "Bob Stone")).one()
        sample = session.scalars(select(Sample).order_by(Sample.id)).first()
        assert sample is not None
        comments.ask(session, session.get_one(Dataset, place.dataset_id), bob, sample.id, "Right?", to="Carol Reed")
    page = opened("Carol")
    page.get_by_role("link", name="1 question for you").click()
    page.get_by_text("Read the sample").click()
    expect(page.locator(".asked-turn").last).to_contain_text("Rest for 48 hours")
    page.get_by_text("Answer", exact=True).last.click()
    page.get_by_label("Your answer").fill("Yes, two days.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".thread")).to_contain_text("Yes, two days.")
    expect(page.get_by_role("link", name="for you", exact=False).filter(has_text="question")).to_have_count(0)
    page = opened("Bob")
    page.get_by_role("link", name="1 question for you").click()
    expect(page.locator(".thread")).to_contain_text("Yes, two days.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".thread .chip")).to_have_text("Resolved")
    expect(page.get_by_role("link", name="1 question for you")).to_have_count(0)


def test_marks_are_on_and_stay_away_once_put_away(place: Place, opened: Callable[..., Page]) -> None:
    page = opened()
    mark = page.locator("article.sample mark")
    expect(mark).to_have_text(["1E-mail address: anna@reed.example"])
    expect(page.locator(".legend")).to_contain_text("E-mail address")
    expect(page.locator("article.sample ol li").first).to_contain_text("Rest for")

    def is_marked() -> bool:
        return mark.first.evaluate("one => getComputedStyle(one).textDecorationLine.includes('underline')")

    assert is_marked()
    page.keyboard.press("m")
    assert not is_marked()
    page.reload()
    assert not is_marked()
    page.keyboard.press("a")
    expect(page.locator("article.sample")).to_contain_text("something else stands")
    assert not is_marked()
    expect(page.locator("[data-marks-switch]")).to_have_text("Show M")
    page.keyboard.press("m")
    assert is_marked()
    expect(page.locator(".legend")).to_contain_text("Long lines repeat")


def test_without_any_script_a_question_is_sent_all_the_same(place: Place, opened: Callable[..., Page]) -> None:
    page = opened(java_script_enabled=False)
    page.locator("[data-ask] > summary").click()
    page.locator("#ask-text").fill("Right, @Carol?")
    page.get_by_role("button", name="Ask, and go on with this sample").click()
    expect(page.locator(".desk-notes")).to_contain_text("Your question was sent.")
    expect(page.locator("#threads .thread")).to_contain_text("Right, @Carol?")
