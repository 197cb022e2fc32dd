"""Hardware addresses of network cards."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import COLONS
from app.curation.pii.detector import Detector, Span

_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


class Mac(Detector):
    """Six pairs with colons or hyphens; a digit among them, not zeros alone."""

    title = "Hardware (MAC) address"
    signs = COLONS

    def spans(self, text: str) -> Iterator[Span]:
        for match in _MAC.finditer(text):
            pairs = self.canonical(match.group())
            if len(set(pairs)) > 1 and any(map(str.isdigit, pairs)):
                yield Span("mac", *match.span(), 0.95)

    @staticmethod
    def canonical(value: str) -> str:
        return value.casefold().replace(":", "").replace("-", "")
