"""Repairs of the text that need to know where its signs stand: Arabic in order, accents on their letters.

All keep as many characters as before, so that characters and their places still count alike.
"""

import re
import unicodedata
from typing import Any

from app.curation.documents.pdf.boxes import boxes

FILLER = "\u2060"
"""Stands where a character was taken away, so that characters and their places still count alike."""
_MARKS = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0306\u0327\u0304\u0307\u030b\u0328"
_COMBINING = dict(zip("`´ˆ˜¨˚ˇ˘¸¯˙˝˛", _MARKS, strict=True))
ACCENT = re.compile(f"[{''.join(_COMBINING)}]")
ARABIC = re.compile(r"[\u0600-\u06ff]")
_ALEF_LAM = re.compile(r"[\u0622\u0623\u0625\u0627]\u0644")
_STRAY_MARK = re.compile(r" ([\u064b-\u0652]+)([\u0621-\u064a])")
SCRIPTS = re.compile(r"(?<=[\u0621-\u064a])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u0621-\u064a])")


def in_order(textpage: Any, text: str) -> str:
    """Arabic put right, as many characters as before: lam and alef of one sign, vowel marks before their letter,
    blanks that the library loses between scripts."""
    pairs = [found.start() for found in _ALEF_LAM.finditer(text)]
    one, two = boxes(textpage, tuple(pairs)), boxes(textpage, tuple(index + 1 for index in pairs))
    letters = list(text)
    for index, same in zip(pairs, (one == two).all(axis=1).tolist(), strict=True):
        if same:
            letters[index], letters[index + 1] = letters[index + 1], letters[index]
    return _STRAY_MARK.sub(lambda found: FILLER + found[2] + found[1], "".join(letters))


def by_script(textpage: Any, text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans parted where the script changes over a gap."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        for found in SCRIPTS.finditer(text, start, end + 1):
            one, two = boxes(textpage, (found.start() - 1, found.start())).tolist()
            gap = max(one[0], two[0]) - min(one[2], two[2])
            if found.start() > start and gap > 0.12 * (one[1] - one[3]):
                made.append((start, found.start() - 1))
                start = found.start()
        made.append((start, end))
    return made


def accented(textpage: Any, text: str) -> str:
    """Accents that are set as signs of their own over a letter, as TeX does, put on that letter."""
    letters = list(text)
    for found in ACCENT.finditer(text, 1, len(text) - 1):
        at = found.start()
        if not (text[at - 1].isalpha() or text[at + 1].isalpha()):
            continue
        before, sign, after = boxes(textpage, (at - 1, at, at + 1)).tolist()
        middle = (sign[0] + sign[2]) / 2
        for index, box in ((at - 1, before), (at + 1, after)):
            base = text[index].replace("ı", "i").replace("ȷ", "j")
            made = unicodedata.normalize("NFC", base + _COMBINING[found[0]])
            if box[0] <= middle <= box[2] and len(made) == 1 and base.isalpha():
                letters[index], letters[at] = made, FILLER
                break
    return "".join(letters)
