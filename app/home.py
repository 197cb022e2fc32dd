"""The home directory: one program at a time, and a note for other commands where its services are."""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LAYOUT = 1
LEAST_FREE = 200 << 20


class HomeError(Exception):
    """The home directory cannot be used; the message says why and what to do."""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold a home directory for this program alone. HomeError where another has it, or it cannot be used."""
    _prepare(home)
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeError(
                f"Winnow is already running on {home}. Use that one, or stop it first, or set WINNOW_HOME to another directory."
            ) from None
        try:
            yield
        finally:
            (home / "running.json").unlink(missing_ok=True)


def running(home: Path) -> dict[str, str] | None:
    """The addresses of the services that a running Winnow has on this directory; None where none runs."""
    note = home / "running.json"
    if not note.exists() or not _is_locked(home):
        return None
    return dict(json.loads(note.read_text()))


def announce(home: Path, addresses: dict[str, str]) -> None:
    """Tell other commands where the services are. Only this user may read it."""
    note = home / "running.json"
    note.touch(mode=0o600)
    note.write_text(json.dumps(addresses))


def _prepare(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        _check_layout(home)
    except OSError as error:
        raise HomeError(_explained(home, error)) from None
    if (free := shutil.disk_usage(home).free) < LEAST_FREE:
        raise HomeError(
            f"The disk of {home} is full: {free >> 20} MB are free and Winnow needs at least {LEAST_FREE >> 20} MB. "
            "Nothing was changed. Free some space and start again."
        )


def _check_layout(home: Path) -> None:
    mark = home / "layout"
    if not mark.exists():
        mark.write_text(f"{LAYOUT}\n")
    elif (found := mark.read_text().strip()) != str(LAYOUT):
        raise HomeError(
            f"The data in {home} have layout {found}; this Winnow reads layout {LAYOUT}. They are safe. "
            "Install the version of Winnow that wrote them, or a newer one."
        )


def _is_locked(home: Path) -> bool:
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _explained(home: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {home} is full. Nothing was changed. Free some space and start again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"{home} cannot be written by the user {os.environ.get('USER', os.getuid())}. "
            "Set WINNOW_HOME to a directory that can."
        )
    return f"{home} cannot be used: {error.strerror}. Set WINNOW_HOME to another directory."
