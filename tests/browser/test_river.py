"""The whole river in a real browser, on a real Winnow: first visit, upload, run, twenty reviews by keyboard, release."""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from datasets import load_dataset
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.curation.releasing.verifying import verify
from tests.system.program import Program, environment, free_port, home, started, winnow

ROOT = Path(__file__).parents[2]
# Another corpus may be sent down the river by hand: RIVER_CORPUS=../shared/data/alpaca/alpaca.jsonl
CORPUS = Path(os.environ.get("RIVER_CORPUS", ROOT / "app" / "demo" / "samples.jsonl"))
PATIENCE = 600_000 if "RIVER_CORPUS" in os.environ else 60_000
SHOTS = os.environ.get("RIVER_SHOTS")
# Approve, reject for the first reason, edit, skip, flag, undo. Each letter is one decision but the undo, which takes one back.
SCRIPT = "aaraeaasafaaezaarareaa"
UNCAPPED = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


def chromium() -> str:
    """The browser that `make test` found or installed."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    pytest.fail("Browser tests need Chromium; `make test` installs it.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=list(UNCAPPED))
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser, program: Program) -> Iterator[Page]:
    """A fresh browser window. What it last showed and what the server said stand in the report of a failed test."""
    made = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True).new_page()
    made.set_default_timeout(PATIENCE)
    yield made
    print(made.url, made.inner_text("body")[:2000], *program.lines[-40:], sep="\n")
    made.context.close()


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with home() as directory, started(winnow("up"), environment(directory, free_port())) as made:
        made.wait_ready()
        yield made


def look(page: Page, name: str) -> None:
    """Keep a picture for a person to judge, where asked to."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", caret="initial")


def press(page: Page, key: str) -> None:
    """Press a key on the desk and wait for another sample."""
    subject = page.locator("#card [data-subject]")
    before = subject.get_attribute("data-subject") or ""
    page.keyboard.press(key)
    expect(subject).not_to_have_attribute("data-subject", before, timeout=30_000)


def reviewed_by_keyboard(page: Page) -> Counter[str]:
    """Follow the script with the keyboard alone; what should be counted in the end."""
    past: list[str] = []
    for letter in SCRIPT:
        page.wait_for_selector("[data-key='a']")
        if letter == "r":
            page.keyboard.press("r")
            press(page, "1")
        elif letter == "e":
            page.keyboard.press("e")
            page.wait_for_selector(".turn.open textarea:focus")
            page.keyboard.press("Control+End")
            page.keyboard.type(" Ask if you are not sure.")
            press(page, "Control+Enter")
        elif letter == "f":
            page.keyboard.press("f")
            page.keyboard.type("Is this still so?")
            press(page, "Control+Enter")
        else:
            press(page, letter)
        if letter == "z":
            past.pop()
            if page.locator(".turn.open").count():  # an edit comes back as it was left
                page.keyboard.press("Escape")
        else:
            past.append(letter)
            page.wait_for_selector(".saved:has-text('Saved')")
    return Counter(past)


def test_from_raw_file_to_approved_rows(program: Program, page: Page) -> None:
    link = program.wait_for(r"http://\S+/first-admin/\S+").group(0)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(link)
    page.get_by_label("Your name").fill("Ines Marchetti")
    page.get_by_label("E-mail").fill("ines@example.org")
    page.get_by_label("Password", exact=True).fill("four words and a bell")
    page.get_by_role("button", name="Create the account").click()

    page.get_by_label("Name of the dataset").fill("River")
    page.get_by_role("button", name="Create and go on").click()
    page.wait_for_url(re.compile(r"/datasets/\d+"))
    dataset = re.search(r"\S+/datasets/\d+", page.url).group(0)  # type: ignore[union-attr]

    page.goto(f"{dataset}/corpora")
    page.get_by_label("Files").set_input_files(CORPUS)
    page.get_by_label("Licence").fill("CC0-1.0")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/corpora/\d+"))
    page.get_by_text("exact copies").first.wait_for()
    page.locator("progress").wait_for(state="detached")
    look(page, "corpus")

    page.goto(f"{dataset}/runs")
    page.get_by_role("button", name="Run recipe version 1").click()
    page.locator("h1", has_text="Finished").wait_for()
    look(page, "run")

    page.goto(f"{dataset}/review")
    look(page, "desk")
    expected = reviewed_by_keyboard(page)
    look(page, "desk-later")
    assert sum(expected.values()) >= 20
    assert {"a", "r", "e"} <= set(expected)
    approved = expected["a"] + expected["e"]

    page.goto(dataset)
    look(page, "overview")
    page.goto(f"{dataset}/samples?state=approved")
    page.get_by_text(f"{approved}").first.wait_for()

    page.goto(f"{dataset}/releases")
    page.get_by_role("link", name="New release").click()
    page.locator("input[name=format][value=messages]").check()
    page.get_by_role("button", name=f"Check and freeze {approved} samples").click()
    page.wait_for_url(re.compile(r"/releases/\d+$"))
    with page.expect_download() as download:  # as soon as the page says by itself that all is written
        page.get_by_role("link", name="Download all as ZIP").click()
    with TemporaryDirectory() as directory:
        path = Path(directory) / "release.zip"
        download.value.save_as(path)
        assert verify(path).problems == []
        with ZipFile(path) as archive:
            archive.extractall(directory)
        (data,) = Path(directory).glob("*/data/train*.jsonl")
        rows = load_dataset("json", data_files=str(data), split="train", cache_dir=directory)
        assert rows.num_rows == approved
        lines = [json.loads(line) for line in data.read_text().splitlines()]
    assert sum(line["messages"][-1]["content"].endswith("Ask if you are not sure.") for line in lines) == expected["e"]
    look(page, "release")
    assert complaints == []
