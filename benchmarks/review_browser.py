"""A real browser at the desk: the time from the press of a key until the next sample is painted."""

import os
import random
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# From the moment of the press, as the browser dates it, to the frame after the next sample is in the page. A page that
# says "the next sample is on its way" is no sample: the clock runs on until one is there.
WATCH = """() => {
  window.times = [];
  let pressed = null;
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  document.addEventListener("htmx:after:swap", () => {
    if (pressed === null || !document.querySelector("#card [data-subject]")) return;
    const began = pressed;
    pressed = null;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => window.times.push(performance.now() - began);
      painted.port2.postMessage(null);
    });
  });
}"""


def measure(origin: str, dataset_id: int, token: str, decisions: int, think: float) -> list[float]:
    """Seconds per decision, by the key that approves."""
    dice = random.Random(7)
    found = next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM") or "chromium", "chromium-browser"])))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.context.add_cookies(
            [{"name": "winnow", "value": token, "domain": urlsplit(origin).hostname or "", "path": "/"}]
        )
        page.goto(f"{origin}/datasets/{dataset_id}/review")
        page.wait_for_function("() => Winnow.ahead.size >= 2")
        page.evaluate(WATCH)
        for number in range(1, decisions + 1):
            page.keyboard.press("a")
            page.wait_for_function("number => window.times.length >= number", arg=number)
            page.wait_for_timeout(1_000 * dice.uniform(0.5, 1.5) * think)
        page.wait_for_function("() => !Winnow.outbox.waiting().length")
        times = page.evaluate("() => window.times")
        browser.close()
    return [milliseconds / 1_000 for milliseconds in times]
