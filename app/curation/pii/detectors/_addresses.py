"""IP addresses, valid and not version numbers, for the detectors that tell public from private ones."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from app.curation.kernels.signs import COLONS, DOTTED
from app.curation.pii.context import before

SIGNS = DOTTED | COLONS
_V4 = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\w|\.\w)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]{3})(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", re.ASCII)
_NUMBERING = re.compile(
    r"(?:\b(?:v|ver|versions?|release|build|section|sect|chapter|figure|table|oid|firmware)|§)[\s.:]*\Z"
)
_ADDRESS = re.compile(
    r"(?:\b(?:ips?v?4?|address(?:es)?|addr|servers?|hosts?|dns|ping|gateway|proxy|router|client)\b|://)"
)
_MACHINE = re.compile(r"10\.0\.|[0-9.]+:[0-9]{2,5}\b")
_SMALL = 20


class Address(NamedTuple):
    """A valid address and where it stands."""

    start: int
    end: int
    value: IPv4Address | IPv6Address


def belongs_to_somebody(value: IPv4Address | IPv6Address) -> bool:
    """Whether a registry gives such an address to one machine on the internet."""
    return value.is_global and not value.is_multicast


def addresses(text: str) -> Iterator[Address]:
    """Every IPv4 and IPv6 address."""
    for match in _V4.finditer(text):
        value = _parsed(match.group())
        if value is not None and not _is_numbering(text, match):
            yield Address(*match.span(), value)
    for match in _V6.finditer(text) if ":" in text else ():
        value = _parsed(match.group())
        if value is not None and _is_telling(match.group()):
            yield Address(*match.span(), value)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_numbering(text: str, match: re.Match[str]) -> bool:
    """A version, a section or a whole network: named so, or four small numbers that nothing calls an address."""
    context = before(text, match.start())
    if _NUMBERING.search(context) or (match.group().endswith(".0") and text.startswith("/", match.end())):
        return True
    is_small = all(int(part) < _SMALL for part in match.group().split("."))
    return is_small and not (_ADDRESS.search(context) or _MACHINE.match(text, match.start()))


def _is_telling(text: str) -> bool:
    """With a digit, and long enough to be no scope operator between two short names."""
    groups = [group for group in text.split(":") if group]
    is_long = len(groups) >= 3 or (len(groups) == 2 and len(groups[0]) >= 3) or text == "::1"
    return is_long and any(map(str.isdigit, text))
