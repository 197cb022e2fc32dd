"""Where sentences begin and end, well enough to cut between them in any language."""

import re
from collections.abc import Iterator

_END = re.compile(
    r"""(?P<word>\w*)[.!?…؟]+["'”’»)\]]*\s+(?=["'“„«(\[¿¡]*[^\W_])|[。！？]+["”’』」）]*\s*|[।॥]\s*|\n\s*\n\s*""",
    re.UNICODE,
)
_WORDS = (
    "al approx art bspw bzw ca cf ch cie co corp dept dr ed eds eg etc evtl fig figs ggf hr hrsg ie inc jr ltd m max "
    "med min mme mr mrs ms no nos nr op p pp prof resp s sec sr st std str u usw v vgl vol vs z zb"
)
_SHORT = frozenset(_WORDS.split())


def ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where, after `start` and before `end`, a sentence begins; blanks belong to the sentence before."""
    for found in _END.finditer(text, start, end):
        if found.end() < end and not _goes_on(text, found):
            yield found.end()


def _goes_on(text: str, found: re.Match[str]) -> bool:
    """A full stop after an abbreviation, an initial or a number in front of a small letter ends nothing."""
    word = found["word"]
    if word is None or found[0][len(word) : len(word) + 1] != ".":
        return bool(word is not None and text[found.end()].islower())
    following = text[found.end()]
    return following.islower() or word.lower() in _SHORT or (len(word) == 1 and word.isalpha())
