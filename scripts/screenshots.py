"""Make the README's pictures from the demonstration dataset: `.venv/bin/python scripts/screenshots.py`. Needs Chromium."""

import os
import re
import shutil
from pathlib import Path
from zlib import crc32

from playwright.sync_api import Browser, Page, sync_playwright

from tests.system.program import environment, free_port, home, started, winnow

DOCS = Path(__file__).resolve().parent.parent / "docs"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE = {"width": 1280, "height": 800}
EXPERTS = (("Jonas Weber", 64), ("Amira Haddad", 56), ("Tom Okafor", 40))
"""Who has reviewed, and how many samples."""


def first_visit(page: Page, link: str) -> str:
    """Make the admin's account; the address of the dataset."""
    page.goto(link)
    page.get_by_label("Your name").fill("Ines Marchetti")
    page.get_by_label("E-mail").fill("ines@example.org")
    page.get_by_label("Password", exact=True).fill("four words and a bell")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(re.compile("/datasets"))
    return re.sub(r"/first-admin/.*", "/datasets/1", link)


def set_up(page: Page, dataset: str) -> None:
    """Two experts for each sample, and a question to answer."""
    page.goto(f"{dataset}/settings")
    page.get_by_label("Reviews for each sample").fill("2")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{dataset}/quality/rubric")
    page.get_by_role("button", name="Add “Helpfulness”").click()


def join(browser: Browser, admin: Page, dataset: str, name: str) -> Page:
    """Invite an expert, and open the link as they would."""
    admin.goto(f"{dataset}/people")
    admin.get_by_label("Name").first.fill(name)
    admin.get_by_role("button", name="Make a personal link").click()
    link = admin.get_by_label("Personal link").input_value()
    page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    page.goto(link)
    page.get_by_label("E-mail").fill(f"{name.split()[0].lower()}@example.org")
    page.get_by_label("Choose a password").fill("four words and a bell")
    page.get_by_role("button", name="Create the account and start").click()
    page.wait_for_url(re.compile("/datasets/"))
    return page


def decide(page: Page, person: str) -> None:
    """One decision that rests on the text, so that experts agree mostly, and not always."""
    page.wait_for_selector("#answer", state="attached")
    words = page.locator(".sample .turn .material").last.inner_text()
    sense, mood = crc32(words.encode()), crc32(f"{words}{person}".encode())
    rejects = (sense % 4 == 0) != (mood % 13 == 0)
    with page.expect_response(lambda answer: "/review" in answer.url and answer.request.method != "GET"):
        page.keyboard.press(str(1 + sense % 2 if rejects else 4 + (sense // 7 + (mood % 5 == 0)) % 2))
        for key in ("r", "3") if rejects else ("a",):
            page.keyboard.press(key)
    page.locator(".htmx-request").wait_for(state="detached")


def work(browser: Browser, admin: Page, dataset: str) -> Page:
    """Some days' decisions; the desk of the last who came."""
    page = admin
    for name, number in EXPERTS:
        page = join(browser, admin, dataset, name)
        page.goto(f"{dataset}/review")
        for _ in range(number):
            decide(page, name)
    return page


def show_evidence(page: Page) -> None:
    """Go on to a sample with something beside it: words that are marked, or a limit that is near."""
    for _ in range(60):
        if page.locator(".rail .legend, .rail .measures").count():
            return
        decide(page, "Tom Okafor")
        page.wait_for_timeout(100)


def what_if(page: Page, dataset: str) -> None:
    """A limit that is moved, with what would change."""
    page.goto(f"{dataset}/recipe")
    bound = page.locator("[id='filters.length.min_answer_characters']")
    bound.press("Control+A")
    bound.press_sequentially("120")
    page.get_by_text("Newly dropped").first.wait_for()
    page.mouse.wheel(0, 220)
    page.wait_for_timeout(1000)


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with home() as directory, started(winnow("up", "--demo"), environment(directory, free_port())) as program:
        program.wait_ready(300)
        link = program.wait_for(r"http://\S+/first-admin/\S+").group(0)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            dataset = first_visit(page, link)
            set_up(page, dataset)
            desk = work(browser, page, dataset)
            show_evidence(desk)
            desk.screenshot(path=DOCS / "desk.png")
            page.goto(f"{dataset}/quality/agreement")
            page.screenshot(path=DOCS / "agreement.png")
            what_if(page, dataset)
            page.screenshot(path=DOCS / "recipe.png")
            browser.close()


if __name__ == "__main__":
    main()
