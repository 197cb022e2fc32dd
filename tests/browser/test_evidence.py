"""A sample and its evidence in a real browser: from a PDF to an approved sample, by keyboard alone."""
# ruff: noqa: F811 - a fixture that is imported bears the name of the parameter that asks for it

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app import db
from app.curation.rubric import loaded
from app.models import Dataset, Decision, JobState, Review, Role, Sample, SampleState
from app.services import blobs, reviewing, rubrics, sign_ins
from tests import factories, paper
from tests.browser.test_desk import Desk, Serving, all_saved, chromium, on_desk, open_page, stored  # noqa: F401
from tests.browser.test_every_page import AXE, faults_of
from tests.services import engine

PAGES = [
    ["Amoxicillin 500 mg capsules", "Information for the patient", "", "Ask for allergies before you begin."],
    ["How to take it", "The usual dose for adults is 500 mg three", "times a day for seven days. Do not take it",
     "if you are allergic to penicillin.", "", "Take the capsules with water, with or", "without food."],
    ["Possible side effects", "Nausea and loose stools are common.", "See a doctor if a rash appears."],
]  # fmt: skip
PASSAGES = [[(0, 3)], [(1, 1), (1, 2), (1, 3)], [(1, 5), (1, 6)], [(2, 1), (2, 2)]]
"""The lines of each passage, by page and row."""
ANSWER = "Adults take 500 mg three times a day. People allergic to penicillin must not take it. Grapefruit is forbidden."
CLAIMS = {"kind": "claims", "key": "said", "title": "What does the source say?"}


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    """A leaflet of three pages, and on Bob's desk two samples made from it."""
    with db.transaction() as session:
        dataset, bob = factories.make_dataset(session, "Leaflets"), factories.make_user(session, "Bob")
        factories.join(session, dataset, bob, Role.EXPERT)
        corpus = factories.make_corpus(session, dataset, "Patient leaflets")
        contents = [{"prompt": f"How is amoxicillin taken? ({number})", "response": ANSWER} for number in range(2)]
        samples = factories.make_samples(session, corpus, contents, state=SampleState.QUEUED)
        passages = with_document(session, corpus)
        factories.make_source(session, samples[0], passages[1])
        factories.make_source(session, samples[1], passages[3], start=0, end=6)
        reviewing.open_slots(session, dataset, select(Sample.id))
        token, dataset_id = sign_ins.start(session, bob), dataset.id
    with Serving() as origin:
        yield Desk(origin, dataset_id, token, [f"({number})" for number in range(2)])


def with_document(session: Any, corpus: Any) -> list[Any]:
    """The leaflet, kept as an upload keeps it, with its passages."""
    with blobs.incoming() as file:
        file.write(paper.pdf(PAGES))
        kept = file.keep()
    document = factories.make_document(
        session, corpus, "amoxicillin.pdf", title="Amoxicillin 500 mg: leaflet", format="pdf", pages=3, sha256=kept.sha256
    )
    rows = {(line.page - 1, line.text): line for line in paper.lines(PAGES)}
    texts, places = [], []
    for passage in PASSAGES:
        said = [PAGES[page][row] for page, row in passage]
        starts = [sum(len(one) + 1 for one in said[:at]) for at in range(len(said))]
        texts.append(" ".join(said))
        places.append([rows[page, PAGES[page][row]].place(start) for (page, row), start in zip(passage, starts, strict=True)])
    return factories.make_passages(session, document, texts, places=places, heading=["How to take it", "Adults"])


def ask(desk: Desk) -> None:
    with db.transaction() as session:
        rubrics.save(session, session.get_one(Dataset, desk.dataset_id), factories.make_user(session), loaded([CLAIMS]), 0)


def marked(page: Page) -> str:
    return " ".join(page.locator("#evidence mark.is-on").all_inner_texts()).strip()


