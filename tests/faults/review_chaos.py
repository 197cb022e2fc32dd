"""Two hundred experts at the desk of a real server, and everything that goes wrong with clients, networks and servers."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select, text

from app import db
from app.models import Sample, SampleState
from app.services import review_plan, reviewing, sign_ins
from tests import factories
from tests.faults.installation import ROOT, wait_for
from tests.faults.review_history import CLOCK, Event, Log, Result, read, stored, violations

TERM = 2.0
"""Seconds for which a place is reserved while it is rough: less than many a client thinks, or waits."""
CALM = 600.0
SLOT = re.compile(r'name="slot" value="(\d+)"')
KEY = re.compile(r'name="key" value="([0-9a-f]+)"')
PROOF = re.compile(r'name="proof" value="([0-9a-f]+)"')


@dataclass
class Server:
    """The application under uvicorn, in a process of its own that can be killed and started again at the same address."""

    log: Path
    factory: str = "app.main:create_app"
    environment: dict[str, str] = field(default_factory=dict)
    term: float = TERM
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "--factory", self.factory, "--port", str(self.port)]
        environment = {**os.environ, "WINNOW_LEASE_MINUTES": str(self.term / 60), **self.environment}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--log-level", "warning", "--no-access-log"],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        wait_for("the server", self._answers)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.kills += 1

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@dataclass
class Chaos:
    """`rough` is set while things go wrong; without it clients are careful, until nothing is left to do."""

    folder: Path
    server: Server
    datasets: list[int]
    tokens: list[str]
    experts: dict[int, int]
    seed: int
    rough: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.presses = [0] * len(self.tokens)
        """Answers sent, by client."""


class Client(threading.Thread):
    """One expert's browser. It asks, thinks, answers; and forgets, repeats, hangs up and dies where it is rough."""

    def __init__(self, chaos: Chaos, number: int) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.chaos, self.number = chaos, number
        self.dice = random.Random(chaos.seed * 1_000 + number)
        self.log = Log(chaos.folder, number)

    def run(self) -> None:
        while not self.chaos.done.is_set():
            slot, sent, path = self._ask()
            if not slot:
                time.sleep(self.dice.uniform(0.3, 1.5))
                continue
            if self._is_hit(0.08):
                time.sleep(self.dice.uniform(0, 0.5))  # the browser was closed; somebody opens another one later
                continue
            # Longer than the checker's clocks may differ: or nobody would surely hold a place, and none could be shared.
            time.sleep(TERM * self.dice.uniform(0.9, 1.6) if self._is_hit(0.08) else self.dice.uniform(0, 8 * CLOCK))
            self._answer(slot, sent, path)

    def _is_hit(self, chance: float) -> bool:
        return self.chaos.rough.is_set() and self.dice.random() < chance

    def _ask(self) -> tuple[int, dict[str, str], str]:
        path = f"/datasets/{self.dice.choice(self.chaos.datasets)}/review"
        invoked = time.time()
        try:
            status, page, _ = self._send("GET", path)
        except OSError as error:
            status, page = 0, ""
            time.sleep(0.5 if isinstance(error, ConnectionRefusedError) else 0)
        slot, key, proof = SLOT.search(page), KEY.search(page), PROOF.search(page)
        result: Result = "ok" if status == 200 else "unknown"
        held = int(slot[1]) if slot and status == 200 else 0
        self.log.write(Event(self.number, "next", invoked, time.time(), result, held))
        return held, {"key": key[1], "proof": proof[1]} if key and proof else {}, path

    def _answer(self, slot: int, sent: dict[str, str], path: str) -> None:
        decision = self.dice.choices(["approve", "reject", "flag", "skip"], [60, 25, 10, 5])[0]
        comment = f"by {self.number} on {slot}"
        form = {"slot": slot, **sent, "decision": decision, "comment": comment, "seconds": "1.5"}
        form |= {"reason": "wrong"} if decision == "reject" else {}
        form |= {"reason": "field"} if decision == "skip" and self.dice.random() < 0.5 else {}

        def press(hangs_up: bool = False) -> Result:
            self.chaos.presses[self.number] += 1
            invoked = time.time()
            result = self._decide(path, form, hangs_up=hangs_up)
            self.log.write(Event(self.number, "decide", invoked, time.time(), result, slot, sent["key"], decision, comment))
            return result

        if self._is_hit(0.1):  # a double click: two at the same moment
            twin = threading.Thread(target=press)
            twin.start()
            press()
            twin.join()
        result = press(hangs_up=self._is_hit(0.15))
        while result == "unknown" and not self._is_hit(0.2) and not self.chaos.done.is_set():
            time.sleep(self.dice.uniform(0.05, 0.4))
            result = press()
        if self._is_hit(0.1):  # the back button, and once more
            press()

    def _decide(self, path: str, form: dict[str, object], *, hangs_up: bool) -> Result:
        try:
            status, _, _ = self._send("POST", path, urlencode(form), hangs_up=hangs_up)
        except ConnectionRefusedError:
            return "fail"  # nothing was sent
        except (OSError, http.client.HTTPException):
            return "unknown"
        if status == 303:
            return "ok"
        return "fail" if 400 <= status < 500 else "unknown"

    def _send(self, method: str, path: str, body: str = "", *, hangs_up: bool = False) -> tuple[int, str, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.chaos.server.port, timeout=20)
        headers = {"Cookie": f"winnow={self.chaos.tokens[self.number]}", "Sec-Fetch-Site": "same-origin"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, body or None, headers)
            if hangs_up:
                raise TimeoutError
            answer = line.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Location", "")
        except http.client.HTTPException as error:
            raise ConnectionResetError from error
        finally:
            line.close()


