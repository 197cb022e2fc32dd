"""Cues: literals that a text must hold before a regular expression is worth its time, all looked for in one pass.

A filter makes its cues when it is imported. Letters match in either case (ASCII), ``'`` also matches ``’``.
"""

from collections import deque
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.curation.kernels.automaton import seen
from app.curation.texts import Texts

Seen = NDArray[np.uint64]
"""Per text one bit for each cue."""
MOST = 64
_KNOWN: list[tuple[bytes, ...]] = []


class Cue:
    """One or more literals in lower case, any of which will do; only ASCII letters have cases here."""

    def __init__(self, *literals: str) -> None:
        if (
            len(_KNOWN) == MOST
            or not all(literals)
            or any(literal.encode() != literal.encode().lower() for literal in literals)
        ):
            raise ValueError(f"a cue is one of at most {MOST} sets of strings in lower case, not {literals}")
        spelled = {spelling for literal in literals for spelling in (literal, literal.replace("'", "’"))}
        self.bit = np.uint64(1) << np.uint64(len(_KNOWN))
        _KNOWN.append(tuple(sorted(spelling.encode() for spelling in spelled)))

    def among(self, found: Seen) -> NDArray[np.bool_]:
        """Where the cue was seen."""
        there: NDArray[np.bool_] = (found & self.bit) != 0
        return there


def cues(texts: Texts) -> Seen:
    """Every cue of every filter that each text holds."""
    from app.curation.filter import filters

    filters()  # a filter that is imported later would have cues that nobody looked for
    return seen(texts.data, texts.offsets, *_automaton(len(_KNOWN)))


@cache
def _automaton(many: int) -> tuple[NDArray[np.int32], NDArray[np.int32], int, Seen]:
    """Symbols of bytes, next states, the width of their rows as a power of two, and reports of the first cues."""
    symbols = _symbols(_KNOWN[:many])
    shift = int(symbols.max()).bit_length()
    width = 1 << shift
    children, reports = _trie(_KNOWN[:many], symbols)
    following = np.zeros(len(children) * width, np.int32)
    failure = [0] * len(children)
    queue = deque([0])
    while queue:
        state = queue.popleft()
        fallback = failure[state] * width
        if state:
            following[state * width : (state + 1) * width] = following[fallback : fallback + width]
            reports[state] |= reports[failure[state]]
        for symbol, child in children[state].items():
            failure[child] = int(following[state * width + symbol]) if state else 0
            following[state * width + symbol] = child
            queue.append(child)
    return symbols, following, shift, np.array(reports, np.uint64)


def _symbols(known: list[tuple[bytes, ...]]) -> NDArray[np.int32]:
    """Bytes as small numbers; all that stand in no cue are 0, capitals are as their small letters."""
    used = sorted({byte for literals in known for literal in literals for byte in literal})
    symbols = np.zeros(256, np.int32)
    symbols[used] = np.arange(1, len(used) + 1)
    symbols[ord("A") : ord("Z") + 1] = symbols[ord("a") : ord("z") + 1]
    return symbols


def _trie(known: list[tuple[bytes, ...]], symbols: NDArray[np.int32]) -> tuple[list[dict[int, int]], list[int]]:
    children: list[dict[int, int]] = [{}]
    reports = [0]
    for place, literals in enumerate(known):
        for literal in literals:
            state = 0
            for symbol in symbols[list(literal)].tolist():
                if symbol not in children[state]:
                    children[state][symbol] = len(children)
                    children.append({})
                    reports.append(0)
                state = children[state][symbol]
            reports[state] |= 1 << place
    return children, reports
