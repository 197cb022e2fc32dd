"""Several processes give what one gives, in the same order, and never run far ahead."""

import os
from collections.abc import Iterator
from functools import partial

import pytest

from app.curation.parallel import AHEAD, WorkerDied, ordered_map

_ADDED = 0


def _add_in_future(number: int) -> None:
    global _ADDED
    _ADDED = number


def _plus(number: int) -> int:
    return number + _ADDED


def _die(number: int) -> int:
    os._exit(9)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_every_process_is_prepared(workers: int) -> None:
    assert list(ordered_map(_plus, range(20), workers, start=_add_in_future, given=(100,))) == list(range(100, 120))


def test_pieces_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def pieces() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    found = ordered_map(partial(max, 7), pieces(), 2)
    assert next(found) == 7
    assert len(taken) == 2 * AHEAD
    found.close()  # type: ignore[attr-defined]


def test_a_process_that_dies_is_said_so() -> None:
    with pytest.raises(WorkerDied, match="fewer --workers"):
        list(ordered_map(_die, range(4), 2))
