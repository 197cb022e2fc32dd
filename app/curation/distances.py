"""How far two answers lie apart, from 0 (the same) to 1: what agreement statistics are made of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any


def nominal(one: Any, other: Any) -> float:
    """Same or not."""
    return float(one != other)


def stepwise(one: float, other: float, width: float) -> float:
    """The steps between two points of a scale as a share of its width."""
    return min(1.0, abs(one - other) / width) if width else nominal(one, other)


def jaccard(one: Collection[Any], other: Collection[Any]) -> float:
    """What two sets do not share, as a share of all that is in either."""
    ours, theirs = set(one), set(other)
    return 1 - len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def masi(one: Collection[Any], other: Collection[Any]) -> float:
    """Jaccard's distance, kinder where one set holds the other (Passonneau 2006)."""
    ours, theirs = set(one), set(other)
    if ours == theirs:
        return 0.0
    weight = 2 / 3 if ours <= theirs or theirs <= ours else 1 / 3 if ours & theirs else 0.0
    return 1 - (1 - jaccard(ours, theirs)) * weight


def ranking(one: Sequence[Collection[str]], other: Sequence[Collection[str]]) -> float:
    """Pairs that two rankings with ties put differently: turned round counts whole, tied in one of them half (Kemeny)."""
    ours, theirs = _places(one), _places(other)
    pairs = list(combinations(sorted(ours.keys() & theirs.keys()), 2))
    if not pairs:
        return nominal(one, other)
    apart = sum(abs(_order(ours, *pair) - _order(theirs, *pair)) for pair in pairs)
    return apart / (2 * len(pairs))


def spans(one: Iterable[Mapping[str, Any]], other: Iterable[Mapping[str, Any]]) -> float:
    """Marked characters that only one of the two marked with that label, as a share of all that either marked."""
    ours, theirs = _marked(one), _marked(other)
    all_marked = sum(map(_length, ours.values())) + sum(map(_length, theirs.values()))
    both = sum(_shared(ours[place], theirs[place]) for place in ours.keys() & theirs.keys())
    return 1 - both / (all_marked - both) if all_marked else 0.0


def _places(groups: Sequence[Collection[str]]) -> dict[str, int]:
    return {option: place for place, group in enumerate(groups) for option in group}


def _order(places: Mapping[str, int], one: str, other: str) -> int:
    return (places[one] > places[other]) - (places[one] < places[other])


def _marked(found: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[tuple[int, int]]]:
    """Disjoint stretches by place and label."""
    placed: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for span in sorted(found, key=lambda one: (one["start"], one["end"])):
        stretches = placed.setdefault((*span["path"], span["label"]), [])
        if stretches and span["start"] <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], span["end"])
        else:
            stretches.append((span["start"], span["end"]))
    return placed


def _length(stretches: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in stretches)


def _shared(ours: Iterable[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(end, until) - max(start, since)) for start, end in ours for since, until in theirs)
