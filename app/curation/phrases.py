"""Phrases that several web rules look for, found once per batch in compiled code."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.curation.kernels.phrases import Phrases, bits_of_spans, find_phrases
from app.curation.points import Points

LOREM = ("lorem ipsum",)
JAVASCRIPT = ("javascript",)
CURLY = ("{",)
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
"""C4: a line with one of these is about the site."""
CITATION = ("[edit]", "[citation needed]", "[]", *(f"[{digit}" for digit in range(10)))
BOILERPLATE = (
    *POLICY,
    "privacy overview",
    "privacy & cookies policy",
    "privacy and cookies policy",
    "necessary cookies are absolutely essential for the website to function properly. this category only includes "
    "cookies that ensures basic functionalities and security features of the website. these cookies do not store any "
    "personal information.",
    "any cookies that may not be particularly necessary for the website to function and is used specifically to "
    "collect user personal data via analytics, ads, other embedded contents are termed as non-necessary cookies. it is "
    "mandatory to procure user consent prior to running these cookies on your website.",
    "if you continue to browse this site without changing your cookie settings, you agree to this use. acceptread more",
)
"""NeMo Curator's list, without two passages that contain "uses cookies"."""
SETS = (LOREM, JAVASCRIPT, CURLY, POLICY, CITATION, BOILERPLATE)


@cache
def phrases() -> Phrases:
    """All of them, with a mask for each of `SETS`."""
    known = sorted({phrase for one in SETS for phrase in one})
    offsets = np.cumsum([0, *map(len, known)])
    by_letter = np.searchsorted([ord(phrase[0]) for phrase in known], np.arange(129))
    masks = np.array([sum(1 << known.index(phrase) for phrase in one) for one in SETS])
    return Phrases(Points.of(known).codes, offsets, by_letter, _pairs(known), masks)


def _pairs(known: list[str]) -> NDArray[np.bool_]:
    found = np.zeros((128, 128), np.bool_)
    for phrase in known:
        seconds = phrase[1:2]
        for first in {phrase[0], phrase[0].upper()}:
            found[ord(first), [ord(second) for second in (seconds, seconds.upper())] if seconds else slice(None)] = True
    return found


class Found:
    """Where phrases stand in many texts."""

    def __init__(self, points: Points) -> None:
        self._places, self._kinds = find_phrases(points.codes, points.offsets, phrases())

    def within(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bits of the phrases that begin in each of the spans, which follow one another."""
        found: NDArray[np.int64] = bits_of_spans(starts, ends, self._places, self._kinds)
        return found
