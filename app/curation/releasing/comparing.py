"""Two releases side by side from their files alone: which rows came, went, changed, or stand in another split.

Rows with provenance are known by their sample; rows without are known by their contents, so that a changed one counts as
gone and come. Of each row a few numbers are kept, and in a second pass the words of those that are to be shown.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from app.curation.releasing.folder import BROKEN, MANIFEST, Damaged, NotReadable, damage, members, without_folder
from app.curation.releasing.manifest import Manifest
from app.curation.releasing.rows import rows
from app.curation.sample import Json

PROVENANCE = "_provenance"
CAME, WENT, CHANGED, MOVED = "came", "went", "changed", "moved"
_ROW = np.dtype([("key", "<u8"), ("words", "<u8"), ("split", "<u4")])
_LONGEST = 160
Rows = NDArray[np.void]


class Change(NamedTuple):
    """One row: what happened to it, where it stands, and the beginning of it."""

    kind: str
    where: str
    text: str


@dataclass
class Comparison:
    """Rows by what happened and why; the first of them in words; and what differs in the making."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    made_otherwise: list[str] = field(default_factory=list)


def compare(old: Path, new: Path, most: int = 20) -> Comparison:
    """From the first to the second. NotReadable, Damaged."""
    manifests = [_manifest(path) for path in (old, new)]
    splits = sorted({split for one in manifests for split in one.splits})
    before, after = (_scan(path, one, splits) for path, one in zip((old, new), manifests, strict=True))
    before, after = _numbered(before), _numbered(after)
    _, ours, theirs = np.intersect1d(before["key"], after["key"], assume_unique=True, return_indices=True)
    changed = before["words"][ours] != after["words"][theirs]
    moved = ~changed & (before["split"][ours] != after["split"][theirs])
    found = Comparison(made_otherwise=[*_differences(*manifests)])
    gone, come = _others(len(before), ours), _others(len(after), theirs)
    for kind, why, number in (
        (CAME, "not in the first", len(come)),
        (WENT, "not in the second", len(gone)),
        (CHANGED, "other words", int(changed.sum())),
    ):
        if number:
            found.counts[kind, why] = number
    pairs = zip(before["split"][ours][moved].tolist(), after["split"][theirs][moved].tolist(), strict=True)
    for (one, other), number in sorted(Counter(pairs).items()):
        found.counts[MOVED, f"from {splits[one]} to {splits[other]}"] = number
    wanted = {WENT: gone, CAME: come, CHANGED: theirs[changed], MOVED: theirs[moved]}
    for kind, places in wanted.items():
        path, manifest = (old, manifests[0]) if kind == WENT else (new, manifests[1])
        found.changes += _shown(path, manifest, kind, np.sort(places)[: most - len(found.changes)])
    return found


def _others(length: int, known: NDArray[np.intp]) -> NDArray[np.intp]:
    out = np.ones(length, bool)
    out[known] = False
    return np.flatnonzero(out)


def _manifest(path: Path) -> Manifest:
    for name, stream in _files(path):
        if name == MANIFEST or (not path.is_dir() and name.rpartition("/")[2] == MANIFEST):
            try:
                return Manifest.read(stream.read())
            except ValueError as error:
                raise NotReadable(
                    f"{MANIFEST} in {path} cannot be read. See what is wrong: winnow verify {path}"
                ) from error
    raise NotReadable(f"There is no {MANIFEST} in {path}, so this is no release. Name the folder that holds it.")


def _files(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        for name, stream in members(path):
            if stream is not None:
                yield name, stream
    except BROKEN as error:
        raise Damaged(damage(path, error)) from error


def _data(path: Path, manifest: Manifest) -> Iterator[tuple[str, str, Iterator[Json]]]:
    """(name, split, rows) of the files that hold rows, in the order in which they lie there."""
    above = "" if path.is_dir() else without_folder([name for name, _ in _files(path)])
    splits = {file.name: file.split for file in manifest.files if file.rows is not None}
    for name, stream in _files(path):
        if (inside := name.removeprefix(above)) in splits:
            yield inside, splits[inside], rows(inside, stream)


def _scan(path: Path, manifest: Manifest, splits: list[str]) -> Rows:
    """A key, a hash of the words, and the split of every row."""
    out = np.zeros(manifest.rows, _ROW)
    place, last, nth = 0, b"", 0
    for name, split, found in _data(path, manifest):
        number = splits.index(split)
        try:
            for row in found:
                words = _hash(orjson.dumps({**row, PROVENANCE: None}, option=orjson.OPT_SORT_KEYS, default=str))
                sample = _sample(row)
                nth = nth + 1 if sample and sample == last else 0
                last = sample
                out[place] = (_hash(sample + b"%d" % nth) if sample else words, words, number)
                place += 1
        except (*BROKEN, ValueError, IndexError) as error:
            raise Damaged(
                f"{name} in {path} does not hold what the manifest says. See: winnow verify {path}"
            ) from error
    return out[:place]


def _numbered(found: Rows) -> Rows:
    """Rows with one key apart: the same words twice are two rows."""
    order = np.argsort(found["key"], kind="stable")
    keys = found["key"][order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.intp)
    nth = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    out = found.copy()
    out["key"][order] = keys + nth.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return out


def _sample(row: Json) -> bytes:
    place: Any = row.get(PROVENANCE)
    place = orjson.loads(place) if isinstance(place, str) and place[:1] == "{" else place
    return str(place["sample"]).encode() if isinstance(place, dict) and "sample" in place else b""


def _hash(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")


def _shown(path: Path, manifest: Manifest, kind: str, places: NDArray[np.intp]) -> Iterator[Change]:
    wanted, place = set(places.tolist()), -1
    for name, _, found in _data(path, manifest) if wanted else ():
        for line, row in enumerate(found, 1):
            place += 1
            if place in wanted:
                text = orjson.dumps(
                    {key: value for key, value in row.items() if key != PROVENANCE}, default=str
                ).decode()
                yield Change(kind, f"{name}, row {line}", text if len(text) <= _LONGEST else text[:_LONGEST] + " …")


def _differences(old: Manifest, new: Manifest) -> Iterator[str]:
    """What of the making differs, in words."""
    one, two = old.model_dump(), new.model_dump()
    for title, key in (
        ("Format", "format"),
        ("Recipe", "recipe"),
        ("Guidelines", "guidelines"),
        ("Questions", "rubrics"),
    ):
        before, after = _version(one.get(key)), _version(two.get(key))
        if before != after:
            yield f"{title}: {before}, then {after}."
    names = [{corpus.name for corpus in each.corpora} for each in (old, new)]
    yield from (f"New corpus: {name}." for name in sorted(names[1] - names[0]))
    asked = [each.get("composition") or {} for each in (one, two)]
    for title, key in (("Selection", "selection"), ("Splits", "splits"), ("Checks", "gate")):
        if asked[0].get(key) != asked[1].get(key):
            yield f"{title}: asked for otherwise."


def _version(found: Any) -> str:
    if isinstance(found, list):
        found = found[-1] if found else None
    if isinstance(found, dict):
        return f"version {found.get('version')}"
    return str(found) if found else "none"
