"""A text that pandoc writes in a format comes back from it: structure and words, in each format as far as it goes."""

import subprocess
from pathlib import Path

import pypandoc
import pytest

from app.curation.documents.document import Block, Facts
from app.curation.documents.format import format_of
from tests.curation.documents.office_files import DATA, blocks, facts, package, read, refusal

_TEXT = """---
title: The Title
author: Ann One
lang: en-GB
---

# First

Words with *emphasis*, **weight**, `code`, H~2~O, 10^-3^, a|b and a note[^1].

[^1]: The note.

1. one
2. two
   - inner

| Left | Right |
|------|-------|
| a    | b     |

    def f():
        return 1

## Second

Last \\<tag> & \\*.
"""


def _written(text: str, format: str, file: Path) -> Path:
    subprocess.run(
        [pypandoc.get_pandoc_path(), "-s", "-f", "markdown-smart", "-t", format, "-o", str(file)],
        input=text.encode(), check=True,
    )  # fmt: skip
    return file


@pytest.mark.parametrize(("key", "format", "levels"), [
    ("docx", "docx", (1, 2, 3)), ("odt", "odt", (1, 2, 3)), ("org", "org", (1, 2, 3)), ("rst", "rst", (1, 2, 3)),
    ("jats", "jats", (1, 2, 3)), ("epub", "epub", (1, 2)),
])  # fmt: skip
def test_a_text_comes_back(tmp_path: Path, key: str, format: str, levels: tuple[int, ...]) -> None:
    file = _written(_TEXT, format, tmp_path / f"a.{format}")
    told = [block for block in read(key, file) if isinstance(block, Block)]
    assert tuple(block.level for block in told if block.level) == levels
    text = "\n\n".join(block.text for block in told)
    assert "Words with *emphasis*, **weight**, `code`, H₂O, 10⁻³, a|b and a note[^1]." in text
    assert "[^1]: The note." in text
    assert "1. one" in text
    assert "   - inner" in text
    assert "| Left | Right |\n| --- | --- |\n| a | b |" in text
    assert "```\ndef f():\n    return 1\n```" in text
    assert r"Last \<tag> & \*." in text
    assert facts(key, file).title == "The Title"


def _told(text: str, name: str, tmp_path: Path) -> list[tuple[str, str]]:
    (tmp_path / name).write_text(text, "utf-8")
    key = format_of(name, text.encode())
    assert key is not None
    return blocks(key, tmp_path / name)


def test_a_preamble_is_metadata(tmp_path: Path) -> None:
    (tmp_path / "pep-0042.rst").write_text(
        "PEP: 42\nTitle: Wishes\nAuthor: Ann <a@b.c>,\n        Bob\nStatus: Final\nReplaces:\n\n\nAims\n====\n\nSee :pep:`8`,\n"
        ":func:`~os.path.join` and :ref:`the end <end>`.\n\n.. toctree::\n\n   other\n"
    )
    first, *rest = read("rst", tmp_path / "pep-0042.rst")
    assert first == Facts("PEP 42 – Wishes", metadata={"pep": "42", "author": "Ann <a@b.c>, Bob", "status": "Final"})
    assert [block.text for block in rest if isinstance(block, Block)] == [
        "PEP 42 – Wishes", "Aims", "See PEP 8, `join` and the end.",
    ]  # fmt: skip


def test_a_sentence_with_a_colon_is_no_preamble(tmp_path: Path) -> None:
    assert _told("Note: this is text.\nIt goes on.\n\nMore.", "a.rst", tmp_path)[0] == (
        "paragraph", "Note: this is text. It goes on.",
    )  # fmt: skip


