"""Passwords, keys and tokens that stand behind a name for such a thing."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import SECRET
from app.curation.pii.detector import Detector, Span
from app.curation.pii.detectors._entropy import entropy

_ASSIGNED = re.compile(
    r"(?P<name>passw(?:or)?d|pwd|pass|secret|key|token)[\"'`]? {0,3}(?::=|=>|=|:) {0,3}"
    r"[\"'`]?(?P<value>[^\s\"'`,;<>(){}\[\]]{6,200})",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?P<name>pass)word(?:\s+(?:is|was|to)\b|\s+(?:for|of)\s+(?:\S+\s+){1,4}?is\b):?\s+[\"'`“]?(?P<value>[^\s\"'`“”<>,]{6,64})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[$%]\w|\*{2}|x{4}|\.{3}|your|example|change|dummy|placeholder|redacted|\b(?:null|none)\b|self\.|os\.|process\.|env|://",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")
_DIGIT_OR_SIGN = re.compile(r"[0-9!@#$%^&*?]")


class Password(Detector):
    """``password: s3same!``, ``API_KEY=…``, "my password is …": values with a digit whose entropy is high; no placeholders."""

    title = "Password or key behind its name"
    signs = SECRET

    def spans(self, text: str) -> Iterator[Span]:
        for pattern in (_ASSIGNED, _SPOKEN):
            for match in pattern.finditer(text):
                value = match["value"].rstrip(".!?")
                if _looks_drawn(value, match["name"].lower().startswith("p")):
                    yield Span("password", match.start("value"), match.start("value") + len(value), 0.8)

    @staticmethod
    def canonical(value: str) -> str:
        return value


def _looks_drawn(value: str, is_password: bool) -> bool:
    """A password mixes letters with digits or signs; any other secret is longer, more even and holds a digit."""
    if _PLACEHOLDER.search(value) or not any(map(str.isalpha, value)):
        return False
    length, bits, mixed = (6, 2.3, _DIGIT_OR_SIGN) if is_password else (16, 3.2, _DIGIT)
    return len(value) >= length and entropy(value) >= bits and mixed.search(value) is not None
