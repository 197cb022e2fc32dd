"""Reads one document in a process of its own, under limits: python -m app.curation.documents.child FORMAT PATH NAME

Elements go to standard output as lines of JSON. A document that cannot be read ends with a line of type Unreadable.
"""

import resource
import sys
from pathlib import Path

import orjson

from app.curation.documents import format, wire

MEMORY = 3 << 30
"""Bytes of address space: libraries map far more than they use."""
CPU_SECONDS = 600


def main(key: str, path: str, name: str) -> None:
    limit(CPU_SECONDS)
    out = sys.stdout.buffer
    try:
        for element in format.known()[key].elements(Path(path), name):
            out.write(wire.dumps(element))
            out.flush()
    except format.Unreadable as refused:
        out.write(orjson.dumps({"type": "Unreadable", "code": refused.code, "message": refused.message}) + b"\n")
    except MemoryError:
        told = {"type": "Unreadable", "code": "too_large", "message": "Reading this document takes too much memory."}
        out.write(orjson.dumps(told) + b"\n")


def limit(cpu_seconds: int) -> None:
    """This process, and those that it starts, for good."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main(*sys.argv[1:4])
