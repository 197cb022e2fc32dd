"""The members of a tar archive, in one pass from front to back: nothing of it is unpacked that is not read."""

import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from app.curation.readers._data import Data
from app.curation.readers._limits import Limits
from app.curation.readers._refused import FileRefused

SUFFIXES = (".tar", ".tar.gz", ".tgz")
_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError)


def members(data: Data, limits: Limits) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Names with their bytes, which must be read before the next is asked for; None for a link or the like."""
    with _opened(data) as archive:
        for number, info in enumerate(_infos(archive)):
            if number >= limits.members:
                raise FileRefused(
                    "too_many_members", f"The archive holds more than {limits.members:,} files. Split it."
                )
            if not info.isdir():
                yield info.name.removeprefix("./"), archive.extractfile(info) if _is_plain(info) else None


def _is_plain(info: tarfile.TarInfo) -> bool:
    return info.isreg() and not info.issparse()


def _opened(data: Data) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=cast("Any", data), mode="r|")
    except _BROKEN as error:
        raise FileRefused("type_mismatch", "The file is named like a tar archive and is none.") from error


def _infos(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while True:
        try:
            info = archive.next()
        except _BROKEN as error:
            raise FileRefused(
                "file_truncated", "The archive ends early or is damaged. Pack it again and upload it once more."
            ) from error
        cast("Any", archive).members.clear()  # else it remembers every member it has seen
        if info is None:
            return
        yield info
