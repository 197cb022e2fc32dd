"""Pictures of pages, drawn by a child process under limits."""

import subprocess
from pathlib import Path

import orjson

from app.curation.documents.elements import started
from app.curation.documents.format import Unreadable

SECONDS = 30.0
"""How long drawing a page may take."""


def page_image(key: str, path: Path, page: int, width: int) -> bytes:
    """The page, counted from 1, as it is shown: a PNG of this many pixels across. Unreadable where it cannot be drawn."""
    with started("app.curation.documents.drawing", key, str(path), str(page), str(width)) as child:
        try:
            told, _ = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Unreadable("too_slow", "Drawing this page takes too long.") from None
        finally:
            child.kill()
    if told.startswith(b"\x89PNG") and child.returncode == 0:
        return told
    if told.startswith(b"{") and child.returncode == 0:
        refused = orjson.loads(told)
        raise Unreadable(refused["code"], refused["message"])
    raise Unreadable("page_unreadable", "This page is damaged or too large and cannot be shown.")
