"""Two folders side by side: rows that came and went are named, and with provenance those that changed."""

from pathlib import Path
from typing import Any

import pytest

from app.curation.releasing.comparing import Comparison, compare
from app.curation.releasing.folder import Damaged, NotReadable
from tests.curation.releasing.made import make, rows


def known(first: int, last: int, words: str = "It is") -> list[dict[str, Any]]:
    return [
        {"prompt": f"What is {n}?", "completion": f"{words} {n}.", "_provenance": {"sample": f"{n:08}", "line": n}}
        for n in range(first, last)
    ]


def both(tmp_path: Path, old: dict[str, list[dict[str, Any]]], new: dict[str, list[dict[str, Any]]]) -> Comparison:
    return compare(make(tmp_path / "old", old), make(tmp_path / "new", new))


def test_the_same_rows_in_another_order_are_no_change(tmp_path: Path) -> None:
    found = both(tmp_path, {"train": rows(0, 20)}, {"train": rows(0, 20)[::-1]})
    assert (found.counts, found.changes, found.made_otherwise) == ({}, [], [])


def test_rows_that_came_and_went_are_told_by_their_contents(tmp_path: Path) -> None:
    found = both(tmp_path, {"train": rows(0, 20)}, {"train": [*rows(2, 20), *rows(30, 33)]})
    assert found.counts == {("came", "not in the first"): 3, ("went", "not in the second"): 2}
    assert [(one.kind, one.text) for one in found.changes[:3]] == [
        ("went", '{"prompt":"What is 0?","completion":"It is 0."}'),
        ("went", '{"prompt":"What is 1?","completion":"It is 1."}'),
        ("came", '{"prompt":"What is 30?","completion":"It is 30."}'),
    ]
    assert found.changes[2].where == "data/train-00000-of-00001.jsonl, row 19"


def test_a_row_that_is_there_twice_counts_twice(tmp_path: Path) -> None:
    found = both(tmp_path, {"train": rows(0, 3) * 2}, {"train": rows(0, 3)})
    assert found.counts == {("went", "not in the second"): 3}


def test_splits_are_compared(tmp_path: Path) -> None:
    found = both(tmp_path, {"train": rows(0, 9), "test": rows(9, 12)}, {"train": rows(0, 10), "test": rows(10, 12)})
    assert found.counts == {("moved", "from test to train"): 1}


def test_with_provenance_other_words_are_a_change(tmp_path: Path) -> None:
    old = {"train": [*known(0, 8), *known(8, 10)]}
    found = both(tmp_path, old, {"train": [*known(1, 8), *known(8, 10, "Better:"), *known(10, 11)]})
    assert found.counts == {
        ("came", "not in the first"): 1,
        ("went", "not in the second"): 1,
        ("changed", "other words"): 2,
    }
    assert next(one.text for one in found.changes if one.kind == "changed") == (
        '{"prompt":"What is 8?","completion":"Better: 8."}'
    )


def test_several_rows_of_one_sample_are_told_apart(tmp_path: Path) -> None:
    twice = [row for row in known(0, 4) for row in (row, {**row, "completion": "Or so."})]
    assert both(tmp_path, {"train": twice}, {"train": twice[:-1]}).counts == {("went", "not in the second"): 1}


def test_what_was_made_otherwise_is_said(tmp_path: Path) -> None:
    make(tmp_path / "old", {"train": rows(0, 3)}, recipe={"version": 1, "sha256": "0", "recipe": {}})
    make(tmp_path / "new", {"train": rows(0, 3)}, recipe={"version": 2, "sha256": "1", "recipe": {}})
    assert compare(tmp_path / "old", tmp_path / "new").made_otherwise == ["Recipe: version 1, then version 2."]


def test_what_is_no_release_or_a_broken_one_is_said(tmp_path: Path) -> None:
    made = make(tmp_path / "old", {"train": rows(0, 3)})
    with pytest.raises(NotReadable, match="no release"):
        compare(made, made / "data")
    (made / "data/train-00000-of-00001.jsonl").write_text("{")
    with pytest.raises(Damaged, match="winnow verify"):
        compare(made, made)
