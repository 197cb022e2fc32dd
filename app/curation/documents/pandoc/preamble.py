"""The headers that open a PEP and documents like it: a name, a colon, a value, until the first empty line."""

import re

from app.curation.documents.document import Facts

_HEADER = re.compile(r"([A-Z][\w-]{1,30}):(?: +(.*))?$")
_FEWEST = 2


def split(text: str) -> tuple[Facts, str]:
    """What the preamble says, and the text without it."""
    head, gap, rest = text.lstrip("\ufeff\r\n").replace("\r\n", "\n").partition("\n\n")
    headers = _headers(head)
    if not gap or len(headers) < _FEWEST:
        return Facts(), text
    title = headers.pop("title", "")
    if "pep" in headers and title:
        title = f"PEP {headers['pep']} – {title}"
    return Facts(title, metadata={key: value for key, value in headers.items() if value}), rest


def _headers(head: str) -> dict[str, str]:
    """Nothing where a line is neither a header nor the rest of one."""
    found: dict[str, str] = {}
    last = ""
    for line in head.split("\n"):
        if last and line[:1].isspace():
            found[last] = f"{found[last]} {line.strip()}".strip()
        elif told := _HEADER.match(line.rstrip()):
            last = told[1].lower()
            found[last] = (told[2] or "").strip()
        else:
            return {}
    return found
