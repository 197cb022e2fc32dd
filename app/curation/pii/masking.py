"""Masks: personal data replaced by pseudonyms that are the same wherever the same thing stands."""

import hmac
from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any, NamedTuple

from app.curation.pii.detection import Found
from app.curation.pii.detector import canonical
from app.curation.pii.policy import PiiPolicy
from app.curation.sample import Json, Path

_BYTES = 5


class Edit(NamedTuple):
    """text[start:end] of the string at `path` becomes `pseudonym`; positions are those before any edit."""

    path: Path
    start: int
    end: int
    pseudonym: str


def mask(content: Mapping[str, Any], found: Sequence[Found], policy: PiiPolicy, key: bytes) -> Json:
    """A copy of the content with every finding masked whose kind the policy masks; all else stays as it was."""
    masked: Json = deepcopy(dict(content))
    for edit in sorted(edits(content, found, policy, key), key=lambda edit: edit.start, reverse=True):
        *way, last = edit.path
        place: Any = masked
        for step in way:
            place = place[step]
        place[last] = place[last][: edit.start] + edit.pseudonym + place[last][edit.end :]
    return masked


def edits(content: Mapping[str, Any], found: Sequence[Found], policy: PiiPolicy, key: bytes) -> Iterator[Edit]:
    """What `mask` does. A finding across parts of one message is written into the first and cut from the others."""
    for one in found:
        if policy.action(one.kind) != "mask":
            continue
        text = pseudonym(one.kind, one.value, key)
        for path, first, length in _strings(content, one.path):
            start, end = max(one.start - first, 0), min(one.end - first, length)
            if start < end:
                yield Edit(path, start, end, text)
                text = ""


def pseudonym(kind: str, value: str, key: bytes) -> str:
    """``<EMAIL_4fzq2k7m>``: the kind and 40 bits of HMAC-SHA256 over the value in its canonical spelling.

    Equal under the same key in every run and on every machine, and meaningless without the key; keep one key per dataset.
    """
    digest = hmac.digest(key, f"{kind}\0{canonical(kind, value)}".encode("utf-8", "surrogatepass"), sha256)
    return f"<{kind.upper()}_{b32encode(digest[:_BYTES]).decode().lower()}>"


def _strings(content: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, int, int]]:
    """The strings that make up the turn at a path: where each stands, begins in the turn's text, and its length."""
    value: Any = content
    for step in path:
        value = value[step]
    if isinstance(value, str):
        yield path, 0, len(value)
        return
    first = 0
    for index, part in enumerate(value or ()):
        if isinstance(part, dict):
            length = len(part.get("text", ""))
            yield (*path, index, "text"), first, length
            first += length + 1
