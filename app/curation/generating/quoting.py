"""Finding the words that a model says it copied: spaces, dashes and quotation marks may differ, words may not."""

import re

SHORTEST = 6
LONGEST = 2_000
_DASHES = "[-‐‑‒–—−]"
_MARKS = "[\"'’‘‚‛“”„‟«»‹›`´]"
_EDGES = " \t\r\n.…\"'’‘“”„«»"


def span(quote: str, passage: str) -> tuple[int, int] | None:
    """Where the quote stands in the passage; None where it does not, or is too short to mean a place."""
    for words in dict.fromkeys((quote.strip(), quote.strip(_EDGES))):
        if SHORTEST <= len(words) <= LONGEST and (found := _pattern(words).search(passage)):
            return found.span()
    return None


def _pattern(words: str) -> re.Pattern[str]:
    """Literal words with spaces of any kind between them, or a hyphen that the line broke at."""
    return re.compile(r"\s+".join("".join(_sign(c) for c in word) for word in words.split()), re.IGNORECASE)


def _sign(character: str) -> str:
    if re.match(_DASHES, character):
        return _DASHES
    if re.match(_MARKS, character):
        return _MARKS
    return re.escape(character)
