"""Winnow as a separate program: started, asked over HTTP, stopped."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def home() -> Iterator[Path]:
    """A home directory that PostgreSQL's user may enter; pytest's own temporary directories are closed to it."""
    with TemporaryDirectory(prefix="winnow-home-") as path:
        yield Path(path)


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    """This process's environment with only our own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return kept | {"WINNOW_HOME": str(home), "WINNOW_PORT": str(port)} | more


class Program:
    """A running command whose output is gathered line by line."""

    def __init__(self, command: Sequence[str], env: dict[str, str], cwd: Path | None = None) -> None:
        self.port = int(env["WINNOW_PORT"])
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._gather, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, seconds: float = 90) -> "re.Match[str]":
        """The first match in the output. AssertionError with the output where it does not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := re.search(pattern, self.output):
                return found
            assert self.process.poll() is None or pattern in self.output, f"ended early:\n{self.output}"
            time.sleep(0.1)
        raise AssertionError(f"no {pattern!r} within {seconds} s:\n{self.output}")

    def wait_ready(self, seconds: float = 120) -> dict[str, bool]:
        """What /readyz says once database, broker and worker are all there."""
        end, last = time.monotonic() + seconds, {}
        while time.monotonic() < end:
            last = self.ask("/readyz")
            if last and all(last.values()):
                return last
            time.sleep(0.2)
        raise AssertionError(f"not ready within {seconds} s: {last}\n{self.output}")

    def ask(self, path: str) -> dict[str, bool]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return dict(json.loads(answer.read()))
        except (OSError, ValueError, urllib.error.URLError):
            return {}

    def stop(self, number: signal.Signals = signal.SIGINT, seconds: float = 60) -> int:
        """Ctrl-C, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def _gather(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


@contextmanager
def started(command: Sequence[str], env: dict[str, str], cwd: Path | None = None) -> Iterator[Program]:
    """A program that is surely gone at the end, with everything it started."""
    program = Program(command, env, cwd)
    try:
        yield program
    finally:
        try:
            program.stop()
        except subprocess.TimeoutExpired:
            os.killpg(program.process.pid, signal.SIGKILL)


def winnow(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *arguments]
