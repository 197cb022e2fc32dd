"""The sentences of an answer as claims, each with its place, and the words of a passage that speak of the same."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from math import log
from typing import NamedTuple, TypeAlias

from app.curation.agreeing import EMPTY
from app.curation.sample import Path, Turn
from app.curation.text import comparable, is_single, words

MOST = 100
"""Claims of one answer that are asked about; a longer one is a text, and its later sentences are left unjudged."""
Span: TypeAlias = tuple[int, int]

_ROLES = ("chosen", "assistant", "text")
_BREAK = re.compile(r"(?<=[.!?…])[\"'”’»)\]*_]*\s+|(?<=[。！？｡])[」』）]*\s*|\n+")
# What ends with a full stop and ends no sentence: titles, short forms, single letters; some of them only before a number.
_BEFORE = r"(?:^|[\s(\[„“\"'])"
_SHORT = re.compile(
    _BEFORE + r"(?:dr|mr|mrs|ms|prof|st|vs|cf|al|approx|ca|incl|resp|inc|ltd|corp|dept|bzw|usw|vgl|bspw|ggf|evtl|inkl|"
    r"env|(?:[^\W\d_]\.)*[^\W\d_])\.$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    _BEFORE + r"(?:no|nos|nr|fig|figs|eq|vol|pp?|art|abs|sec|tab|ch|min|max|ed|ref)\.$", re.IGNORECASE
)
_ITEM = re.compile(r"\s*\d{1,3}\.$")
_TAIL = 40
"""Characters before a full stop that are looked at."""
_LEAD = re.compile(r"(?:[-*+•>#|]+|\d{1,3}[.)])[ \t]+|[\s|>#]+")
_SIGNIFICANT = re.compile(r"\w")
_RULE = re.compile(r"[\s|:=_*~-]*\Z")
_STEM = 6
"""Letters by which two forms of a word are one: languages differ in their endings."""
_ENOUGH = 0.3
"""The share of a claim's words, by weight, that a passage must hold before any of it is marked."""
_MORE = 0.15
"""What a further sentence must add of the claim, so that it is marked too."""
_MOST_SENTENCES = 3


class Claim(NamedTuple):
    """Characters `start` to `end` of the turn at `path`."""

    path: Path
    start: int
    end: int
    text: str


def claims(sample: Sequence[Turn]) -> list[Claim]:
    """The sentences of what a model would learn to say: the better answer, the last one, or the text itself."""
    turn = answer(sample)
    if turn is None:
        return []
    return [Claim(turn.path, *span, turn.text[slice(*span)]) for span in islice(_spans(turn.text), MOST)]


def answer(sample: Sequence[Turn]) -> Turn | None:
    """The turn that the claims are made in."""
    for role in _ROLES:
        found = [turn for turn in sample if turn.role == role]
        if found:
            return found[-1]
    return None


def sentences(text: str) -> list[Span]:
    """Where each sentence stands, without the blanks and signs of lists around it; a line break ends one too."""
    return list(_spans(text))


def best(passage: str, claim: str) -> list[Span]:
    """The sentences of a passage that hold most of a claim's words, in order; none where it hardly speaks of it."""
    places, stems, weights = _read(passage)
    wanted = {stem: weights.get(stem, log(2 + len(stems))) for stem in _stems(claim)}
    total = sum(wanted.values())
    if not total:
        return []
    chosen: list[int] = []
    left, found = dict(wanted), 0.0
    for _ in range(_MOST_SENTENCES):
        gains = [sum(left.get(stem, 0.0) for stem in one) for one in stems]
        place = max(range(len(gains)), key=gains.__getitem__, default=-1)
        if place < 0 or gains[place] < _MORE * total:
            break
        chosen.append(place)
        found += gains[place]
        left = {stem: weight for stem, weight in left.items() if stem not in stems[place]}
    return [places[place] for place in sorted(chosen)] if found >= _ENOUGH * total else []


@lru_cache(maxsize=64)
def _read(passage: str) -> tuple[list[Span], list[set[str]], dict[str, float]]:
    """Its sentences with their words and what these weigh: once for all claims of an answer."""
    places = sentences(passage)
    stems = [_stems(passage[slice(*place)]) for place in places]
    return places, stems, _weights(stems)


def _weights(stems: Sequence[set[str]]) -> dict[str, float]:
    """A word in few sentences says more about where a claim comes from than one in all of them."""
    counts = Counter(stem for one in stems for stem in one)
    return {stem: log(1 + (1 + len(stems)) / many) for stem, many in counts.items()}


def _stems(text: str) -> set[str]:
    """The words that mean something; of scripts that put no space between words, every two neighbours."""
    found = words(comparable(text))
    pairs = {one + other for one, other in pairwise(found) if is_single(one) and is_single(other)}
    return pairs | {word[:_STEM] for word in found if not is_single(word) and word not in EMPTY}


def _spans(text: str) -> Iterator[Span]:
    return (span for first, last in _cut(text) if (span := _trimmed(text, first, last)) is not None)


def _cut(text: str) -> Iterator[Span]:
    first = 0
    for found in _BREAK.finditer(text):
        line_ends = "\n" in found.group()
        following = text[found.end() : found.end() + 1]
        tail = text[max(first, found.start() - _TAIL) : found.start()]
        if not line_ends and (following.islower() or _goes_on(tail, following)):
            continue
        yield first, found.end()
        first = found.end()
    yield first, len(text)


def _goes_on(piece: str, following: str) -> bool:
    """Whether the full stop at the end of this piece belongs to its last word."""
    is_short = _SHORT.search(piece) or _ITEM.match(piece) or (following.isdigit() and _NUMBERED.search(piece))
    return bool(is_short)


def _trimmed(text: str, first: int, last: int) -> Span | None:
    while first < last and (lead := _LEAD.match(text, first, last)):
        first = lead.end()
    while first < last and text[last - 1] in " \t\r\n|":
        last -= 1
    piece = text[first:last]
    return (first, last) if _SIGNIFICANT.search(piece) and not _RULE.match(piece) else None