def prepare(clients: int, samples: int) -> tuple[list[int], list[str], dict[int, int]]:
    """Two datasets: one review, three for a third of the samples; and two reviews. Everybody is an expert of both."""
    with db.transaction() as session:
        users = [factories.make_user(session) for _ in range(clients)]
        datasets = [factories.make_dataset(session, reviews_per_sample=reviews) for reviews in (1, 2)]
        review_plan.save(session, datasets[0], more=3, more_share=1 / 3, seed=5)
        for dataset in datasets:
            factories.make_samples(session, factories.make_corpus(session, dataset), samples, state=SampleState.QUEUED)
            reviewing.open_slots(session, dataset, select(Sample.id))
            for user in users:
                factories.join(session, dataset, user)
        tokens = [sign_ins.start(session, user) for user in users]
        return [dataset.id for dataset in datasets], tokens, {number: user.id for number, user in enumerate(users)}


def run(
    folder: Path,
    *,
    clients: int = 200,
    samples: int = 60,
    rough_seconds: float = 12,
    answers: int = 100,
    kills: int = 3,
    patience: float = 120,
    seed: int = 1,
    factory: str = "app.main:create_app",
    environment: dict[str, str] | None = None,
) -> tuple[list[str], list[Event], Server]:
    """(contradictions, history, server) of a rough time and a quiet one after it, in which all work is finished.

    The rough time lasts `rough_seconds`, and on a slow machine until so many answers were sent.
    """
    (folder / "history").mkdir()
    server = Server(folder / "server.log", factory, environment or {})
    chaos = Chaos(folder / "history", server, *prepare(clients, samples), seed)
    chaos.rough.set()
    server.start()
    people = [Client(chaos, number) for number in range(clients)]
    try:
        for person in people:
            person.start()
        dice = random.Random(seed)
        for _ in range(kills):
            _work(chaos, rough_seconds / (kills + 1) * dice.uniform(0.6, 1.2), answers // (kills + 1))
            server.kill()
            time.sleep(dice.uniform(0, 0.5))
            server.start()
        _work(chaos, rough_seconds / (kills + 1), answers // (kills + 1))
        chaos.rough.clear()
        if patience:
            # On a busy machine answers take longer than a short reservation: what is rough must not go on for ever.
            server.kill()
            server.term = CALM
            server.start()
            _quiet(_is_finished, patience)
    finally:
        chaos.done.set()
        for person in people:
            person.join(30)
        server.kill()
    with db.transaction() as session:
        events = read(chaos.folder)
        return violations(events, stored(session), chaos.experts, TERM), events, server


def _work(chaos: Chaos, seconds: float, answers: int) -> None:
    """Leave the experts alone for so long, and until they have sent so many answers more, if they have as many left."""
    goal = sum(chaos.presses) + answers
    time.sleep(seconds)
    _quiet(lambda: sum(chaos.presses) >= goal or _is_finished(), 30)


def _is_finished() -> bool:
    with db.transaction() as session:
        return not session.scalar(text("SELECT EXISTS (SELECT FROM slots WHERE state IN ('open', 'leased'))"))


def _quiet(condition: Callable[[], bool], seconds: float) -> None:
    """Until the work is finished, or for so long: what is unfinished then is for the checker to say."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.2)
