"""`winnow verify` and `winnow diff` at a terminal: sentences, and exit codes that scripts go by."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.root import app
from tests.curation.releasing.made import OTHER, SECRET, make, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "release", {"train": rows(0, 20)})


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


def test_a_whole_release_ends_with_0_and_names_its_key(folder: Path) -> None:
    code, said = run("verify", folder)
    assert code == 0
    assert f"All 3 files with 20 rows are as they were released. Signed with the key {SECRET.public.name}." in said
    assert SECRET.public.line in said
    for key in (SECRET.public.line, folder / "winnow.pub"):
        code, said = run("verify", folder, "--key", key)
        assert (code, "came with" in said) == (0, False)


def test_a_changed_release_ends_with_1_and_says_what_was_changed(folder: Path) -> None:
    (folder / "README.md").write_text("Trust me.")
    code, said = run("verify", folder)
    assert code == 1
    assert "README.md was changed: it has 9 bytes" in said
    assert "Fetch it again" in said
    assert run("verify", folder, "--key", OTHER.public.line)[0] == 1


def test_what_cannot_be_read_ends_with_2(folder: Path, tmp_path: Path) -> None:
    for words in ((tmp_path / "nowhere",), (tmp_path,), (folder, "--key", "nonsense")):
        code, said = run("verify", *words)
        assert code == 2
        assert said.strip().endswith(".")


def test_a_further_file_may_be_allowed(folder: Path) -> None:
    (folder / ".gitattributes").write_text("")
    assert run("verify", folder)[0] == 1
    assert run("verify", folder, "--allow", ".gitattributes")[0] == 0


def test_two_folders_are_compared(folder: Path, tmp_path: Path) -> None:
    code, said = run("diff", folder, make(tmp_path / "next", {"train": rows(1, 20)}))
    assert code == 0
    assert said.startswith("1\twent\tnot in the second\nwent: data/train-00000-of-00001.jsonl, row 1: ")
    assert run("diff", folder, folder) == (0, "Both releases hold the same rows.\n")
    assert run("diff", folder, tmp_path)[0] == 2


def test_push_needs_a_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    done = CliRunner().invoke(app, ["push", str(folder), "--repo", "clinic/answers"], input="\n")
    assert done.exit_code != 0
    assert "HF_TOKEN" in str(done.exception)
