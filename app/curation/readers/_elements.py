"""The elements of a JSON list, cut out of a stream without parsing them, in bounded memory.

An element reaches to the comma or bracket that ends it at its own level, so a broken one does not hide its neighbours.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.curation.readers._data import Data

_FLAT = re.compile(rb'[ \t\r\n]*+(\{(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+\})[ \t\r\n]*+([,\]])', re.DOTALL)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*+")


class Element(NamedTuple):
    """`end` is the comma or bracket after it; empty where the file ended first. `text` is cut off if it is `long`."""

    line: int
    offset: int
    text: bytes
    end: bytes
    long: bool = False


class Elements:
    """A place in a JSON stream. `line` and `offset` are those of the next byte to be read."""

    def __init__(self, data: Data, limit: int) -> None:
        self._data = data
        self._limit = limit
        self._buffer = b""
        self._at = 0
        self.line = 1
        self.offset = 0

    def peek(self) -> bytes:
        """The next byte that is not blank, without passing it; empty at the end."""
        while True:
            found = _BLANK.match(self._buffer, self._at)
            self._advance(found.end() if found else self._at)
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def pass_bytes(self, count: int) -> None:
        """Passes bytes that `peek` has seen, or a byte order mark at the start."""
        while len(self._buffer) - self._at < count and self._more():
            pass
        self._advance(self._at + count)

    def list(self) -> Iterator[Element]:
        """The elements of the list whose opening bracket was just passed; blank text between two commas is one too."""
        if self.peek() == b"]":
            self._advance(self._at + 1)
            return
        end = b","
        while end == b",":
            element = self._next()
            end = element.end
            yield element

    def seek_list(self) -> bytes | None:
        """Inside an object: goes on to the next field that holds a list of objects and passes its bracket. Its name."""
        key = b""
        while (token := self._token()) not in (b"}", b""):
            if token.startswith(b'"') and len(token) > 1:
                key = token if self.peek() == b":" else key
            elif token == b"[" and self.peek() == b"{":
                return key.strip(b'"')
            elif token in (b"[", b"{"):
                self._pass_nested()
        return None

    def _next(self) -> Element:
        flat = _FLAT.match(self._buffer, self._at)
        if flat and flat.end(1) - flat.start(1) <= self._limit:
            self._advance(flat.start(1))
            element = Element(self.line, self.offset, flat[1], flat[2])
            self._advance(flat.end())
            return element
        self.peek()
        return self._scan()

    def _scan(self) -> Element:
        """An element of any kind, token by token, fetching more bytes as needed."""
        line, offset, depth, looked = self.line, self.offset, 0, 0
        while True:
            found = _TOKEN.search(self._buffer, self._at + looked)
            if found is None or found[0] == b'"':
                looked = (found.start() if found else len(self._buffer)) - self._at
                if len(self._buffer) - self._at > self._limit:
                    return self._scan_long(line, offset, depth, looked)
                if not self._more():
                    return self._cut(line, offset, len(self._buffer), b"")
                continue
            token = found[0]
            if depth == 0 and token in (b",", b"]"):
                return self._cut(line, offset, found.start(), token)
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]") and depth > 0)
            looked = found.end() - self._at

    def _cut(self, line: int, offset: int, stop: int, end: bytes) -> Element:
        text = self._buffer[self._at : stop].rstrip()
        self._advance(stop + len(end))
        return Element(line, offset, text[: self._limit + 1], end, len(text) > self._limit)

    def _scan_long(self, line: int, offset: int, depth: int, looked: int) -> Element:
        """Passes over an element that is too long, keeping only its beginning."""
        text = self._buffer[self._at : self._at + 1000]
        self._advance(self._at + looked)
        while token := self._token():
            if depth == 0 and token in (b",", b"]"):
                return Element(line, offset, text, token, True)
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]") and depth > 0)
        return Element(line, offset, text, b"", True)

    def _pass_nested(self) -> None:
        depth = 1
        while depth and (token := self._token()):
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))

    def _token(self) -> bytes:
        """Passes the next token and gives it; a string longer than the buffer is passed whole, given as a quote."""
        while (found := _TOKEN.search(self._buffer, self._at)) is None:
            self._advance(len(self._buffer))
            if not self._more():
                return b""
        self._advance(found.end())
        if found[0] == b'"':
            self._pass_string()
        return found[0]

    def _pass_string(self) -> None:
        while True:
            found = _IN_STRING.match(self._buffer, self._at)
            self._advance(found.end() if found else self._at)
            if self._buffer[self._at : self._at + 1] == b'"':
                return self._advance(self._at + 1)
            if not self._more():
                return self._advance(len(self._buffer))

    def _advance(self, to: int) -> None:
        self.line += self._buffer.count(b"\n", self._at, to)
        self.offset += to - self._at
        self._at = to

    def _more(self) -> bool:
        chunk = self._data.read()
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return bool(chunk)
