"""Experts at work: each reads for one to three seconds, answers, and keeps two samples ahead, as the page does.

python -m benchmarks.review_experts ORIGIN DATASET SECONDS THINK < one sign-in token per line      prints JSON
"""

import http.client
import json
import random
import re
import sys
import threading
import time
from collections import defaultdict
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

AHEAD = 2
_SLOT = re.compile(r'data-slot="(\d+)" data-about')


class Expert:
    """One open page: a connection that is kept, a sample on the screen, two more at hand."""

    def __init__(self, origin: str, dataset_id: int, token: str, seed: int, think: float) -> None:
        self.home = f"/datasets/{dataset_id}/review"
        self.connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=60)
        self.token, self.dice, self.think = token, random.Random(seed), think
        self.times: dict[str, list[float]] = defaultdict(list)
        self.slots: list[str] = []
        self.failures: list[str] = []

    def work(self, until: float) -> None:
        self.connection.connect()
        time.sleep(self.dice.uniform(0, 3 * self.think))
        self._ask("open", "GET", self.home, whole=True)
        while time.monotonic() < until:
            while len(self.slots) <= AHEAD:
                query = urlencode([("beyond", slot) for slot in self.slots])
                if not self._ask("next", "GET", f"{self.home}/following?{query}"):
                    return
            time.sleep(self.dice.uniform(0.5, 1.5) * self.think)
            self._answer(self.slots.pop(0))

    def _answer(self, slot: str) -> None:
        decision = self.dice.choices(["approve", "reject", "skip"], [7, 2, 1])[0]
        fields = {"slot": slot, "key": uuid4().hex, "decision": decision, "seconds": "2.0"}
        if decision == "reject":
            fields["reason"] = "wrong"
        self._ask("submit", "POST", f"{self.home}?part=done", urlencode(fields))

    def _ask(self, what: str, method: str, path: str, body: str | None = None, *, whole: bool = False) -> bool:
        headers = {"Cookie": f"winnow={self.token}", "Sec-Fetch-Site": "same-origin"}
        if not whole:
            headers["HX-Request"] = "true"
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        html = answer.read().decode()
        self.times[what].append(time.perf_counter() - began)
        if answer.status != 200 or (method == "POST" and "Winnow-Saved" not in answer.headers):
            self.failures.append(f"{what}: {answer.status}")
            return False
        if method == "GET":
            found = _SLOT.search(html)
            if found is None:
                return False
            self.slots.append(found[1])
        return True


def main(origin: str, dataset_id: int, seconds: float, think: float, tokens: list[str]) -> dict[str, object]:
    until = time.monotonic() + seconds
    experts = [Expert(origin, dataset_id, token, number, think) for number, token in enumerate(tokens)]
    threads = [threading.Thread(target=expert.work, args=(until,)) for expert in experts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times: dict[str, list[float]] = defaultdict(list)
    for expert in experts:
        for what, taken in expert.times.items():
            times[what] += taken
    return {"times": times, "failures": [failure for expert in experts for failure in expert.failures]}


if __name__ == "__main__":
    given = [line.strip() for line in sys.stdin if line.strip()]
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), given)))
