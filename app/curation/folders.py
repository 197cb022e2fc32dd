"""Where commands that work on files read and write: short names for inputs, and results that come all or not at all."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


class FolderRefused(Exception):
    """Work cannot begin; the message says why and what to do."""


def short_names(inputs: Sequence[Path]) -> dict[str, Path]:
    """The name of each file in ids: as short as it can be while all names differ. FolderRefused for none or a double."""
    paths = [path.resolve() for path in inputs]
    if not paths:
        raise FolderRefused("There is nothing to read: name at least one file.")
    for path, count in Counter(paths).items():
        if count > 1:
            raise FolderRefused(f"{path} is given {count} times. Give every file once.")
    names: list[str] = []
    for parts in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            break
    return dict(zip(names, inputs, strict=True))


def prepare(folder: Path, names: Sequence[str], overwrite: bool) -> None:
    """Make the folder. FolderRefused where it cannot be, or holds results that may not be overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderRefused(f"{folder} cannot be used as a folder: {error.strerror}. Name another.") from error
    there = [name for name in names if (folder / name).exists()]
    if there and not overwrite:
        raise FolderRefused(f"{folder} already holds {', '.join(there)}. Name another folder, or allow overwriting.")


def publish(work: Path, folder: Path, names: Sequence[str]) -> None:
    """Move the finished files, the last one last: where it is present, the others belong to it."""
    (folder / names[-1]).unlink(missing_ok=True)
    for name in names:
        if (work / name).exists():
            (work / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
