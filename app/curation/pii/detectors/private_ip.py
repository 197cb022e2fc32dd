"""IP addresses of private networks, documentation and the machine itself."""

from collections.abc import Iterator

from app.curation.pii.detector import Detector, Span
from app.curation.pii.detectors._addresses import SIGNS, addresses, belongs_to_somebody


class PrivateIp(Detector):
    """Addresses that no registry gives to anybody: 10.0.0.1, 192.168.1.1, 127.0.0.1, ::1, 2001:db8::1."""

    title = "Private IP address"
    signs = SIGNS

    def spans(self, text: str) -> Iterator[Span]:
        return (
            Span("private_ip", start, end, 0.9)
            for start, end, value in addresses(text)
            if not belongs_to_somebody(value)
        )
