"""Whatever happens to a file on its way, reading it ends: with its text, or with a refusal that says why."""

import random
import subprocess
from pathlib import Path

import pypandoc
import pytest

from app.curation.documents.format import Unreadable, known
from tests.curation.documents.office_files import docx, paragraph, pptx, shape, xlsx

_CODES = {"read", "damaged", "type_mismatch", "encrypted", "too_large", "too_slow", "no_text"}
_MARKDOWN = b"# Head\n\nText *x* [^1].\n\n[^1]: Note.\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c><c r="B1"><v>1</v></c></row></sheetData>'
    files = {
        "docx": docx(folder / "a.docx", paragraph("Text.") * 5, styles="<w:style/>"),
        "pptx": pptx(folder / "a.pptx", shape("Title", role="title") + shape("a", "b", role="body")),
        "xlsx": xlsx(folder / "a.xlsx", {"S": row}),
    }
    for key, format in (
        ("odt", "odt"),
        ("epub", "epub"),
        ("rtf", "rtf"),
        ("jats", "jats"),
        ("rst", "rst"),
        ("man", "man"),
        ("org", "org"),
    ):
        files[key] = folder / f"a.{key}"
        command = [pypandoc.get_pandoc_path(), "-s", "-f", "markdown", "-t", format, "-o", str(files[key])]
        subprocess.run(command, input=_MARKDOWN, check=True)
    return {key: file.read_bytes() for key, file in files.items()}


@pytest.mark.parametrize("key", ["docx", "pptx", "xlsx", "odt", "epub", "rtf", "jats", "rst", "man", "org"])
def test_a_damaged_file_is_read_or_refused(key: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(key)
    for _ in range(12 if key in {"pptx", "xlsx"} else 4):
        file = tmp_path / f"a.{key}"
        file.write_bytes(_damaged(whole[key], chance))
        assert _outcome(key, file) in _CODES


def _outcome(key: str, file: Path) -> str:
    try:
        return "read" if list(known()[key].elements(file, file.name)) else "nothing"
    except Unreadable as refused:
        return refused.code


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut short, or some of its bytes turned over."""
    if chance.random() < 0.3:
        return content[: chance.randrange(len(content))]
    turned = bytearray(content)
    for _ in range(chance.choice((1, 5, 50))):
        turned[chance.randrange(len(turned))] = chance.randrange(256)
    return bytes(turned)
