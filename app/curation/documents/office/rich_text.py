r"""RTF with every character outside ASCII written as \uN: pandoc knows one code page, files come in all of them.

Pictures and other embedded data go on the way, and fonts of equal width that only Asian text uses.
"""

import codecs
import re
from dataclasses import dataclass, replace

from app.curation.documents.document import Facts
from app.curation.documents.office.package import not_a

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 0: "cp1252",
}  # fmt: skip
_WHOLE = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_DROPPED = {"pict", "objdata", "themedata", "colorschememapping", "datastore", "blipuid", "fontemb", "fontfile"}
_MONOSPACED = re.compile(r"courier|mono|consol|menlo|typewriter|lucida sans typ|fixed|code", re.IGNORECASE)
_AWAY = 0x1000
"""Halves are kept among the characters that nobody has given a meaning, until the tree is read."""
_HALVES = re.compile("[\ue800-\uebff][\uec00-\uefff]")
_INFO = re.compile(r"\{\\(title|author|subject|keywords|doccomm)\s((?:[^{}\\]|\\.)*)\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _State:
    codec: str
    fallbacks: int = 1
    dropped: bool = False
    fonts: bool = False


def unicode_only(source: bytes) -> str:
    if not source.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
        raise not_a(".rtf")
    return _Rewriter().all(source.decode("latin-1"))


def facts_of(source: str) -> Facts:
    """From the group of information, once all is Unicode."""
    told = {key: _unescaped(value) for key, value in reversed(_INFO.findall(source[:200_000]))}
    title = told.pop("title", "")
    return Facts(title, metadata={key: value for key, value in told.items() if value})


def _unescaped(text: str) -> str:
    units = re.sub(r"\\u(-?\d{1,6})\\'3f", lambda found: chr(int(found[1]) % 65536), text)
    return " ".join(re.sub(r"\\(.)", r"\1", _HALVES.sub(_whole, units)).split())


class _Rewriter:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._state = _State("cp1252")
        self._stack: list[_State] = []
        self._cells: list[int] = []
        self._font, self._family, self._skip = 0, -1, 0
        self._decoder = codecs.getincrementaldecoder("cp1252")("replace")

    def all(self, source: str) -> str:
        at, end = 0, len(source)
        while at < end and (found := _TOKEN.match(source, at)):
            at = found.end()
            if found["word"] == "bin":
                at += max(int(found["number"] or 0), 0)
            else:
                self._token(found)
        return "".join(self._out).replace(r"\*\footnote ", r"\footnote ")

    def _token(self, found: re.Match[str]) -> None:
        kind = found.lastgroup
        if kind == "brace":
            self._brace(found["brace"])
        elif self._state.dropped:
            return
        elif found["word"]:
            self._word(found["word"], found["number"], found.group())
        elif kind == "byte":
            self._bytes(bytes([int(found["byte"], 16)]))
        elif kind == "text":
            self._bytes(found["text"].encode("latin-1"))
        elif kind == "sign":
            self._sign(found["sign"])

    def _brace(self, brace: str) -> None:
        self._restart()
        if brace == "{":
            self._stack.append(self._state)
        elif self._stack:
            dropped = self._state.dropped
            self._state = self._stack.pop()
            if dropped and self._state.dropped:
                return
        if not self._state.dropped:
            self._out.append(brace)
        self._skip = 0

    def _sign(self, sign: str) -> None:
        """A sign that is the second half of a character, or stands for itself."""
        if self._decoder.getstate()[0] or self._skip:
            self._bytes(sign.encode("latin-1"))
        else:
            self._out.append("\\" + sign)

    def _bytes(self, told: bytes) -> None:
        if self._skip:
            passed = min(self._skip, len(told))
            self._skip, told = self._skip - passed, told[passed:]
        text = self._decoder.decode(told)
        if self._state.fonts and self._family >= 0 and text.strip(" ;"):
            if not _MONOSPACED.search(text):
                self._out[self._family] = "\\fnil "
            self._family = -1
        self._out.append(text if text.isascii() else "".join(map(_written, text)))

    def _restart(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self._state.codec)("replace")

    def _word(self, word: str, number: str | None, token: str) -> None:
        value = int(number or 0)
        if self._skip:
            self._skip -= 1
        if word in _DROPPED:
            self._drop()
        elif word == "u":
            self._out.append(_unit(value))
            self._skip = self._state.fallbacks
        elif word == "uc":
            self._state = replace(self._state, fallbacks=max(0, min(value, 8)))
        else:
            self._set(word, value, number is not None)
            self._out.append(token if token.endswith(" ") else f"{token} ")
            self._row(word, value)

    def _row(self, word: str, value: int) -> None:
        """A row that is defined like the one before needs no definition of its own: pandoc wants one."""
        if word == "trowd":
            self._cells = []
        elif word == "cellx":
            self._cells.append(value)
        elif word == "row":
            self._out.append("\\trowd " + "".join(f"\\cellx{at} " for at in self._cells))

    def _drop(self) -> None:
        r"""The rest of this group. Its beginning, {\* or {, is written already and closed by its end."""
        self._state = replace(self._state, dropped=True)

    def _set(self, word: str, value: int, numbered: bool) -> None:
        if word in _WHOLE or (word == "ansicpg" and value):
            self._page = _known(_WHOLE.get(word, f"cp{value}"))
            self._state = replace(self._state, codec=self._page)
        elif word == "fonttbl":
            self._state = replace(self._state, fonts=True)
        elif word == "f" and numbered:
            self._font = value
            if not self._state.fonts:
                self._state = replace(self._state, codec=self._fonts.get(value, self._page))
        elif word == "fcharset" and self._state.fonts:
            self._fonts[self._font] = _known(_CHARSETS.get(value, self._page))
            self._state = replace(self._state, codec=self._fonts[self._font])
        elif word == "fmodern" and self._state.fonts:
            self._family = len(self._out)
        elif word == "plain":
            self._state = replace(self._state, codec=self._page)
        self._restart()


def _known(codec: str) -> str:
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return "cp1252"


def rejoined(tree: bytes) -> bytes:
    """Characters beyond the first 65,536 are written in two halves, which pandoc reads as two that are none."""
    text = _HALVES.sub(_whole, tree.decode("utf-8", "replace"))
    return text.encode("utf-8")


def _whole(found: re.Match[str]) -> str:
    high, low = (ord(half) - _AWAY for half in found.group())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _written(character: str) -> str:
    if character.isascii():
        return character
    number = ord(character)
    if number < 0x10000:
        return _unit(number)
    return _unit(0xD800 + (number - 0x10000 >> 10)) + _unit(0xDC00 + (number & 0x3FF))


def _unit(number: int) -> str:
    """With a question mark for programs without Unicode: in this form, or pandoc loses the character after it."""
    number %= 65536
    if 0xD800 <= number < 0xE000:
        number += _AWAY
    return f"\\u{number - 65536 if number > 32767 else number}\\'3f"
