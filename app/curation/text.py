"""Text as units of language: words in any script, lines, sentences, and the form in which near-duplicates are equal."""

import re
import unicodedata
from itertools import groupby

SINGLES = (
    "\u0e00-\u0e30\u0e32-\u0e33\u0e40-\u0e46"  # Thai, without the signs that stand above or below a letter
    "\u0e80-\u0eb0\u0eb2-\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3"  # Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u3096\u309d-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003fffd"
)
"""Characters of scripts that put no space between words; each counts as one word."""


def _marks() -> str:
    """Combining marks as character-class ranges: `\\w` leaves them out, which would cut Hindi and Arabic words."""
    codes = [code for code in range(0x300, 0x1E000) if unicodedata.category(chr(code)).startswith("M")]
    runs = [list(run) for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0])]
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs)


MARKS = _marks()
_ASCII_WORD = re.compile(r"\w+(?:'\w+)*", re.ASCII)
_RUN = f"(?:[^\\W{SINGLES}]++[{MARKS}]*+)++"
_WORD = re.compile(f"[{SINGLES}][{MARKS}]*+|{_RUN}(?:['’]{_RUN})*+")
_SINGLE = re.compile(f"[{SINGLES}]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？｡])\s*|\n+")
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")
_NUMBER = re.compile(r"\d+")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


def words(text: str) -> list[str]:
    """The words in order, without punctuation; in scripts that write no spaces every character is one."""
    return _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(text)


def word_start(text: str, place: int) -> int:
    """Where the word begins that holds the place; the place itself where it lies between two words."""
    inside = (word for word in _WORD.finditer(text) if word.end() > place)
    word = next(inside, None)
    return word.start() if word and word.start() < place else place


def letters(text: str) -> int:
    """How many characters are letters of any script."""
    return sum(map(str.isalpha, text))


def is_single(word: str) -> bool:
    """Whether the word is one character of a script without spaces."""
    return _SINGLE.match(word) is not None


def lines(text: str) -> list[str]:
    """The lines that hold something, without the blanks around them."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def paragraphs(text: str) -> list[str]:
    """The pieces between blank lines, without the blanks around them."""
    return [part for part in map(str.strip, re.split(r"\n\s*\n", text)) if part]


def sentences(text: str) -> list[str]:
    """The sentences; a line break ends one too, so that list items stand alone."""
    return [part for part in map(str.strip, _SENTENCE_END.split(text)) if part]


def without_code(text: str) -> str:
    """The text without fenced code blocks, which repeat and break off by nature."""
    return _FENCE.sub("", text) if "```" in text or "~~~" in text else text


def comparable(text: str, *, ignore_numbers: bool = False) -> str:
    """Lower case, one composition, no accents, one apostrophe; numbers become 0 on demand (as in datatrove)."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).replace("’", "'")
    return _NUMBER.sub("0", text) if ignore_numbers else text
