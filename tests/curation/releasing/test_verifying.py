"""Whatever happens to a released folder is seen: a flipped bit, a file more or less, a number, another key."""

import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.exporter import exporters
from app.curation.releasing.counting import look
from app.curation.releasing.folder import NotReadable
from app.curation.releasing.verifying import verify
from tests.curation.releasing.made import OTHER, SECRET, make, rows, sign

SPLITS = {"train": rows(0, 12), "test": rows(12, 15)}
TRAIN = "data/train-00000-of-00001.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "release", SPLITS)


def test_a_release_as_it_was_made_is_whole(folder: Path) -> None:
    for key in (None, SECRET.public):
        found = verify(folder, key)
        assert found.problems == []
        assert found.key == SECRET.public
        assert found.came_along is (key is None)


@settings(max_examples=300)
@given(st.data(), st.booleans())
def test_one_flipped_bit_in_any_file_is_seen(data: st.DataObject, knows_key: bool) -> None:
    with TemporaryDirectory() as home:
        made = make(Path(home), SPLITS)
        files = sorted(path for path in made.rglob("*") if path.is_file())
        assert len(files) == 7
        path = data.draw(st.sampled_from(files))
        content = bytearray(path.read_bytes())
        bit = data.draw(st.integers(0, len(content) * 8 - 1))
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        assert verify(made, SECRET.public if knows_key else None).problems


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda at: (at / TRAIN).unlink(), f"{TRAIN} is missing."),
        (lambda at: (at / TRAIN).rename(at / "data/x.jsonl"), f"{TRAIN} is missing: it is called data/x.jsonl here."),
        (lambda at: (at / "more.txt").write_text("more"), "more.txt is not part of this release."),
        (lambda at: (at / "winnow.pub").unlink(), "winnow.pub is missing."),
        (lambda at: (at / "manifest.json.minisig").unlink(), "manifest.json.minisig is missing."),
        (lambda at: (at / "manifest.json").unlink(), "manifest.json is missing, so nothing else can be checked."),
        (lambda at: (at / "link").symlink_to(at / TRAIN), "link is a link or something else that is no plain file."),
        (lambda at: (at / "folder").symlink_to(at), "folder is a link or something else that is no plain file."),
        (
            lambda at: (at / TRAIN).write_bytes((at / TRAIN).read_bytes() + b"{}\n"),
            f"{TRAIN}: it holds 13 rows, and the manifest says 12.",
        ),
    ],
)
def test_files_more_less_or_elsewhere_are_named(folder: Path, change: Callable[[Path], Any], told: str) -> None:
    change(folder)
    assert told in verify(folder).problems


def test_a_file_that_may_lie_there_is_let_pass(folder: Path) -> None:
    (folder / ".gitattributes").write_text("x")
    assert verify(folder, allowed=[".gitattributes"]).problems == []


def numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a manifest a number stands."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, item in items for found in numbers(item, (*path, key))]
    return [path] if isinstance(value, int) else []


def altered(manifest: Any, path: tuple[Any, ...]) -> Any:
    found = orjson.loads(orjson.dumps(manifest))
    at = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] += 1
    return found


