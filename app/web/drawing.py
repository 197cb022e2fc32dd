"""Numbers as drawings: what the templates need to write an SVG, with the sentence that stands in for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 320.0, 56.0
PIECE, GAP, IN_A_ROW = 22, 4, 16
MOST_PIECES = 96


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram. `side` is "" where its samples pass, "out" where they fail.

    Where a limit was moved it is "gain" for those that pass now, "loss" for those that fail now.
    """

    x: float
    y: float
    width: float
    height: float
    side: str


@dataclass(frozen=True)
class Histogram:
    """A measure's distribution with its limit, and the limit before it was moved; `label` says the same in words."""

    bars: list[Bar]
    bound_x: float | None
    old_x: float | None
    first: str
    last: str
    label: str


def histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    bound: float | None,
    old: float | None,
    side: str,
    words: Sequence[str],
    title: str,
) -> Histogram | None:
    """`edges` are the ends of the bins, one more than `counts`; `words` says the first, the last, the bound, the old."""
    if not counts or not any(counts) or edges[-1] <= edges[0]:
        return None
    span, top = edges[-1] - edges[0], max(counts)
    bars = [
        _bar(
            (low - edges[0]) / span * WIDTH,
            (high - low) / span * WIDTH,
            count / top,
            _side(low, high, bound, old, side),
        )
        for (low, high), count in zip(pairwise(edges), counts, strict=True)
        if count
    ]
    label = _label(title, edges, counts, words, side, bound is not None, old != bound)
    return Histogram(
        bars, _place(bound, edges), None if old == bound else _place(old, edges), words[0], words[1], label
    )


def _place(bound: float | None, edges: Sequence[float]) -> float | None:
    share = None if bound is None else (bound - edges[0]) / (edges[-1] - edges[0])
    return None if share is None else round(min(max(share, 0), 1) * WIDTH, 1)


def _bar(x: float, width: float, share: float, side: str) -> Bar:
    # A bin with one sample among a million is still drawn, so that nobody takes it for empty.
    height = max(share * (HEIGHT - 4), 1.0)
    return Bar(round(x + 1, 1), round(HEIGHT - height, 1), round(max(width - 2, 1), 1), round(height, 1), side)


def _side(low: float, high: float, bound: float | None, old: float | None, side: str) -> str:
    now, before = (_passes((low + high) / 2, one, side) for one in (bound, old))
    return {(True, True): "", (False, False): "out", (True, False): "gain", (False, True): "loss"}[now, before]


def _passes(middle: float, bound: float | None, side: str) -> bool:
    if bound is None:
        return True
    return middle >= bound if side == "min" else middle <= bound


def _label(
    title: str,
    edges: Sequence[float],
    counts: Sequence[int],
    words: Sequence[str],
    side: str,
    is_limited: bool,
    is_moved: bool,
) -> str:
    fullest = max(range(len(counts)), key=counts.__getitem__)
    share = round(100 * counts[fullest] / sum(counts))
    where = f"Most common between {edges[fullest]:.3g} and {edges[fullest + 1]:.3g}, {share} % of the samples."
    limit = f"The limit is {'at least' if side == 'min' else 'at most'} {words[2]}." if is_limited else "No limit."
    before = (f" It was {words[3]}." if words[3] else " There was none.") if is_moved else ""
    return f"{title}, from {words[0]} to {words[1]}. {where} {limit}{before}"


@dataclass(frozen=True)
class Line:
    """A value against its limit on one line, 96 wide: the zone is the side that fails."""

    dot_x: float
    bound_x: float
    zone_x: float
    zone_width: float


def line(value: float, bound: float, side: str, scale: float) -> Line:
    """Both on a line from 0 to `scale`."""
    dot, limit = (round(4 + min(max(number / scale, 0), 1) * 88, 1) for number in (value, bound))
    return Line(dot, limit, 0 if side == "min" else limit, limit if side == "min" else round(96 - limit, 1))


@dataclass(frozen=True)
class Square:
    """One piece of work, or several where there are too many to draw each."""

    x: int
    y: int
    state: str


def pieces(done: int, again: int, running: int, waiting: int) -> list[Square]:
    """Finished, finished on a second try, in progress, waiting; at most 96 squares, in proportion."""
    counts = {"done": max(done - again, 0), "again": min(again, done), "doing": running, "todo": waiting}
    total = sum(counts.values())
    factor = min(1.0, MOST_PIECES / total) if total else 1.0
    states = [state for state, count in counts.items() for _ in range(_drawn(count, factor))]
    step = PIECE + GAP
    return [Square(1 + step * (at % IN_A_ROW), 1 + step * (at // IN_A_ROW), state) for at, state in enumerate(states)]


def _drawn(count: int, factor: float) -> int:
    return max(1, round(count * factor)) if count else 0
