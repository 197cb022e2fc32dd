"""The same work on many pieces, by several processes, with results in the order of the pieces and bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
AHEAD = 2
"""Pieces handed out beforehand per process: enough that none waits, few enough that memory stays small."""


class WorkerDied(Exception):
    """A process ended before it had answered, most likely for want of memory."""


def ordered_map(
    work: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    workers: int = 1,
    *,
    start: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """`work` of each piece, in order; `start(*given)` runs once in every process first. WorkerDied.

    One worker is this process itself. With more, `work`, pieces and results must be picklable.
    """
    if workers <= 1:
        if start:
            start(*given)
        yield from map(work, pieces)
        return
    # Spawned, not forked: compiled code and Arrow keep threads that a fork would leave behind half alive.
    with ProcessPoolExecutor(workers, get_context("spawn"), start, given) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(work, piece))
                if len(waiting) >= AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerDied(
                "A process ended before its work was done, most likely for want of memory. "
                "Nothing was written. Try again with fewer --workers."
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
