"""A document's elements, read by a child process that is stopped when it takes too long."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from app.curation.documents import wire
from app.curation.documents.document import Element
from app.curation.documents.format import Unreadable

SILENT_SECONDS = 60.0
"""How long a child may work on one element. It is also held to its own limits of memory and processor time."""
_LINE = 64 << 20
_GLANCE_SECONDS = 0.5
_QUIET = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def _nothing() -> None:
    pass


def elements(
    key: str, path: Path, name: str, silent_seconds: float = SILENT_SECONDS, alive: Callable[[], None] = _nothing
) -> Iterator[Element]:
    """In reading order, as the child makes them. Unreadable where it says so, dies, or is silent for too long.

    `alive` is asked about twice a second while the child is silent; what it raises ends the child.
    """
    with started("app.curation.documents.child", key, str(path), name) as child:
        try:
            for line in _lines(child, silent_seconds, alive):
                yield _element(line)
            if child.wait() != 0:
                raise Unreadable(
                    "unreadable", "This document is damaged or too hard to read. Save it again, or as PDF."
                )
        finally:
            child.kill()


def started(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A module as a process of its own, with nothing of our environment; it puts itself under limits."""
    environment = _QUIET | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=environment,
    )


def _element(line: bytes) -> Element:
    if line.startswith(b'{"type":"Unreadable"'):
        told = orjson.loads(line)
        raise Unreadable(told["code"], told["message"])
    return wire.loads(line)


def _lines(child: subprocess.Popen[bytes], silent_seconds: float, alive: Callable[[], None]) -> Iterator[bytes]:
    """Whole lines of the child's output. Unreadable `too_slow` where none comes in time."""
    assert child.stdout is not None
    number, rest, since = child.stdout.fileno(), bytearray(), time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(number, selectors.EVENT_READ)
        while True:
            _wait(selector, since + silent_seconds, alive)
            chunk = os.read(number, 1 << 20)
            if not chunk:
                return
            rest += chunk
            if len(rest) > _LINE:
                raise Unreadable("too_large", "A single piece of this document is larger than 64 MiB.")
            if b"\n" in chunk:
                *whole, last = bytes(rest).split(b"\n")
                rest, since = bytearray(last), time.monotonic()
                yield from whole


def _wait(selector: selectors.BaseSelector, until: float, alive: Callable[[], None]) -> None:
    """Until there is something to read. Unreadable `too_slow`."""
    while not selector.select(max(0.0, min(_GLANCE_SECONDS, until - time.monotonic()))):
        if time.monotonic() >= until:
            raise Unreadable("too_slow", "Reading this document takes too long. Split it, or save it in another way.")
        alive()
