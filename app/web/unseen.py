"""Marks for characters that cannot be seen: they reorder a line, hide in a word, or smuggle text past its reader."""

import re
import unicodedata

MOST_MARKS = 1_000
_JOINERS = "\u200c\u200d"
# Controls but tab and line feed, soft hyphen, zero-width, direction, fillers, tags and the variation selectors beside them.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Joiners belong to Persian, to the scripts of India and to emoji; next to plain ASCII they have no business.
_ALONE = rf"(?<![^\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f])"
_RUN = re.compile(rf"(?:[{_UNSEEN}]|{_ALONE})+")


def mark_unseen(rendered: str, *, counted: bool = False) -> str:
    """HTML with a mark in place of each run of unseen characters. No attribute may hold a word of the sample.

    A `counted` mark says of how many characters the run is made.
    """
    marks = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal marks
        marks += 1
        if marks > MOST_MARKS:
            return f'<span data-length="{len(found.group())}">\u2370</span>' if counted else "\u2370"
        length = f' data-length="{len(found.group())}"' if counted else ""
        return f'<span class="unseen"{length}>{name(found.group())}</span>'

    return _RUN.sub(mark, rendered)


def name(run: str) -> str:
    """What a run is called: "zero width space", "3 × right-to-left override", "7 unseen characters"."""
    if len(set(run)) > 1:
        return f"{len(run)} unseen characters"
    called = unicodedata.name(run[0], f"character {ord(run[0]):04X}").lower()
    return called if len(run) == 1 else f"{len(run)} × {called}"
