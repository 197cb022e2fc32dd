"""Numbers as drawings: what the templates need to write an SVG, with the sentence that stands in for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 320.0, 56.0
PIECE, GAP, IN_A_ROW = 22, 4, 16
MOST_PIECES = 96


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram; `passes` is false where its samples lie on the wrong side of the limit."""

    x: float
    y: float
    width: float
    height: float
    passes: bool


@dataclass(frozen=True)
class Histogram:
    """A measure's distribution with its limit; `label` says the same in a sentence."""

    bars: list[Bar]
    bound_x: float | None
    first: str
    last: str
    label: str


def histogram(
    edges: Sequence[float], counts: Sequence[int], *, bound: float | None, side: str, words: Sequence[str], title: str
) -> Histogram | None:
    """`edges` are the ends of the bins, one more than `counts`; `words` says the first, the last and the bound."""
    if not counts or not any(counts) or edges[-1] <= edges[0]:
        return None
    span, top = edges[-1] - edges[0], max(counts)
    bars = [
        _bar((low - edges[0]) / span * WIDTH, (high - low) / span * WIDTH, count / top, _passes(low, high, bound, side))
        for (low, high), count in zip(pairwise(edges), counts, strict=True)
        if count
    ]
    place = None if bound is None else round(min(max((bound - edges[0]) / span, 0), 1) * WIDTH, 1)
    return Histogram(bars, place, words[0], words[1], _label(title, edges, counts, words, bound, side))


def _bar(x: float, width: float, share: float, passes: bool) -> Bar:
    # A bin with one sample among a million is still drawn, so that nobody takes it for empty.
    height = max(share * (HEIGHT - 4), 1.0)
    return Bar(round(x + 1, 1), round(HEIGHT - height, 1), round(max(width - 2, 1), 1), round(height, 1), passes)


def _passes(low: float, high: float, bound: float | None, side: str) -> bool:
    if bound is None:
        return True
    middle = (low + high) / 2
    return middle >= bound if side == "min" else middle <= bound


def _label(
    title: str, edges: Sequence[float], counts: Sequence[int], words: Sequence[str], bound: float | None, side: str
) -> str:
    fullest = max(range(len(counts)), key=counts.__getitem__)
    share = round(100 * counts[fullest] / sum(counts))
    where = f"Most common between {edges[fullest]:.3g} and {edges[fullest + 1]:.3g}, {share} % of the samples."
    limit = "No limit." if bound is None else f"The limit is {'at least' if side == 'min' else 'at most'} {words[2]}."
    return f"{title}, from {words[0]} to {words[1]}. {where} {limit}"


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
