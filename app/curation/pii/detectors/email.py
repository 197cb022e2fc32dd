"""E-mail addresses."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import AT
from app.curation.pii.detector import Detector, Span

_LOCAL = re.compile(r"(?<![\w@])(?:%[0-9A-F]{2})*(?P<local>[\w+&!#$%*=?^{}~][\w.+&!#$%*=?^{}~'-]{0,63})\Z")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})(?![\w@])")
_FILES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".css", ".js")


class Email(Detector):
    """RFC 5321 addresses without quotes, in any script; not file names (icon@2x.png) nor git@host:path."""

    title = "E-mail address"
    signs = AT

    def spans(self, text: str) -> Iterator[Span]:
        at = text.find("@")
        while at >= 0:
            local = _LOCAL.search(text, max(0, at - 64), at)
            domain = _DOMAIN.match(text, at + 1)
            if local and domain and not _is_no_address(text, local["local"], domain):
                yield Span("email", local.start("local"), domain.end(), 1.0)
            at = text.find("@", at + 1)


def _is_no_address(text: str, local: str, domain: re.Match[str]) -> bool:
    is_path = local == "git" and text.startswith((":", "/"), domain.end())
    return is_path or domain.group().lower().endswith(_FILES)
