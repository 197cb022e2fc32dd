"""Pandoc is held on a short lead: bounded memory and time, no other files, and it ends with its parent."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.curation.documents.format import Unreadable
from app.curation.documents.pandoc import program
from tests.curation.documents.office_files import read

_LONG = ("# Head\n\n" + "word *word* [link](x) " * 200 + "\n\n").encode() * 200


def _code(source: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        program.syntax_tree(source, "markdown")
    return refused.value.code


def test_too_much_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "HEAP", "24m")
    assert _code(_LONG) == "too_large"


def test_too_much_time_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_command", lambda _: ["sleep", "5"])
    monkeypatch.setattr(program, "SECONDS", 1)
    assert _code(b"x") == "too_slow"


def test_too_long_a_tree_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MOST_OUTPUT", 1000)
    assert _code(_LONG[:9000]) == "too_large"


def test_no_other_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    file = tmp_path / "a.rst"
    file.write_text(f"Text.\n\n.. include:: {secret}\n\n.. csv-table::\n   :header: x\n   :file: {secret}\n\nEnd.\n")
    told = str(read("rst", file))
    assert "Text." in told
    assert "End." in told
    assert "top secret" not in told
    page = tmp_path / "a.1"
    page.write_text(f".TH A 1\n.SH NAME\na\n.so {secret}\n")
    assert "top secret" not in str(read("man", page))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """The reader is killed when somebody cancels: what it started must not work on."""
    script = (
        "from app.curation.documents.pandoc import program\n"
        "program._command = lambda format: ['sh', '-c', 'echo $$ > {folder}/pid; exec sleep 30']\n"
        "program.syntax_tree(b'x', 'markdown')\n"
    ).replace("{folder}", str(tmp_path))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as parent:
        number = _number(tmp_path / "pid")
        parent.kill()
    _wait(lambda: not Path(f"/proc/{number}").exists() or "Z" in Path(f"/proc/{number}/stat").read_text().split())


def _number(file: Path) -> int:
    _wait(lambda: file.exists() and file.read_text().strip() != "")
    return int(file.read_text())


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it never happened")
