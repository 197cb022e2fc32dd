"""Hard-wrapped lines as paragraphs again: only where they are wrapped prose."""

import re
from collections import Counter
from itertools import pairwise

from app.curation.documents.plain import headings
from app.curation.documents.plain.shapes import ITEM

_END = re.compile(r"[.:;!?…。！？][\"'”’»)\]]*$")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"([^\W\d_]+)-$")
_WORD_HERE = re.compile(r"[^\W\d_]+")
_OPENINGS = {"WHEREAS", "NOW", "THIS", "IN", "THE", "THESE", "AND"}
_NARROW = 50
_WIDE = 110
"""Lines longer than this are whole paragraphs, or wrapped for a wide screen."""


def ends(text: str) -> bool:
    """Whether a sentence or a clause ends here."""
    return _END.search(text.rstrip()[-40:]) is not None


def segments(group: list[str]) -> list[list[str]]:
    """A group of lines cut where another paragraph, item or heading begins."""
    width = max(map(len, group))
    found = [[group[0]]]
    for before, after in pairwise(group):
        if _parts(before, after, width):
            found.append([after])
        else:
            found[-1].append(after)
    return found


def _parts(before: str, after: str, width: int) -> bool:
    full = len(before) >= 0.8 * width and width >= _NARROW
    if ITEM.fullmatch(after) and not (full and not ends(before) and not before.rstrip().endswith((" and", " or", ","))):
        return True
    if headings.is_capitals(before) != headings.is_capitals(after) and headings.level(before) and _begins(after):
        return True
    if not ends(before) or after.lstrip()[:1].islower():
        return False
    return width > _WIDE or (len(before) < 0.75 * width and width >= _NARROW)


def _begins(line: str) -> bool:
    """Whether a paragraph begins here: not in the middle of words in capitals, and not with the number of a section."""
    first = line.split()[0].strip("“”\"'(,.;:")
    if not first[:1].isupper():
        return False
    return first in _OPENINGS or len(first) < 2 or not first.isupper()


class Joiner:
    """Joins lines by what the whole document knows of its words."""

    def __init__(self, text: str) -> None:
        self.words = Counter(word.lower() for word in _WORD.findall(text))

    def prose(self, lines: list[str]) -> str:
        """One paragraph. Narrow lines that begin with capitals (an address, verse) keep their ends."""
        keeps = max(map(len, lines)) < _NARROW
        parts = [_squeezed(lines[0])]
        for line in map(_squeezed, lines[1:]):
            if keeps and not line[:1].islower() and not parts[-1].endswith(","):
                parts += ["\n", line]
            else:
                self.join(parts, line)
        return "".join(parts)

    def join(self, parts: list[str], line: str) -> None:
        """One more line of a sentence; a word that was divided at the end of the line before is whole again."""
        left = _DIVIDED.search(parts[-1][-60:])
        right = _WORD_HERE.match(line)
        if not left or not right or not line[0].islower():
            parts += [" ", line]
            return
        if self._is_divided(left[1].lower(), right[0].lower()):
            parts[-1] = parts[-1][:-1]
        parts.append(line)

    def _is_divided(self, left: str, right: str) -> bool:
        """Not where the document knows the word with its hyphen, or both halves as words and not the whole."""
        if self.words[left + right]:
            return True
        return not self.words[f"{left}-{right}"] and not (self.words[left] > 1 and self.words[right] > 1)


def _squeezed(line: str) -> str:
    """Without the blanks of justified lines and indents."""
    return _BLANKS.sub(" ", line).strip()
