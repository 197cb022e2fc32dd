"""The desk under load: 50 experts and a real browser on 100,000 and on 1,000,000 queued samples.

python -m benchmarks.review [--sizes N ...] [--experts N] [--decisions N] [--label-studio PROGRAM]

Writes REVIEW.md, with the date and the machine. Times of the server are those that its clients wait, on this machine,
on connections that are kept; those of the browser run from the press of a key to the frame that shows the next sample.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import attach, embedded, migrate
from benchmarks import review_browser, review_label_studio, review_queue
from benchmarks.run import machine

RESULTS = Path(__file__).parent / "REVIEW.md"
THINK = 2.0
MEDIAN, P95, GROWTH, BUSY = 50, 100, 1.5, 2.0
"""The bars: milliseconds in the browser, and at the server's p95; and how much slower 1M and a busy machine may be."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one phase."""

    name: str
    browser: list[float]
    following: list[float]
    submit: list[float]
    cpu: float
    load: float

    @property
    def row(self) -> str:
        cells = [f"{at(times, share):.0f}" for times in (self.browser, self.following, self.submit) for share in (50, 95)]
        decisions = len(self.submit)
        return f"| {self.name} | {' | '.join(cells)} | {decisions:,} | {self.cpu:.1f} | {self.load:.1f} |"


COLUMNS = (
    "queue",
    *("browser p50", "p95", "next p50", "p95", "submit p50", "p95"),
    *("experts' decisions", "server's CPU per request", "load average of the machine"),
)


def at(times: Sequence[float], percent: int) -> float:
    """A percentile; NaN of nothing."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else float("nan")


def main() -> int:
    given = _arguments()
    phases = [phase for size in given.sizes for phase in _on(size, given)]
    peers = review_label_studio.measure(given.label_studio) if given.label_studio else []
    report = _report(phases, peers, given)
    print(report)
    if given.write:
        RESULTS.write_text(report)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--experts", type=int, default=50)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--imported", type=int, default=400_000)
    parser.add_argument("--label-studio", default=os.environ.get("LABEL_STUDIO") or shutil.which("label-studio"))
    parser.add_argument("--no-write", dest="write", action="store_false")
    return parser.parse_args()


def _on(size: int, given: argparse.Namespace) -> Iterator[Measured]:
    """At rest; and on the largest queue also while a worker imports and runs."""
    with TemporaryDirectory(prefix="winnow-bench-") as home, _installation(Path(home)):
        began = time.monotonic()
        queue = review_queue.fill(size, given.experts + 1)
        print(f"{size:,} samples in {time.monotonic() - began:.0f} s", flush=True)
        with review_queue.server() as server:
            _phase("warm-up", server, queue, given, decisions=5)
            yield _phase(f"{size:,}", server, queue, given)
            if size == max(given.sizes):
                with review_queue.work(queue.dataset_id, given.imported):
                    yield _phase(f"{size:,}, importing and running", server, queue, given)


def _phase(
    name: str, server: review_queue.Server, queue: review_queue.Queue, given: argparse.Namespace, decisions: int = 0
) -> Measured:
    """The experts work as long as the browser does."""
    count = decisions or given.decisions
    seconds = count * THINK / 2 + 5
    found: dict[str, dict[str, list[float]]] = {}
    cpu = server.cpu_seconds()
    loading = threading.Thread(target=lambda: found.update(_experts(server.origin, queue, seconds)))
    loading.start()
    time.sleep(min(5, seconds / 4))
    browser = review_browser.measure(server.origin, queue.dataset_id, queue.tokens[0], count, THINK / 2)
    loading.join()
    times, failures = found["times"], found["failures"]
    if failures:
        print(f"  failures: {failures[:5]}")
    requests = sum(map(len, times.values())) + 2 * len(browser)
    used = 1_000 * (server.cpu_seconds() - cpu) / requests
    measured = Measured(
        name, _ms(browser), _ms(times.get("next", [])), _ms(times.get("submit", [])), used, os.getloadavg()[0]
    )
    print(measured.row, flush=True)
    return measured


def _experts(origin: str, queue: review_queue.Queue, seconds: float) -> dict[str, dict[str, list[float]]]:
    command = [sys.executable, "-m", "benchmarks.review_experts", origin, str(queue.dataset_id), str(seconds), str(THINK)]
    done = subprocess.run(command, input="\n".join(queue.tokens[1:]), stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def _ms(times: Sequence[float]) -> list[float]:
    return [1_000 * seconds for seconds in times]


@contextmanager
def _installation(home: Path) -> Iterator[None]:
    os.environ["WINNOW_HOME"] = str(home / "home")
    with embedded.services(home) as services:
        migrate.upgrade(services.database_url)
        attach.use(services.database_url, services.redis_url)
        yield


def _report(phases: list[Measured], peers: list[str], given: argparse.Namespace) -> str:
    """All that was measured, and each bar with yes or no."""
    lines = [
        "# Reviewing under load",
        "",
        f"Written by `make load`. {datetime.now(UTC):%Y-%m-%d}, {machine()}.",
        "",
        f"{given.experts} experts, who read for 1 to 3 seconds and keep two samples ahead, one web process, everything on this "
        f"machine; beside them one Chromium that decides {given.decisions} samples by keyboard. Milliseconds.",
        "The load average tells what else the machine was doing: about 2 is this benchmark itself; well above it, repeat.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
        *(phase.row for phase in phases),
        "",
        *_bars(phases),
        "",
        "## Label Studio beside it",
        "",
        *(peers or ["Not installed here, so not measured. Give its program with `LABEL_STUDIO=` to have it driven."]),
        "",
    ]
    return "\n".join(lines)


def _bars(phases: list[Measured]) -> Iterator[str]:
    yield "| bar | measured | held |"
    yield "|---|---|---|"
    rest = [phase for phase in phases if "," not in phase.name.replace(",0", "")]
    for phase in rest:
        yield _bar(f"{phase.name}: browser median ≤ {MEDIAN} ms", at(phase.browser, 50), MEDIAN)
        yield _bar(f"{phase.name}: browser p95 ≤ {P95} ms", at(phase.browser, 95), P95)
        yield _bar(f"{phase.name}: next p95 ≤ {P95} ms", at(phase.following, 95), P95)
        yield _bar(f"{phase.name}: submit p95 ≤ {P95} ms", at(phase.submit, 95), P95)
    if len(rest) > 1:
        yield _ratio(f"next, p95 of {rest[-1].name} ÷ {rest[0].name}", rest[-1].following, rest[0].following, GROWTH)
        yield _ratio(f"submit, p95 of {rest[-1].name} ÷ {rest[0].name}", rest[-1].submit, rest[0].submit, GROWTH)
    for busy in [phase for phase in phases if phase not in rest]:
        yield _ratio("next, p95 while importing and running ÷ at rest", busy.following, rest[-1].following, BUSY)
        yield _ratio("submit, p95 while importing and running ÷ at rest", busy.submit, rest[-1].submit, BUSY)
        yield _ratio("browser, p95 while importing and running ÷ at rest", busy.browser, rest[-1].browser, BUSY)


def _bar(name: str, value: float, bar: float) -> str:
    return f"| {name} | {value:.0f} ms | {'yes' if value <= bar else 'no'} |"


def _ratio(name: str, one: Sequence[float], other: Sequence[float], bar: float) -> str:
    value = at(one, 95) / at(other, 95)
    return f"| {name} ≤ {bar} | {value:.2f} | {'yes' if value <= bar else 'no'} |"


if __name__ == "__main__":
    sys.exit(main())