def test_from_the_passage_and_its_page_to_an_approved_sample(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk)
    page = open_page()
    expect(page.locator("#evidence")).to_contain_text("Amoxicillin 500 mg: leaflet")
    expect(page.locator("[data-claim].is-current")).to_contain_text("Adults take 500 mg")
    assert marked(page).startswith("The usual dose for adults")

    page.keyboard.press("x")
    picture = page.locator("#page-dialog img")
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('#page-dialog img')?.naturalWidth > 900")
    expect(page.locator("#page-dialog rect.is-marked").first).to_be_visible()
    assert is_on_words(page)
    page.keyboard.press("n")
    expect(page.locator("#page-dialog h1")).to_contain_text("Page 3 of 3")
    expect(page.locator("#page-dialog rect")).to_have_count(0)
    page.keyboard.press("p")
    expect(page.locator("#page-dialog h1")).to_contain_text("Page 2 of 3")
    page.keyboard.press("+")
    expect(page.locator("#page-dialog .paper")).to_have_attribute("data-size", "2")
    page.keyboard.press("x")
    expect(page.locator("#page-dialog")).to_be_hidden()

    page.keyboard.press("1")
    expect(page.locator("[data-claim].is-current")).to_contain_text("People allergic to penicillin")
    assert "Do not take it" in marked(page)
    page.keyboard.press("1")
    expect(page.locator("[data-claim].is-current")).to_contain_text("Grapefruit")
    expect(page.locator("[data-no-match]")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-claim].is-current")).to_contain_text("People allergic to penicillin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    expect(page.get_by_role("alert").filter(has_text="not answered yet")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("a")
    on_desk(page, desk, 1)

    all_saved(page)
    [(decision, answers)] = stored(Review.decision, Review.answers)
    assert decision is Decision.APPROVE
    assert [one["label"] for one in answers["said"]] == ["supported", "supported", "not_in_source"]


def test_from_an_upload_by_keyboard_to_an_approved_passage_with_its_page(
    database: str, chromium: Any, tmp_path: Path, wakes: list[int]
) -> None:
    (tmp_path / "leaflet.pdf").write_bytes(paper.pdf(PAGES))
    with db.transaction() as session:
        dataset, alice = factories.make_dataset(session, "Leaflets"), factories.make_user(session, "Alice")
        factories.join(session, dataset, alice, Role.ADMIN)
        token, home = sign_ins.start(session, alice), f"/datasets/{dataset.id}"
    with Serving() as origin:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "winnow", "value": token, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}{home}/corpora")
        page.get_by_label("Files").set_input_files(tmp_path / "leaflet.pdf")
        page.get_by_role("button", name="Upload").press("Enter")
        page.wait_for_url(re.compile(r"/corpora/\d+"))
        [job_id] = set(wakes)
        assert engine.work_off(job_id).state is JobState.SUCCEEDED
        with db.transaction() as session:
            session.execute(update(Sample).values(state=SampleState.QUEUED))
            reviewing.open_slots(session, session.scalars(select(Dataset)).one(), select(Sample.id))
        page.goto(f"{origin}{home}/review")
        expect(page.locator("[data-passage]")).to_contain_text("The usual dose for adults")
        page.keyboard.press("x")
        page.wait_for_function("() => document.querySelector('#page-dialog img')?.naturalWidth > 900")
        assert is_on_words(page, "of-passage")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        all_saved(page)
        context.close()

    assert stored(Review.decision) == [(Decision.APPROVE,)]


def is_on_words(page: Page, kind: str = "is-marked") -> bool:
    """Whether there is ink under the first mark, and it lies within the page that is shown."""
    box = page.locator(f"#page-dialog rect.{kind}").first.bounding_box()
    frame = page.locator("#page-dialog .paper-frame").bounding_box()
    assert box
    assert frame
    assert box["y"] >= frame["y"], "the mark was brought into sight"
    pixels = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L").tobytes()
    return min(pixels) < 100 and max(pixels) > 180


def test_neighbours_and_back_without_a_mouse(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    passage = page.locator("[data-passage]")
    page.keyboard.press("j")
    expect(passage).to_contain_text("Take the capsules with water")
    page.keyboard.press("j")
    expect(passage).to_contain_text("Nausea")
    expect(page.locator("#evidence [data-key=j]")).to_have_count(0)
    page.keyboard.press("u")
    expect(passage).to_contain_text("The usual dose")
    page.keyboard.press("k")
    expect(passage).to_contain_text("Ask for allergies")
    page.locator("[data-page-open]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#page-dialog h1")).to_contain_text("Page 1 of 3")
    expect(page.locator("#page-dialog .paper-frame")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#page-dialog")).to_be_hidden()
    expect(page.locator("[data-page-open]")).to_be_focused()
    page.keyboard.press("u")
    expect(passage).to_contain_text("The usual dose")
    page.locator("#evidence [data-key=j]").focus()
    page.keyboard.press("Enter")
    expect(passage).to_contain_text("Take the capsules")
    expect(passage).to_be_focused()
    page.keyboard.press("a")
    on_desk(page, desk, 1)
    expect(page.locator("#evidence mark.is-source")).to_have_text("Nausea")


def test_keys_are_silent_while_typing(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("f")
    page.keyboard.type("jukebox")
    expect(page.locator("#flag-comment")).to_have_value("jukebox")
    expect(page.locator("#page-dialog")).to_be_hidden()
    expect(page.locator("[data-passage]")).to_contain_text("The usual dose")


def test_it_all_works_without_script(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk)
    page = open_page(java_script_enabled=False)
    expect(page.locator("#evidence mark.is-source").first).to_contain_text("The usual dose")
    page.get_by_role("link", name="Show page").click()
    expect(page.locator("h1")).to_contain_text("Page 2 of 3")
    expect(page.locator("rect.is-marked").first).to_be_visible()
    page.go_back()
    for number, verdict in enumerate(["Supported", "Contradicted", "Not in the source"]):
        page.locator("[data-claim]").nth(number).get_by_role("radio", name=verdict).check()
    page.get_by_role("button", name="Approve").click()
    on_desk(page, desk, 1)

    [(answers,)] = stored(Review.answers)
    assert [one["label"] for one in answers["said"]] == ["supported", "contradicted", "not_in_source"]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; `make setup` installs it")
def test_everybody_can_use_it(desk: Desk, open_page: Callable[..., Page]) -> None:
    ask(desk)
    page, faults = open_page(), list[str]()
    for scheme, width in [("light", 1440), ("dark", 360)]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(desk.url)
        faults += [f"{scheme} {width}: {one}" for one in faults_of(page)]
        page.keyboard.press("x")
        expect(page.locator("#page-dialog h1")).to_be_visible()
        faults += [f"{scheme} {width}, the page: {one}" for one in faults_of(page)]
    assert not faults, "\n".join(faults)
