"""Pictures of pages, drawn once and kept as files beside the documents; the oldest go where there are too many."""

import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from app.curation.documents.format import Unreadable
from app.curation.documents.pictures import page_image
from app.messages import say
from app.services import blobs
from app.services.errors import NotFound
from app.settings import get_settings

FOLDER = "pages"
WIDTHS = (1000, 2000)
"""Pixels across: to be read, and to be looked at closely."""
MOST_BYTES = 1 << 30
FAILED_SECONDS = 600
"""How long a page that could not be drawn is not tried again."""
_failed: dict[Path, float] = {}


def kept(sha256: str, page: int, width: int) -> bytes | None:
    """The picture where it was drawn before."""
    path = _path(sha256, page, width)
    try:
        found = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return found


def drawn(sha256: str, key: str, page: int, width: int) -> bytes:
    """The picture, drawn anew where it is not kept. It takes a process of its own and up to some seconds. NotFound."""
    found = kept(sha256, page, width)
    if found is not None:
        return found
    path = _path(sha256, page, width)
    if _failed.get(path, 0) > time.monotonic():
        raise _undrawable()
    try:
        found = page_image(key, blobs.path(sha256), page, width)
    except (Unreadable, OSError) as error:
        _forget_old_failures()
        _failed[path] = time.monotonic() + FAILED_SECONDS
        raise _undrawable() from error
    with suppress(OSError):  # a full disk must not hide a picture that is there
        _keep(path, found)
    return found


def _undrawable() -> NotFound:
    return NotFound(
        say("This page cannot be drawn. Its words stand in the passage; the document itself is where you have it from.")
    )


def _path(sha256: str, page: int, width: int) -> Path:
    return get_settings().blob_dir / FOLDER / sha256[:2] / f"{blobs.path(sha256).name}-{page}-{width}.png"


def _keep(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{uuid4().hex}")
    aside.write_bytes(picture)
    aside.replace(path)
    _prune(path.parents[1])


def _prune(folder: Path) -> None:
    """Drop what was looked at least recently, down to nine tenths of what there may be."""
    files = []
    for file in folder.glob("*/*"):
        with suppress(FileNotFoundError):  # another process prunes too
            told = file.stat()
            files.append((told.st_mtime, told.st_size, file))
    total = sum(size for _, size, _ in files)
    if total <= MOST_BYTES:
        return
    for _, size, file in sorted(files):
        file.unlink(missing_ok=True)
        total -= size
        if total <= 0.9 * MOST_BYTES:
            return


def _forget_old_failures() -> None:
    now = time.monotonic()
    for path in [path for path, until in _failed.items() if until <= now]:
        _failed.pop(path, None)
