"""Deduplicating files: clusters with verified pairs, records in one of two files, the same bytes with any number of threads."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from app.curation.dedup.minhash import MinHash
from app.curation.deduplicate import NAMES, deduplicate
from app.curation.folders import FolderRefused
from app.curation.readers import FileRefused
from tests.curation.test_near import documents

SALT = "Salt is a mineral that people have long used to keep their food from going bad in the heat of summer."


def write(path: Path, *records: Any) -> Path:
    path.write_bytes(b"".join(one if isinstance(one, bytes) else orjson.dumps(one) + b"\n" for one in records))
    return path


def rows(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_clusters_name_survivor_members_and_verified_pairs(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", {"text": "Pepper grows on a vine."}, b"{broken\n", {"text": SALT, "n": 1})
    second = write(tmp_path / "b.jsonl", {"text": SALT.replace("summer", "winter")}, {"text": SALT.upper() + "!"})
    out = tmp_path / "out"
    found = deduplicate([first, second], out, MinHash(view="text"), write_records=True)
    assert rows(out / "clusters.jsonl") == [
        {
            "cluster": 0,
            "survivor": "a.jsonl:2",
            "members": ["a.jsonl:2", "b.jsonl:0", "b.jsonl:1"],
            "edges": [["a.jsonl:2", "b.jsonl:0", pytest.approx(16 / 18)], ["a.jsonl:2", "b.jsonl:1", 1.0]],
        }
    ]
    assert rows(out / "kept.jsonl") == [{"text": "Pepper grows on a vine."}, {"text": SALT, "n": 1}]
    dropped = rows(out / "dropped.jsonl")
    assert [one["winnow"]["duplicate_of"]["id"] for one in dropped] == ["a.jsonl:2"] * 2
    assert [one["position"] for one in rows(out / "refused.jsonl")] == [1]
    assert (found.read, found.refused, found.kept, found.dropped, found.clusters) == (5, 1, 2, 2, 1)
    assert found.files["b.jsonl"] == {"read": 2, "dropped": 2, "share": 1.0}


@pytest.mark.parametrize(("view", "clusters"), [("prompt", [[0, 1]]), ("answer", [[1, 2]]), ("pair", [])])
def test_the_field_decides(tmp_path: Path, view: Any, clusters: list[list[int]]) -> None:
    asked = [(SALT, "Yes."), (SALT, "No, not at all."), ("Is pepper a fruit?", "No, not at all.")]
    file = write(tmp_path / "a.jsonl", *({"prompt": one, "response": other} for one, other in asked))
    deduplicate([file], tmp_path / "out", MinHash(view=view, threshold=0.9))
    found = [one["members"] for one in rows(tmp_path / "out" / "clusters.jsonl")]
    assert found == [[f"a.jsonl:{row}" for row in some] for some in clusters]


def test_threads_change_no_byte(tmp_path: Path) -> None:
    texts = documents(300)
    files = [
        write(tmp_path / "a.jsonl", *({"text": text} for text in texts[:100])),
        write(tmp_path / "b.jsonl", *({"text": text} for text in texts[100:])),
    ]
    for workers in (1, 3):
        deduplicate(files, tmp_path / str(workers), MinHash(view="text"), workers=workers, write_records=True)
    for name in NAMES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes()
    assert len(rows(tmp_path / "1" / "clusters.jsonl")) > 20


def test_nothing_is_written_where_a_file_cannot_be_read(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "a.jsonl", {"text": SALT}), write(tmp_path / "b.parquet", b"no parquet")
    with pytest.raises(FileRefused):
        deduplicate([good, bad], tmp_path / "out", MinHash())
    assert list((tmp_path / "out").iterdir()) == []


def test_results_are_not_overwritten_unasked(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", {"text": SALT})
    deduplicate([file], tmp_path / "out", MinHash(), write_records=True)
    with pytest.raises(FolderRefused, match=r"already holds clusters\.jsonl"):
        deduplicate([file], tmp_path / "out", MinHash())
    deduplicate([file], tmp_path / "out", MinHash(), overwrite=True)
    assert not (tmp_path / "out" / "kept.jsonl").exists(), "no record of an earlier run stays behind"


def test_one_file_twice_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", {"text": SALT})
    with pytest.raises(FolderRefused, match="2 times"):
        deduplicate([file, file], tmp_path / "out", MinHash())


def test_a_file_without_samples_gives_no_clusters(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", b"{broken\n")
    found = deduplicate([file], tmp_path / "out", MinHash())
    assert (found.read, found.refused, found.kept) == (1, 1, 0)
    assert rows(tmp_path / "out" / "clusters.jsonl") == []


def test_a_file_that_loses_far_more_than_the_others_is_named(tmp_path: Path) -> None:
    lonely = [" ".join(f"{letter}{number}" for number in range(40)) for letter in "abcdefghijklmnopqrstuvwxyz"]
    files = [
        write(tmp_path / "a.jsonl", *({"text": text} for text in lonely)),
        write(tmp_path / "b.jsonl", *({"text": f"{SALT} {number}"} for number in range(30))),
    ]
    assert deduplicate(files, tmp_path / "out", MinHash(view="text")).unusual == ["b.jsonl"]
