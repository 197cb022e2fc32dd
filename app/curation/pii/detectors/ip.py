"""IP addresses that are reachable from the internet."""

from collections.abc import Iterator

from app.curation.pii.detector import Detector, Span
from app.curation.pii.detectors._addresses import SIGNS, addresses, belongs_to_somebody


class Ip(Detector):
    """Public IPv4 and IPv6 addresses, which may belong to a person's connection."""

    title = "IP address"
    signs = SIGNS

    def spans(self, text: str) -> Iterator[Span]:
        return (Span("ip", start, end, 0.9) for start, end, value in addresses(text) if belongs_to_somebody(value))
