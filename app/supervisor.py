"""`winnow up`: PostgreSQL, Valkey, the web server and one worker as one foreground program."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app import attach, health, home, migrate
from app.embedded import die_with_parent
from app.settings import Settings, get_settings


class CannotStart(Exception):
    """The message says why and what to do."""


class Child:
    """A child process that is started again when it dies, a little later each time."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.start_at = 0.0

    def keep_up(self) -> None:
        """Start it where it does not run and its time has come."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths += 1
            self.start_at = time.monotonic() + min(2 ** (self.deaths - 1), 30)
            say(f"The {self.name} ended (code {self.process.returncode}); it is started again.")
            self.process = None
        if self.process is None and time.monotonic() >= self.start_at:
            self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=die_with_parent)

    def stop(self, seconds: float) -> None:
        """Ask it to end; after `seconds` end it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def up(with_demo: bool = False) -> None:
    """Run until Ctrl-C. CannotStart, HomeError, StartFailed or NewerData where it cannot start."""
    settings = get_settings()
    _check_port(settings)
    say("Starting … The first time, this can take two minutes.")
    stop = threading.Event()
    with _stopping_on_signals(stop), attach.services(for_good=True) as settings:
        say(f"Data: {settings.home}")
        migrate.upgrade(str(settings.database_url))
        if with_demo:
            from app import demo

            demo.ensure()
        home.announce(settings.home, {"database_url": str(settings.database_url), "redis_url": str(settings.redis_url)})
        if not stop.is_set():
            _supervise(settings, stop)
    say("Stopped. All data are in " + str(settings.home))


def _supervise(settings: Settings, stop: threading.Event) -> None:
    children = [Child("web server", _command("web")), Child("worker", _command("worker"))]
    try:
        ready = False
        while not stop.is_set():
            for child in children:
                child.keep_up()
            if not ready and (ready := health.web_answers()):
                _welcome(settings)
            stop.wait(0.5 if ready else 0.1)
    finally:
        say("Stopping …")
        for child, seconds in zip(children, (10, 25), strict=True):
            child.stop(seconds)


def _welcome(settings: Settings) -> None:
    say(f"Winnow is ready: {settings.public_url}")
    say("Stop with Ctrl-C.")


def say(sentence: str) -> None:
    """A line for the person who started the program."""
    print(sentence, flush=True)


def _command(part: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", part]


def _check_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            again = shlex.join(["winnow", "up", "--port", str(settings.port + 1)])
            raise CannotStart(
                f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. "
                f"Stop the program that uses it, or take another: {again}"
            ) from None


@contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT, SIGTERM and a closed terminal all mean: stop cleanly."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
