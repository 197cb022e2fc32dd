"""Runs pandoc on bytes and hands back its syntax tree: no network, no other files, bounded memory, time and output."""

import ctypes
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import orjson

from app.curation.documents.format import Unreadable

HEAP = "1200m"
SECONDS = 55
"""Less than a reader may be silent: the refusal is then pandoc's own and says why."""
MOST_OUTPUT = 192 << 20
_OUT_OF_MEMORY = 251
_PARENT_DIES = 1  # PR_SET_PDEATHSIG


def syntax_tree(source: bytes, format: str, mended: Callable[[bytes], bytes] = bytes) -> dict[str, Any]:
    """`meta` and `blocks`. Unreadable where pandoc gives up. `mended` sees the tree before it is taken apart."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        given.write(source)
        given.seek(0)
        _check(_run(_command(format), given.fileno(), taken.fileno()))
        if taken.tell() > MOST_OUTPUT:
            raise too_large()
        taken.seek(0)
        return _tree(mended(taken.read()))


def _command(format: str) -> list[str]:
    heap = ["+RTS", f"-M{HEAP}", "-A8m", "-RTS"]
    return [_program(), "--sandbox", "--quiet", "-f", format, "-t", "json", *heap]


@cache
def _program() -> str:
    """The one that the wheel brings, else the machine's. Importing the wheel would start it once just to ask its version."""
    wheel = find_spec("pypandoc")
    brought = [Path(folder, "files", "pandoc") for folder in (wheel and wheel.submodule_search_locations) or ()]
    return next((str(file) for file in brought if file.exists()), None) or which("pandoc") or "pandoc"


def _run(command: list[str], given: int, taken: int) -> int:
    try:
        return subprocess.run(
            command, stdin=given, stdout=taken, stderr=subprocess.DEVNULL, timeout=SECONDS, preexec_fn=_bound()
        ).returncode
    except subprocess.TimeoutExpired:
        raise too_slow() from None


def _bound() -> Callable[[], None]:
    """Runs between fork and exec: pandoc ends with its parent, and never writes or works without end."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return partial(_limit, libc)


def _limit(libc: ctypes.CDLL | None) -> None:
    if libc is not None:
        libc.prctl(_PARENT_DIES, signal.SIGKILL)
    for what, most in ((resource.RLIMIT_FSIZE, MOST_OUTPUT + 1), (resource.RLIMIT_CPU, SECONDS)):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def _check(code: int) -> None:
    if code in {_OUT_OF_MEMORY, -signal.SIGXFSZ, -signal.SIGKILL, 153}:
        raise too_large()
    if code == -signal.SIGXCPU:
        raise too_slow()
    if code != 0:
        raise damaged()


def _tree(told: bytes) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = orjson.loads(told)
    except orjson.JSONDecodeError:
        raise damaged() from None
    return tree


def damaged() -> Unreadable:
    return Unreadable("damaged", "This file is damaged: it cannot be taken apart. Open it, save it again, upload that.")


def too_large() -> Unreadable:
    return Unreadable("too_large", "Reading this document takes too much memory. Split it into smaller ones.")


def too_slow() -> Unreadable:
    return Unreadable("too_slow", "Reading this document takes too long. Split it into smaller ones.")
