"""Hardware addresses of network cards."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import COLONS
from app.curation.pii.detector import Detector, Span

_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


class Mac(Detector):
    """Six pairs with colons or hyphens; not the broadcast address and not zeros alone."""

    title = "Hardware (MAC) address"
    signs = COLONS

    def spans(self, text: str) -> Iterator[Span]:
        for match in _MAC.finditer(text):
            if len(set(self.canonical(match.group()))) > 1:
                yield Span("mac", *match.span(), 0.95)

    @staticmethod
    def canonical(value: str) -> str:
        return value.casefold().replace(":", "").replace("-", "")
