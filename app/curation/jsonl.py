"""JSON lines whose bytes depend on the rows alone, with their count, size and hash."""

from hashlib import sha256
from typing import IO, Any, NamedTuple

import orjson


class Written(NamedTuple):
    """What a file holds; `sha256` is hexadecimal."""

    rows: int
    bytes: int
    sha256: str


class HashedLines:
    """Writes to a binary file that the caller opens and closes. Fields keep the order that the row has."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = sha256()
        self._count = 0
        self._bytes = 0

    def write(self, row: Any) -> None:
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        self._file.write(line)
        self._hash.update(line)
        self._count += 1
        self._bytes += len(line)

    @property
    def written(self) -> Written:
        return Written(self._count, self._bytes, self._hash.hexdigest())
