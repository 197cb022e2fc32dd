"""Reading order: a page's runs, put into columns where white gutters part it, else from the top down.

A gutter is an upright strip that hardly any run crosses, with lines of prose on both sides. Runs that cross it (titles,
wide tables and figures) cut the page into bands, each read column by column.
"""

from collections import Counter

import numpy as np

from app.curation.documents.pdf.runs import Run, rows

_NARROWEST = 5.0
"""Points of a gutter."""
_CROSSED = 0.45
"""Share of a gutter's neighbouring lines that may cross it."""
_SIDE = 0.12
"""Share of the region's width that a column has at least."""
_FULL, _FULL_ROWS, _WORDS = 0.68, 3, 3.5
"""A side is prose where so many rows fill this much of its width with so many words."""
_DEEPEST = 4
_OUTDENT = 10.0
"""Points by which a line may begin before its column."""


def columns(pieces: list[Run], depth: int = 0) -> list[list[Run]]:
    """Regions in reading order, each one column wide."""
    gutter = _gutter(pieces) if depth < _DEEPEST and len(pieces) > 3 else None
    if gutter is None:
        return [pieces] if pieces else []
    regions: list[list[Run]] = []
    for band, split in _bands(pieces, *gutter):
        if not split:
            regions += columns(band, depth + 1) if len(band) < len(pieces) else [band]
            continue
        middle = sum(gutter) / 2
        sides = [[run for run in band if (run.left + run.right) / 2 < middle]]
        sides.append([run for run in band if (run.left + run.right) / 2 >= middle])
        if rightward(band):
            sides.reverse()
        for side in sides:
            regions += columns(side, depth + 1)
    return _united(regions)


def rightward(pieces: list[Run]) -> bool:
    """True where the script begins at the right."""
    letters = "".join(word.text for run in pieces[:60] for word in run.words)
    return 2 * sum("\u0590" <= c <= "\u08ff" or "\ufb1d" <= c <= "\ufefc" for c in letters) > max(1, len(letters))


def _united(regions: list[list[Run]]) -> list[list[Run]]:
    return [region for region in regions if region]


def _gutter(pieces: list[Run]) -> tuple[float, float] | None:
    """The widest strip that parts the region into prose left and right of it."""
    left, right = min(run.left for run in pieces), max(run.right for run in pieces)
    bins = int(right - left) + 2
    if bins < 60:
        return None
    edges = np.zeros(bins + 1)
    for run in pieces:
        edges[max(0, int(run.left - left))] += 1
        edges[min(bins, int(run.right - left) + 1)] -= 1
    cover = np.cumsum(edges)[:bins]
    for start, end in _strips(cover):
        gutter = (left + start, _begin(pieces, left + end))
        if min(start, bins - end) >= _SIDE * bins and _parts(pieces, *gutter):
            return gutter
    return None


def _begin(pieces: list[Run], end: float) -> float:
    """Where the column behind a strip that ends here begins: the leftmost edge that several of its runs share."""
    counts = Counter(round(run.left / 3) for run in pieces if run.left >= end - 1)
    shared = [edge for edge, count in counts.items() if count >= max(2, 0.05 * counts.total())]
    return max(end, 3.0 * min(shared) - 1.5) if shared else end


def _strips(cover: np.ndarray) -> list[tuple[int, int]]:
    """Where few runs cross, best first: the least crossed, then the widest."""
    most = float(np.percentile(cover, 75)) * _CROSSED
    low = np.flatnonzero(np.diff(np.concatenate(([0], (cover <= most).astype(int), [0]))))
    strips = [(int(a), int(b)) for a, b in zip(low[::2], low[1::2], strict=True)]
    found = []
    for start, end in strips:
        least = cover[start:end].min()
        inner = np.flatnonzero(cover[start:end] == least)
        a, b = start + int(inner[0]), start + int(inner[-1]) + 1
        if b - a >= _NARROWEST:
            found.append((float(least), a - b, a, b))
    return [(a, b) for _, _, a, b in sorted(found)[:6]]


def _parts(pieces: list[Run], start: float, end: float) -> bool:
    """True where rows of prose stand on both sides, or the content itself comes side after side."""
    sides = ([], [])  # type: tuple[list[Run], list[Run]]
    crossing = 0
    for run in pieces:
        if _crosses(run, start, end):
            crossing += 1
        else:
            sides[run.left + run.right > start + end].append(run)
    if not sides[0] or not sides[1]:
        return False
    if all(map(_is_prose, sides)):
        return True
    return not crossing and _in_turn(*sides)


def _crosses(run: Run, start: float, end: float) -> bool:
    """True where it reaches over the gutter, or begins far within it: no line of the column behind it does."""
    if run.right <= end + 3:
        return False
    return run.left < (start + end) / 2 or run.left < end - _OUTDENT


def _is_prose(side: list[Run]) -> bool:
    left, right = min(run.left for run in side), max(run.right for run in side)
    lines = rows(side)
    full = 0
    for row in lines:
        words = [word.text for run in row for word in run.words]
        wide = sum(run.width for run in row) >= _FULL * (right - left)
        letters = sum(any(map(str.isalpha, word)) for word in words)
        full += wide and len(words) >= _WORDS and 2 * letters > len(words)
    return full >= max(_FULL_ROWS, 0.22 * len(lines))


def _in_turn(left: list[Run], right: list[Run]) -> bool:
    """True where all of one side comes in the content before the other, and at least one line of it is prose."""
    parted = max(run.first for run in left) < min(run.first for run in right)
    return parted and len(left) > 2 and all(any(len(run.words) > 4 for run in side) for side in (left, right))


def _bands(pieces: list[Run], start: float, end: float) -> list[tuple[list[Run], bool]]:
    """From the top down: runs that cross the gutter by themselves, those between them to be split."""
    crossing = [run for run in pieces if _crosses(run, start, end)]
    if not crossing:
        return [(pieces, True)]
    wide = sorted(crossing, key=lambda run: run.middle)
    rest = sorted((run for run in pieces if not _crosses(run, start, end)), key=lambda run: run.middle)
    bands: list[tuple[list[Run], bool]] = []
    at = 0
    for run in wide:
        above = at
        while at < len(rest) and rest[at].middle < run.top:
            at += 1
        if at > above:
            bands.append((rest[above:at], True))
        beside = at
        while at < len(rest) and rest[at].middle < run.bottom:
            at += 1
        same = [run, *rest[beside:at]]
        if bands and not bands[-1][1]:
            bands[-1][0].extend(same)
        else:
            bands.append((same, False))
    if at < len(rest):
        bands.append((rest[at:], True))
    return bands
