"""No more requests to a model at a time, or within a minute, than its endpoint allows: counted in this process."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.models import ModelEndpoint

MINUTE = 60.0


class Pace:
    """The limits of one endpoint, which may change while requests are under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._sent: deque[float] = deque()

    def enter(self, at_a_time: int) -> None:
        with self._changed:
            while self._under_way >= max(at_a_time, 1):
                self._changed.wait(1.0)
            self._under_way += 1

    def leave(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify()

    def turn(self, per_minute: int) -> None:
        """Wait until one more within this minute is allowed, and count it."""
        while per_minute:
            with self._changed:
                now = time.monotonic()
                while self._sent and self._sent[0] <= now - MINUTE:
                    self._sent.popleft()
                if len(self._sent) < per_minute:
                    self._sent.append(now)
                    return
                wait = self._sent[0] + MINUTE - now
            time.sleep(min(wait, 1.0))


_paces: dict[int, Pace] = {}
_known = threading.Lock()


@contextmanager
def pace(endpoint: ModelEndpoint) -> Iterator[Callable[[], None]]:
    """A place among the requests under way; what it gives is called before each one that is sent."""
    with _known:
        one = _paces.setdefault(endpoint.id or 0, Pace())
    per_minute, at_a_time = endpoint.per_minute or 0, endpoint.concurrency or 1
    one.enter(at_a_time)
    try:
        yield lambda: one.turn(per_minute)
    finally:
        one.leave()
