"""International bank account numbers."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import ACCOUNT
from app.curation.pii.detector import Detector, Span

_CANDIDATE = re.compile(r"(?<![^\W_])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_SHORTEST = 15


class Iban(Detector):
    """Valid by country, structure and check digits (ISO 13616), in one piece or in groups."""

    title = "Bank account number (IBAN)"
    signs = ACCOUNT

    def spans(self, text: str) -> Iterator[Span]:
        place = 0
        while match := _CANDIDATE.search(text, place):
            end = _end(text, match)
            place = end or match.start() + 1
            if end:
                yield Span("iban", match.start(), end, 1.0)

    @staticmethod
    def canonical(value: str) -> str:
        return "".join(value.upper().replace("-", " ").split())


def _end(text: str, match: re.Match[str]) -> int | None:
    """Where the longest valid number that begins here ends: words behind it may look like part of it."""
    from stdnum import iban

    for end in range(match.end(), match.start() + _SHORTEST - 1, -1):
        if text[end - 1].isalnum() and not text[end : end + 1].isalnum() and iban.is_valid(text[match.start() : end]):
            return end
    return None