def test_a_manual_page(tmp_path: Path) -> None:
    page = (
        '.\\" A comment\n.TH LS 1 2024-01-01\n.SH NAME\nls \\- list files\n.SH OPTIONS\n.TP\n.B \\-a\nall of them\n'
        ".SH EXAMPLE\n.RS\n.nf\nls |\n  wc\n.fi\n.RE\n.TS\nl lp-1.\nA\tB\n1\t2\n.TE\n"
    )
    assert _told(page, "ls.1", tmp_path) == [
        ("heading1", "NAME"),
        ("paragraph", "ls - list files"),
        ("heading1", "OPTIONS"),
        ("list", "- **-a**: all of them"),
        ("heading1", "EXAMPLE"),
        ("code", "```\nls |\n  wc\n```"),
        ("table", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    ]
    assert format_of("report v1.1", b"No macros here.") != "man"


def test_a_page_in_the_macros_of_bsd(tmp_path: Path) -> None:
    page = ".Dd January 1, 2024\n.Dt CAT 1\n.Os\n.Sh NAME\n.Nm cat\n.Nd join files\n.Sh DESCRIPTION\nIt joins.\n"
    assert ("paragraph", "It joins.") in _told(page, "cat.1", tmp_path)


def test_text_in_an_old_code_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.org").write_bytes("* Überschrift\nCafé".encode("cp1252"))
    assert blocks("org", tmp_path / "a.org") == [("heading1", "Überschrift"), ("paragraph", "Café")]
    (tmp_path / "b.org").write_bytes(b"\x7fELF\0\0\0")
    assert refusal("org", tmp_path / "b.org").code == "type_mismatch"


_BOOK = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>A Book</dc:title><dc:creator>Ann</dc:creator><dc:language>de</dc:language></metadata><manifest>
<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="a" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/></spine></package>"""
_CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""


def _book(file: Path, **more: str) -> Path:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><h1>{}</h1><p>{}</p></body></html>'
    return package(
        file,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OPS/book.opf": _BOOK,
            "OPS/nav.xhtml": page.format("Contents", "One, Two"),
            "OPS/one.xhtml": page.format("One", "First file."),
            "OPS/two.xhtml": page.format("Two", "First in order."),
            **{name.replace("__", "/"): text for name, text in more.items()},
        },
    )


def test_a_book_is_read_in_its_own_order_without_its_contents(tmp_path: Path) -> None:
    file = _book(tmp_path / "a.epub")
    assert [text for _, text in blocks("epub", file)] == ["Two", "First in order.", "One", "First file."]
    told = facts("epub", file)
    assert (told.title, told.language, told.metadata["author"]) == ("A Book", "de", "Ann")


def test_a_long_book_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.curation.documents.office.book.PIECE", 10)
    told = blocks("epub", _book(tmp_path / "a.epub"))
    assert [text for _, text in told] == ["Two", "First in order.", "One", "First file."]


def test_a_locked_book_is_refused_and_locked_fonts_are_not(tmp_path: Path) -> None:
    lock = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    locked = _book(
        tmp_path / "a.epub", **{"META-INF__encryption.xml": lock.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    )
    assert refusal("epub", locked).code == "encrypted"
    fonts = _book(
        tmp_path / "b.epub", **{"META-INF__encryption.xml": lock.format("http://www.idpf.org/2008/embedding")}
    )
    assert blocks("epub", fonts)


def test_a_locked_text_is_refused(tmp_path: Path) -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    file = package(tmp_path / "a.odt", {"content.xml": "<x/>", "META-INF/manifest.xml": manifest})
    assert refusal("odt", file).code == "encrypted"


@pytest.mark.skipif(not (DATA / "docs_tech").exists(), reason="needs the shared test data")
def test_real_peps_and_manual_pages() -> None:
    for name, key in (("peps/pep-0005.rst", "rst"), ("man/koi8-u.7", "man"), ("man/epoll.7", "man")):
        told = blocks(key, DATA / "docs_tech" / name)
        assert len([text for kind, text in told if kind.startswith("heading")]) > 3
        assert not any(text in {"TABLE", "PEP: 5"} for _, text in told)
