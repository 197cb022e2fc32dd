"""Documents among other files: every one of them ends as samples or as a refusal, and none is read twice."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.curation.documents.document import Document
from app.curation.readers import Chunking, Documents, FileRefused, Reading, read, records
from app.curation.sample import Form, Refusal, Sample

SMALL = Chunking(size=20, smallest=0)
TEXT = "\n\n".join(
    f"The {what} of sea number {7 - one} dries in the sun and is ground by mill {one * one}."
    for one, what in enumerate(["salt", "sugar", "sand", "soot", "stone", "straw"])
)
MEMBERS = {
    "a/one.txt": TEXT.encode(),
    "rows.jsonl": b'{"prompt": "What?", "response": "That."}\n{"text": 1}\n',
    "logo.png": b"\x89PNG",
    "empty.txt": b"",
    "blank.txt": b"  \n\n \n",
    "two.txt": b"One more text about salt, which is short.",
    "inner.tar.gz": b"\x1f\x8b",
}


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        archive.addfile(_link("link.txt"))
    return out.getvalue()


def _link(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


def told(one: Sample | Refusal) -> tuple[str, str, int]:
    kind = one.code if isinstance(one, Refusal) else one.form.value
    return kind, one.source.file.partition("/")[2], one.source.position


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_document_is_read_where_it_is(tmp_path: Path) -> None:
    found = list(read(write(tmp_path, "a.txt", TEXT.encode()), chunking=SMALL))
    assert all(isinstance(one, Sample) and one.form is Form.TEXT for one in found)
    assert "\n\n".join(one.content["text"] for one in found if isinstance(one, Sample)) == TEXT
    passage = found[0].passage  # type: ignore[union-attr]
    assert passage.document == Document("a.txt", "plain_text", hashlib.sha256(TEXT.encode()).hexdigest(), len(TEXT))


def test_a_packed_document_is_unpacked(tmp_path: Path) -> None:
    (one,) = read(write(tmp_path, "a.txt.gz", gzip.compress(TEXT.encode())))
    assert isinstance(one, Sample)
    assert one.passage is not None
    assert (one.content["text"], one.passage.document.name) == (TEXT, "a.txt")


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
def test_members_of_every_kind_are_answered_for(tmp_path: Path, name: str) -> None:
    content = zipped(MEMBERS) if name == "a.zip" else tarred(MEMBERS, "w" if name == "a.tar" else "w:gz")
    found = [told(one) for one in read(write(tmp_path, name, content))]
    assert found[:8] == [
        ("text", "a/one.txt", 0),
        ("instruction", "rows.jsonl", 0),
        ("wrong_type", "rows.jsonl", 1),
        ("unsupported_member", "logo.png", 0),
        ("empty_file", "empty.txt", 0),
        ("empty", "blank.txt", 0),
        ("text", "two.txt", 0),
        ("archive_nested", "inner.tar.gz", 0),
    ]
    assert found[8:] == ([] if name == "a.zip" else [("unsupported_member", "link.txt", 0)])


@pytest.mark.parametrize("name", ["a.zip", "a.tgz"])
def test_skipping_leaves_the_same_items(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, zipped(MEMBERS) if name == "a.zip" else tarred(MEMBERS))
    whole = list(Reading(path, documents=Documents(SMALL)))
    for skip in range(0, len(whole) + 1, 3):
        assert list(Reading(path, documents=Documents(SMALL), skip=skip)) == whole[skip:]


def test_finished_documents_are_not_opened_again(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", zipped(MEMBERS))
    opened: list[str] = []
    reading = Reading(path, documents=Documents(SMALL, opened=lambda document, file: opened.append(document.name)))
    whole = list(reading)
    finished = dict(reading.ended_documents())
    assert finished == {"a/one.txt": 6, "empty.txt": 1, "blank.txt": 1, "two.txt": 1}
    assert opened == ["a/one.txt", "blank.txt", "two.txt"]
    opened.clear()
    some = Documents(SMALL, finished, lambda document, file: opened.append(document.name))
    assert list(Reading(path, documents=some, skip=7)) == whole[7:]
    assert opened == ["blank.txt", "two.txt"]
    opened.clear()
    assert list(Reading(path, documents=some, skip=3)) == whole[3:]  # in the middle of the first document
    assert opened[0] == "a/one.txt"


def test_what_is_opened_holds_the_bytes(tmp_path: Path) -> None:
    seen: list[tuple[str, bytes]] = []
    path = write(tmp_path, "a.zip", zipped(MEMBERS))
    for _ in Reading(path, documents=Documents(opened=lambda one, file: seen.append((one.sha256, file.read_bytes())))):
        pass
    assert len(seen) == 3
    assert all(hashlib.sha256(content).hexdigest() == sha256 for sha256, content in seen)


def test_passages_with_a_flag_are_refused_unless_asked_for(tmp_path: Path) -> None:
    lines = "\n".join(f"{one}. Drying of salt ........ {one * 3}" for one in range(1, 9))
    path = write(tmp_path, "a.txt", lines.encode())
    (refused,) = read(path)
    assert isinstance(refused, Refusal)
    assert refused.code == "contents"
    (sample,) = Reading(path, flagged=True)
    assert isinstance(sample, Sample)
    assert sample.passage is not None
    assert sample.passage.flag == "contents"


def test_progress_ends_at_the_whole_and_never_falls(tmp_path: Path) -> None:
    for path in (write(tmp_path, "a.zip", zipped(MEMBERS)), write(tmp_path, "a.txt", TEXT.encode())):
        reading = Reading(path, documents=Documents(SMALL))
        seen = [reading.bytes_done for _ in reading]
        assert seen == sorted(seen)
        assert reading.bytes_done == reading.bytes_total


def test_who_is_not_alive_any_more_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.curation.documents import elements

    monkeypatch.setattr(elements, "_GLANCE_SECONDS", 0.01)  # before a child can have started

    class Stopped(Exception):
        pass

    def alive() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        list(Reading(write(tmp_path, "a.txt", TEXT.encode()), documents=Documents(alive=alive)))


def test_what_is_read_as_a_list_of_records_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        list(records(write(tmp_path, "a.txt", b"hello")))
    assert refused.value.code == "unsupported_type"


def test_a_refusal_names_what_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"\.jsonl.*\.parquet.*\.txt.*\.tar\.gz"):
        list(read(write(tmp_path, "a.exe", b"hello")))
