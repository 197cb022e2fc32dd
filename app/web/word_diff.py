"""What an edit changed, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from markupsafe import Markup

from app.web.material import shown
from app.web.rendering import GLOBALS

MOST_WORDS = 4_000
"""Changed words on either side that are compared; beyond, the whole of one is shown against the whole of the other."""
# Chinese, Japanese, Korean and Thai write no spaces: there each character stands for itself.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_INSERTED, _DELETED = Markup("<ins>{}</ins>"), Markup("<del>{}</del>")
_WORD = re.compile(rf"\s+|[{_UNSPACED}]|[^\s{_UNSPACED}]+")


def word_diff(before: str, after: str) -> Markup:
    """`after` with what came in as <ins> and what went out as <del>."""
    return Markup("").join(_marked(kind, text) for kind, text in changes(before, after))


def changes(before: str, after: str) -> Iterator[tuple[str, str]]:
    """("equal", "delete" or "insert", text), in reading order."""
    old, new = _WORD.findall(_lines(before)), _WORD.findall(_lines(after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    yield from _texts("equal", old[:start])
    yield from _middle(*middle)
    yield from _texts("equal", old[len(old) - end :])


def counts(before: str, after: str) -> tuple[int, int]:
    """Words in, words out."""
    found = list(changes(before, after))
    return tuple(  # type: ignore[return-value]
        sum(len([word for word in _WORD.findall(text) if not word.isspace()]) for kind, text in found if kind == wanted)
        for wanted in ("insert", "delete")
    )


def _middle(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        yield from _texts("delete", old)
        yield from _texts("insert", new)
        return
    for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield from _texts("equal", old[first:last])
            continue
        yield from _texts("delete", old[first:last])
        yield from _texts("insert", new[new_first:new_last])


def _texts(kind: str, words: list[str]) -> Iterator[tuple[str, str]]:
    if words:
        yield kind, "".join(words)


def _common(old: list[str], new: list[str]) -> int:
    """How many words both begin with."""
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _marked(kind: str, text: str) -> Markup:
    if kind == "equal":
        return shown(text)
    # A line end that came or went would be an empty box.
    words = shown(text.replace("\n", "\u21b5\n") if text.isspace() else text)
    return (_INSERTED if kind == "insert" else _DELETED).format(words)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


GLOBALS.update(word_diff=word_diff, word_counts=counts)
