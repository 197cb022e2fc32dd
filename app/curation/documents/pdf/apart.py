"""Reads a document in a process of its own that may crash or hang on a page: then the next one goes on behind it."""

import ctypes
import faulthandler
import multiprocessing
import resource
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.pdf import opening
from app.curation.documents.pdf.reading import Reading


class Refused(NamedTuple):
    """What an Unreadable says, on its way between processes."""

    code: str
    message: str


PAGE_SECONDS = 12.0
"""How long a page may take. Pages take some thousandths of it."""
MEMORY = 1536 << 20
"""Bytes of address space while text is read: content that inflates to more ends its page."""
_MOST_BROKEN = 25
_DAMAGED = "This PDF is damaged: too much of it cannot be read. Save or download it again."
_DIE_WITH_PARENT = 1


def told(path: Path, page_seconds: float = PAGE_SECONDS) -> Iterator[Element]:
    """Facts first, then what is on the pages. Unreadable where the document is."""
    first, known, begun = 1, {}, False  # type: int, dict[int, str], bool
    while True:
        at = 0
        for step in _steps(path, first, known, page_seconds):
            if isinstance(step, Refused):
                raise Unreadable(*step)
            if isinstance(step, str):
                if at in known or len(known) >= _MOST_BROKEN:
                    raise Unreadable("damaged", _DAMAGED)
                known[at] = step
                break
            at, elements = step
            if elements is None:
                continue
            first = at + 1
            for element in elements:
                if not (begun and isinstance(element, Facts)):
                    yield element
            begun = begun or bool(elements)
        else:
            return
        if at == 0:
            raise Unreadable("damaged", _DAMAGED)


def _steps(
    path: Path, first: int, known: dict[int, str], page_seconds: float
) -> Iterator[tuple[int, list[Element] | None] | Refused | str]:
    """What the process tells; the code of a fault where it falls silent."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=_work, args=(there, path, first, known), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            if not here.poll(page_seconds):
                yield "page_too_slow"
                return
            try:
                step = here.recv()
            except (EOFError, OSError):
                yield "page_unreadable"
                return
            if step is None:
                return
            yield step
    finally:
        process.kill()
        process.join()
        here.close()


def _work(out: Connection, path: Path, first: int, known: dict[int, str]) -> None:
    """In the process: limits, then the pages one after another."""
    _limit()
    faulthandler.disable()
    try:
        with opening.opened(path) as document:
            facts = opening.facts(document)
            reading = Reading(document, facts, first, known)
            begun = False
            for number, elements in reading.steps():
                if elements is not None and not begun:
                    elements.insert(0, facts)
                    begun = True
                out.send((number, elements))
        out.send(None)
    except Unreadable as refused:
        out.send(Refused(refused.code, refused.message))
    except MemoryError:
        return


def _limit() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
