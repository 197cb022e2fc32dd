"""Label Studio driven by the same loop: next task, answer, next task; one annotator and twenty, on 10,000 tasks on SQLite.

python -m benchmarks.review_label_studio PROGRAM       a `label-studio` that is installed in an environment of its own
"""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

TASKS = 10_000
THINK = 0.0
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="decision" toName="text" choice="single">'
    '<Choice value="Approve"/><Choice value="Reject"/></Choices></View>'
)
ANSWER = [{"from_name": "decision", "to_name": "text", "type": "choices", "value": {"choices": ["Approve"]}}]
PASSWORD = "a long quiet river 1"
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def measure(program: str, seconds: float = 40) -> list[str]:
    """Lines of a table, or one that says why there is none."""
    try:
        with TemporaryDirectory(prefix="label-studio-") as folder, _server(program, Path(folder)) as origin:
            return [*_header(origin), *_measured(origin, seconds)]
    except (OSError, RuntimeError, httpx.HTTPError, subprocess.SubprocessError, LookupError) as error:
        return [f"`{program}` did not start or did not take the tasks here ({type(error).__name__}), so it was not measured."]


def _header(origin: str) -> list[str]:
    version = httpx.get(f"{origin}/api/version", timeout=30).json().get("release", "")
    return [
        f"Label Studio {version} as `label-studio start` gives it, SQLite, {TASKS:,} tasks, no pauses between a submit and "
        "the next task. Milliseconds.",
        "",
        "| annotators | next p50 | p95 | submit p50 | p95 | answers per second | tasks handed out twice |",
        "|---|---|---|---|---|---|---|",
    ]


def _measured(origin: str, seconds: float) -> Iterator[str]:
    lead = Annotator(origin, 0)
    project = lead.post("/api/projects", {"title": "Bench", "label_config": CONFIG})["id"]
    text = "A question about a medicine, and an answer of some length that has to be read. " * 8
    lead.post(f"/api/projects/{project}/import", [{"text": f"{number}. {text}"} for number in range(TASKS)])
    everybody = [lead, *(Annotator(origin, number) for number in range(1, 20))]
    for people in (everybody[:1], everybody):
        yield _phase(people, project, seconds)


def _phase(people: list["Annotator"], project: int, seconds: float) -> str:
    until = time.monotonic() + seconds
    for one in people:
        one.following, one.submit, one.tasks = [], [], []
    threads = [threading.Thread(target=one.work, args=(project, until)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    following = [taken for one in people for taken in one.following]
    submit = [taken for one in people for taken in one.submit]
    tasks = [task for one in people for task in one.tasks]
    cells = [f"{1_000 * quantiles(times, n=100)[share - 1]:,.0f}" for times in (following, submit) for share in (50, 95)]
    return f"| {len(people)} | {' | '.join(cells)} | {len(submit) / seconds:.1f} | {len(tasks) - len(set(tasks))} |"


class Annotator:
    """One signed-in person with a connection that is kept."""

    def __init__(self, origin: str, number: int) -> None:
        self.client = httpx.Client(base_url=origin, timeout=120, follow_redirects=True)
        self.following: list[float] = []
        self.submit: list[float] = []
        self.tasks: list[int] = []
        address = f"annotator{number}@clinic.example"
        path = "/user/login/" if number == 0 else "/user/signup/"
        token = _CSRF.search(self.client.get(path).text)
        if token is None:
            raise RuntimeError("no sign-in form")
        form = {"csrfmiddlewaretoken": token[1], "email": address, "password": PASSWORD, "allow_newsletters": "false"}
        self.client.post(path, data=form, headers={"Referer": f"{origin}{path}"}).raise_for_status()
        self.client.get("/api/projects").raise_for_status()

    def post(self, path: str, body: Any) -> Any:
        headers = {"X-CSRFToken": self.client.cookies.get("csrftoken", ""), "Referer": str(self.client.base_url)}
        answer = self.client.post(path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    def work(self, project: int, until: float) -> None:
        while time.monotonic() < until:
            began = time.perf_counter()
            answer = self.client.get(f"/api/projects/{project}/next")
            if answer.status_code != 200:
                continue
            self.following.append(time.perf_counter() - began)
            task = answer.json()["id"]
            began = time.perf_counter()
            self.post(f"/api/tasks/{task}/annotations?project={project}", {"result": ANSWER, "lead_time": 2})
            self.submit.append(time.perf_counter() - began)
            self.tasks.append(task)
            time.sleep(THINK)


@contextmanager
def _server(program: str, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "start", "--no-browser", "--port", str(port), "--data-dir", str(folder)]
    command += ["--username", "annotator0@clinic.example", "--password", PASSWORD]
    quiet = {"COLLECT_ANALYTICS": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LATEST_VERSION_CHECK": "false"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)


def _answering(origin: str, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(360):
        if process.poll() is not None:
            raise RuntimeError("it ended")
        try:
            httpx.get(f"{origin}/health", timeout=2).raise_for_status()
            return origin
        except httpx.HTTPError:
            time.sleep(0.5)
    raise RuntimeError("it does not answer")


if __name__ == "__main__":
    print("\n".join(measure(sys.argv[1])))