def test_any_altered_number_breaks_the_signature(folder: Path) -> None:
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    places = numbers(manifest)
    assert len(places) > 30
    for path in places:
        content = orjson.dumps(altered(manifest, path), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (folder / "manifest.json").write_bytes(content + b"\n")
        assert any("signature does not fit" in one for one in verify(folder).problems), path


def test_who_signs_an_altered_number_anew_is_betrayed_by_the_sums(folder: Path) -> None:
    """Even with the very key: counts stand in more than one place. The schema's version is no count."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    for path in numbers(manifest):
        sign(folder, altered(manifest, path))
        assert verify(folder, SECRET.public).problems, path


def test_another_key_is_told(folder: Path) -> None:
    (problem,) = verify(folder, OTHER.public).problems
    assert problem == f"It is signed with the key {SECRET.public.name}, not with {OTHER.public.name}."
    sign(folder, orjson.loads((folder / "manifest.json").read_bytes()), OTHER)
    assert verify(folder).problems == []
    assert verify(folder, SECRET.public).problems


def test_a_key_put_beside_it_does_not_help(folder: Path) -> None:
    (folder / "winnow.pub").write_bytes(OTHER.public.file())
    assert any("does not fit" in one for one in verify(folder).problems)
    assert verify(folder, SECRET.public).problems == ["winnow.pub is not the key that signed this release."]


def test_a_newer_manifest_is_not_guessed_at(folder: Path) -> None:
    sign(folder, orjson.loads((folder / "manifest.json").read_bytes()) | {"schema_version": 99})
    assert "Take a newer Winnow." in verify(folder).problems[0]


def archived(folder: Path, kind: str, inside: str) -> Path:
    if kind in {"zip", "stored"}:
        method = zipfile.ZIP_DEFLATED if kind == "zip" else zipfile.ZIP_STORED
        with zipfile.ZipFile(folder.with_suffix(".zip"), "w", method) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, inside + path.relative_to(folder).as_posix())
        return folder.with_suffix(".zip")
    made = folder.with_suffix(".tar")
    with tarfile.open(made, "w:gz" if kind == "tar.gz" else "w") as archive:
        archive.add(folder, inside.rstrip("/") or ".")
    if kind == "tar.zst":
        with pa.CompressedOutputStream(str(folder.with_suffix(".zst")), "zstd") as out:
            out.write(made.read_bytes())
        return folder.with_suffix(".zst")
    return made


@pytest.mark.parametrize("inside", ["", "release/", "a/b/"])
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.zst"])
def test_archives_are_read_without_unpacking(folder: Path, kind: str, inside: str) -> None:
    found = verify(archived(folder, kind, inside), SECRET.public)
    assert found.problems == []
    assert found.manifest
    assert found.manifest.rows == 15
    (folder / TRAIN).write_bytes((folder / TRAIN).read_bytes().replace(b"It is 3", b"It is 4"))
    (problem,) = verify(archived(folder, kind, inside)).problems
    assert problem == f"{TRAIN} was changed: it is as long as what was released and holds other bytes."


def packed(path: Path) -> tuple[int, int]:
    """Where in an archive the data of the first split lie, and how many bytes they are."""
    if path.suffix == ".tar":
        with tarfile.open(path) as archive:
            member = next(one for one in archive if one.name.endswith(TRAIN))
            return member.offset_data, member.size
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo(TRAIN)
        head = path.read_bytes()[info.header_offset :]
        extra = int.from_bytes(head[28:30], "little")
        return info.header_offset + 30 + len(TRAIN) + extra, info.compress_size


@pytest.mark.parametrize("kind", ["stored", "tar"])
@settings(max_examples=40)
@given(at=st.integers(0, 1 << 30))
def test_a_flipped_bit_in_the_data_of_an_archive_is_seen(kind: str, at: int) -> None:
    with TemporaryDirectory() as home:
        path = archived(make(Path(home, "release"), SPLITS), kind, "")
        content = bytearray(path.read_bytes())
        first, size = packed(path)
        content[first + at // 8 % size] ^= 1 << at % 8
        path.write_bytes(content)
        assert verify(path).problems


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.zst"])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7])
def test_half_an_archive_is_no_release(folder: Path, kind: str, share: float) -> None:
    path = archived(folder, kind, "release/")
    content = path.read_bytes().rstrip(b"\0")
    path.write_bytes(content[: int(len(content) * share)])
    with suppress(NotReadable):
        assert verify(path).problems


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_what_is_no_release_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NotReadable):
        verify(tmp_path / "file")
    with pytest.raises(NotReadable, match="cannot be read"):
        verify(tmp_path / "nowhere")
    with pytest.raises(NotReadable, match="no release"):
        verify(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("a.jsonl", b"{}\n{}\n", 2),
        ("a.jsonl", b"{}\n{}", 2),
        ("a.jsonl", b"", 0),
        ("a.csv", b'a,b\r\n1,"two\r\nlines ""quoted"""\r\n2,3\r\n', 2),
        ("a.csv", b"a,b\n", 0),
        ("a.jsonl.zst", pa.compress(b"{}\n" * 9, "zstd", asbytes=True), 9),
        ("a.jsonl.zst", b"nothing of the kind", -1),
        ("a.parquet", b"PAR1nothing", -1),
        ("README.md", b"a\nb\n", None),
    ],
)
def test_rows_are_counted_from_the_bytes(tmp_path: Path, name: str, content: bytes, count: int | None) -> None:
    (tmp_path / name).write_bytes(content)
    with (tmp_path / name).open("rb") as stream:
        seen = look(name, stream)
    assert (seen.rows, seen.size) == (count, len(content))


def test_rows_of_parquet_are_counted(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": list(range(1000))}), tmp_path / "a.parquet")
    with (tmp_path / "a.parquet").open("rb") as stream:
        assert look("a.parquet", stream).rows == 1000


def test_rows_of_our_own_csv_are_counted(tmp_path: Path) -> None:
    hard = ["plain", 'said "so"', "two\nlines", "two\r\nlines, and a comma", "=1+1", ""]
    with (tmp_path / "a.csv").open("wb") as file, exporters()["labels_csv"]().writer(file) as writer:
        for text in hard:
            writer.write({"text": text, "label": text})
    with (tmp_path / "a.csv").open("rb") as stream:
        assert look("data/a.csv", stream).rows == writer.rows == len(hard)
