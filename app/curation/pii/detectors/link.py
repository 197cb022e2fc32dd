"""Links that carry a password or a token."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import LINK
from app.curation.pii.detector import Detector, Span

_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_LOGIN = re.compile(r"[^:]+://[^/?#@:]*:(?P<password>[^/?#@]+)@[\w\[]")
_TOKEN = re.compile(
    r"[?&#;](?:[a-z]+[_-])*(?:token|api_?-?key|key|secret|password|passwd|pwd|pass|sig|signature|auth|session(?:id)?|"
    r"sid|jwt|credentials?|access_?key(?:id)?|code)=(?P<value>[^&#;]+)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[$<{(*%]|x{3}|your|example|\bpass(?:word)?\b|secret|token|key", re.IGNORECASE)
_SHORTEST_TOKEN = 8


class Link(Detector):
    """``scheme://user:password@host``, and links with a parameter such as ``token=`` whose value is no placeholder."""

    title = "Link with a password or token"
    signs = LINK

    def spans(self, text: str) -> Iterator[Span]:
        for match in _LINK.finditer(text):
            link = match.group().rstrip(".,;:!?)]*_")
            if _has_login(link) or _has_token(link):
                yield Span("link", match.start(), match.start() + len(link), 0.9)

    @staticmethod
    def canonical(value: str) -> str:
        return value


def _has_login(link: str) -> bool:
    login = _LOGIN.match(link)
    return login is not None and not re.match(r"[$<{(*%]", login["password"])


def _has_token(link: str) -> bool:
    return any(
        len(found["value"]) >= _SHORTEST_TOKEN
        and any(map(str.isdigit, found["value"]))
        and not _PLACEHOLDER.search(found["value"])
        for found in _TOKEN.finditer(link)
    )
