"""Make the README's pictures from the demonstration dataset: `.venv/bin/python scripts/screenshots.py`. Needs Chromium."""

import os
import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.system.program import environment, free_port, home, started, winnow

DOCS = Path(__file__).resolve().parent.parent / "docs"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def first_visit(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("Ines Marchetti")
    page.get_by_label("E-mail").fill("ines@example.org")
    page.get_by_label("Password", exact=True).fill("four words and a bell")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(re.compile("/datasets"))


def decide(page: Page, keys: str) -> None:
    """Some decisions, so that the pictures show a day's work."""
    for key in keys:
        page.wait_for_selector("[data-key='a']")
        with page.expect_response(lambda answer: "/review" in answer.url and answer.request.method != "GET"):
            if key == "r":
                page.keyboard.press("r")
                page.keyboard.press("1")
            else:
                page.keyboard.press(key)
        page.locator(".htmx-request").wait_for(state="detached")


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with home() as directory, started(winnow("up", "--demo"), environment(directory, free_port())) as program:
        program.wait_ready()
        link = program.wait_for(r"http://\S+/first-admin/\S+").group(0)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            first_visit(page, link)
            dataset = re.sub(r"/first-admin/.*", "/datasets/1", link)
            page.goto(f"{dataset}/review")
            decide(page, "arasaaaraaaasaaraaaaaaa")
            page.screenshot(path=DOCS / "desk.png")
            for name, path in (("overview", ""), ("recipe", "/recipe")):
                page.goto(dataset + path)
                page.screenshot(path=DOCS / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    main()
