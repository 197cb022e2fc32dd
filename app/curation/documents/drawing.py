"""Draws one page in a process of its own, under limits: python -m app.curation.documents.drawing FORMAT PATH PAGE WIDTH

The PNG goes to standard output; in its place a line of JSON that says why there is none.
"""

import sys
from pathlib import Path

import orjson

from app.curation.documents import child, format

CPU_SECONDS = 60


def main(key: str, path: str, page: str, width: str) -> None:
    child.limit(CPU_SECONDS)
    try:
        told = format.known()[key].page_image(Path(path), int(page), int(width))
    except format.Unreadable as refused:
        told = orjson.dumps({"code": refused.code, "message": refused.message})
    except MemoryError:
        told = orjson.dumps({"code": "too_large", "message": "Drawing this page takes too much memory."})
    sys.stdout.buffer.write(told)


if __name__ == "__main__":
    main(*sys.argv[1:5])
