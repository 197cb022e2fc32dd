"""The compiled signs are what these expressions say, on any text."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.curation.kernels import signs
from app.curation.texts import Texts

PIECES = ["@", "://", "=", ":", "-", "-----B", ".", " ", "\n", "'", ">", "/", "é", "(", "_"]
PIECES += ["passw", "PASS", "key", "token", "pwd", "Secret", "hf_", "0", "7", "12345", "a", "F", "Zx", "GB82", "::"]
NARROW = [
    "01 .-A",
    "0é(x",
    "aB1_",
    "aB0",
    "AB1-",
    "GB82 -7",
    ":-aF0g",
    "@.a_ é",
    "key=: '0",
    "://@= a",
    "pasSwW",
    "hf_ -B",
]
ANY = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=2)), max_size=40).map("".join)

SEPARATORS = rb"(?:[\x80-\xbf]*[ .\-()/+\xc0-\xff]){0,4}[\x80-\xbf]*"

EXPRESSIONS = {
    signs.AT: rb"[A-Za-z0-9_\-+.%&!#$*=?^{}~'\x80-\xff]@[A-Za-z0-9\x80-\xff]",
    signs.LINK: rb"://[^\x00-\x20]*[@=]",
    signs.NUMBER: rb"[0-9](?:" + SEPARATORS + rb"[0-9]){6}",
    signs.LONG_NUMBER: rb"[0-9](?:" + SEPARATORS + rb"[0-9]){11}",
    signs.DOTTED: rb"[0-9]\.[0-9]+\.[0-9]+\.[0-9]",
    signs.COLONS: rb"(?=[0-9a-fA-F:-]*::|(?:[0-9a-fA-F]*[:-]){5})(?<![0-9a-fA-F:-])[a-fA-F:-]*[0-9]",
    signs.BLOCK: rb"-----B",
}
SECRET_NAME = re.compile(rb"(?i:key|pwd|pass|cret|oken)\Z")
ACCOUNT = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=((?:[ -]?[A-Za-z0-9]){11}))")


def is_token(run: bytes) -> bool:
    kinds = ["l" if 97 <= c < 123 else "U" if 65 <= c < 91 else "9" if 48 <= c < 58 else "" for c in run]
    changes = sum(bool(a and b and a != b) for a, b in pairwise(kinds))
    has_both = "9" in kinds and bool({"l", "U"} & set(kinds))
    return len(run) >= 16 and has_both and (changes >= 4 or "l" not in kinds)


def names_a_secret(raw: bytes) -> bool:
    for match in re.finditer(rb"[=:]", raw):
        name = raw[: match.start()].rstrip(b" \"'`")
        value = raw[match.end() :].lstrip(b" \"'`=>")[:6]
        is_link = raw[match.start() :].startswith(b"://")
        long_enough = len(value) == 6 and min(value) > 32
        if not is_link and SECRET_NAME.search(name) and long_enough:
            return True
    return False


def readable_signs(text: str) -> int:
    raw = text.encode("utf-8", "surrogatepass")
    found = sum(sign for sign, expression in EXPRESSIONS.items() if re.search(expression, raw))
    if b"hf_" in raw or any(map(is_token, re.findall(rb"[A-Za-z0-9_-]+", raw))):
        found |= signs.TOKEN
    if re.search(rb"[0-9](?:" + SEPARATORS + rb"[0-9]){5} ?[A-D]", raw):
        found |= signs.NUMBER
    words = re.findall(rb"[A-Za-z0-9]+", raw)
    if any(len(re.findall(rb"[0-9]", word)) >= 4 and re.search(rb"[A-Za-z]", word) for word in words):
        found |= signs.MIXED
    if any(len(re.findall(rb"[0-9]", match[1])) >= 5 for match in ACCOUNT.finditer(raw)):
        found |= signs.ACCOUNT
    if re.search(rb"(?i:passw)", raw) or names_a_secret(raw):
        found |= signs.SECRET
    return found


def compiled_signs(texts: list[str]) -> list[int]:
    buffer = Texts.of(texts)
    return list(map(int, signs.all_signs(buffer.data, buffer.offsets, signs.CLASSES)))


@given(st.lists(st.one_of(ANY, *(st.text(alphabet, min_size=5, max_size=24) for alphabet in NARROW)), max_size=8))
def test_signs_are_those_of_the_expressions(texts: list[str]) -> None:
    assert compiled_signs(texts) == [readable_signs(text) for text in texts]


def test_signs_begin_where_the_expressions_say() -> None:
    """One more or one less of everything that is counted."""
    parts = ["1", "1 ", "1    ", "1     ", "1é", "1.", "1:", "1-", "a1", "aB", "A1", "A", "x", "é"]
    texts = [part * count for part in parts for count in range(1, 20)]
    texts += [f"{'1' * count}{end}" for count in (5, 6, 7) for end in ("A", " A", "  A", " D", " E", "a")]
    texts += [f"pwd={'x' * count}" for count in (5, 6, 7)] + [f"GB82 {'1' * k}{'A' * (11 - k)}" for k in range(12)]
    texts += [f"{'a1' * count}{end * 16}" for count in range(5) for end in "a1"]
    texts += [f"GB82 {'1' * count}" for count in (10, 11, 12)] + ["GB82  " + "1" * 11, "xGB82" + "1" * 11]
    assert compiled_signs(texts) == [readable_signs(text) for text in texts]


def test_ordinary_prose_shows_no_sign() -> None:
    prose = "In 1998, 12 of 340 people (3.5 %) said: yes. See chapter 4, page 17; at 10:30 it rained."
    assert compiled_signs([prose]) == [0]
