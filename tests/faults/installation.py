"""Real worker processes on real services, and ways to hurt them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def worker(log: Path, processes: int = 2, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`winnow worker` in a process group of its own, which is ended with all its members."""
    command = [sys.executable, "-m", "app.cli", "worker", "--processes", str(processes)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the whole group: as if the machine's power were cut, for this worker alone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_for(what: str, condition: Callable[[], object], seconds: float = 60) -> float:
    """Seconds until the condition holds; AssertionError after `seconds`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began
