"""Whether a release is what was released: every file, every number of the manifest, and the signature over it.

Needs nothing but the files. One pass; of the contents only the three small files beside the data are kept.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.curation.releasing import minisign
from app.curation.releasing.counting import Seen, look
from app.curation.releasing.folder import (
    BROKEN,
    KEY,
    MANIFEST,
    SIGNATURE,
    Damaged,
    NotReadable,
    damage,
    members,
    without_folder,
)
from app.curation.releasing.manifest import SCHEMA_VERSION, File, Manifest
from app.curation.releasing.minisign import PublicKey

_KEPT = {MANIFEST, SIGNATURE, KEY}
_LARGEST = 64 << 20


@dataclass
class _Found:
    """What is there: files by name, the contents of small ones, and what is wrong already."""

    files: dict[str, Seen] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Verified:
    """`problems` is empty where everything is as it was released. `key` signed it; it `came_along` unless it was given."""

    problems: list[str]
    manifest: Manifest | None = None
    key: PublicKey | None = None
    came_along: bool = False


def verify(path: Path, key: PublicKey | None = None, allowed: Collection[str] = ()) -> Verified:
    """Check a folder or archive against a key, or else the one that lies in it. NotReadable where there is no release."""
    found = _read(path)
    if MANIFEST not in found.kept and SIGNATURE not in found.kept and not found.problems:
        raise NotReadable(f"There is no {MANIFEST} in {path}, so this is no release. Name the folder that holds it.")
    problems = [*found.problems]
    signer = _signer(found, key, problems)
    manifest = _manifest(found, problems)
    if manifest is not None:
        problems += _against(manifest, found.files, {*_KEPT, *allowed})
        problems += manifest.faults()
    return Verified(problems, manifest, signer, key is None)


def _read(path: Path) -> _Found:
    found = _Found()
    try:
        for name, stream in members(path):
            _take(found, name, stream)
    except Damaged as error:
        found.problems.append(str(error))
    except BROKEN as error:
        found.problems.append(damage(path, error))
    if not path.is_dir() and (above := without_folder([*found.files])):
        found.files = {name.removeprefix(above): one for name, one in found.files.items()}
        found.kept = {name.removeprefix(above): one for name, one in found.kept.items()}
    return found


def _take(found: _Found, name: str, stream: IO[bytes] | None) -> None:
    if stream is None:
        found.problems.append(f"{name} is a link or something else that is no plain file.")
        return
    if name in found.files:
        found.problems.append(f"{name} is there twice.")
    if name.rpartition("/")[2] in _KEPT:
        content = stream.read(_LARGEST)
        found.kept[name] = content
        found.files[name] = look("", _Again(content, stream))  # type: ignore[arg-type] # it reads, and nothing else
    else:
        found.files[name] = look(name, stream)


class _Again:
    """What was read of a stream already, and then the rest."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int = -1) -> bytes:
        first, self._first = self._first, b""
        return first or self._rest.read(size)


def _signer(found: _Found, given: PublicKey | None, problems: list[str]) -> PublicKey | None:
    """Who signed the manifest as it is; where nobody did, that is a problem."""
    problems += [f"{name} is missing." for name in (KEY, SIGNATURE) if name not in found.kept]
    try:
        beside = PublicKey.read(found.kept[KEY].decode()) if KEY in found.kept else None
    except (minisign.Malformed, ValueError):
        beside = None
    if KEY in found.kept and (beside is None or found.kept[KEY] != beside.file()):
        problems.append(f"{KEY} was changed: it is not a key as Winnow writes it.")
    try:
        signed_by = [one for one in (given, beside) if one is not None and _signed(found, one)]
    except minisign.Malformed:
        problems.append(f"{SIGNATURE} was changed: it is not a signature.")
        return None
    return _judged(found, given, beside, signed_by, problems)


def _judged(
    found: _Found, given: PublicKey | None, beside: PublicKey | None, by: list[PublicKey], problems: list[str]
) -> PublicKey | None:
    wanted = given or beside
    if wanted in by:
        if beside is not None and beside != wanted:
            problems.append(f"{KEY} is not the key that signed this release.")
        return wanted
    if by:
        problems.append(f"It is signed with the key {by[0].name}, not with {wanted.name if wanted else ''}.")
    elif wanted is not None and {MANIFEST, SIGNATURE} <= found.kept.keys():
        problems.append(
            f"The signature does not fit: {MANIFEST} or {SIGNATURE} was changed, or it was signed with another key"
            f" than {wanted.name}."
        )
    return None


def _signed(found: _Found, key: PublicKey) -> bool:
    if not {MANIFEST, SIGNATURE} <= found.kept.keys():
        return False
    return minisign.verify(found.kept[MANIFEST], found.kept[SIGNATURE], key) is not None


def _manifest(found: _Found, problems: list[str]) -> Manifest | None:
    if MANIFEST not in found.kept:
        problems.append(f"{MANIFEST} is missing, so nothing else can be checked.")
        return None
    try:
        manifest = Manifest.read(found.kept[MANIFEST])
    except ValueError:
        problems.append(f"{MANIFEST} was changed: it cannot be read as a manifest.")
        return None
    if manifest.schema_version > SCHEMA_VERSION:
        problems.append(
            f"The manifest is of version {manifest.schema_version}, and this Winnow knows versions up to {SCHEMA_VERSION}."
            " Take a newer Winnow."
        )
        return None
    return manifest


def _against(manifest: Manifest, files: dict[str, Seen], allowed: set[str]) -> Iterator[str]:
    listed = {file.name: file for file in manifest.files}
    if len(listed) != len(manifest.files):
        yield "The manifest names a file twice."
    extra = {name: one for name, one in files.items() if name not in listed and name not in allowed}
    for name, file in listed.items():
        if name in files:
            yield from _differences(file, files[name])
        elif moved := next((other for other, one in sorted(extra.items()) if one.sha256 == file.sha256), None):
            del extra[moved]
            yield f"{name} is missing: it is called {moved} here."
        else:
            yield f"{name} is missing."
    yield from (f"{name} is not part of this release." for name in sorted(extra))


def _differences(file: File, seen: Seen) -> Iterator[str]:
    if seen.size != file.size:
        yield f"{file.name} was changed: it has {seen.size:,} bytes, and {file.size:,} were released."
    elif seen.sha256 != file.sha256:
        yield f"{file.name} was changed: it is as long as what was released and holds other bytes."
    if file.rows is not None and seen.rows is not None and seen.rows != file.rows:
        held = f"it holds {seen.rows:,} rows" if seen.rows >= 0 else "its rows cannot be read"
        yield f"{file.name}: {held}, and the manifest says {file.rows:,}."
