"""Word documents: what their author sees is what is read, numbers included."""

from pathlib import Path

import pytest

from tests.curation.documents.office_files import (
    DATA,
    blocks,
    docx,
    facts,
    package,
    paragraph,
    refusal,
    relations,
    style,
)

_HEADINGS = style("heading 1") + style("heading 2") + style("Title")
_OUTLINE = (
    '<w:abstractNum w:abstractNumId="1">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>'
    '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%2)"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
)


def _numbered(level: int, numbering: int = 1, name: str = "") -> str:
    named = f'<w:pStyle w:val="{name}"/>' if name else ""
    return f'{named}<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbering}"/></w:numPr>'


def test_headings_keep_the_numbers_that_word_shows(tmp_path: Path) -> None:
    body = (
        paragraph("Contract", '<w:pStyle w:val="Title"/>')
        + paragraph("Scope", _numbered(0, name="heading1"))
        + paragraph("Goods", _numbered(1, name="heading2"))
        + paragraph("Text.")
        + paragraph("Services", _numbered(1, name="heading2"))
        + paragraph("Price", _numbered(0, name="heading1"))
        + paragraph("Tax", _numbered(1, name="heading2"))
    )
    file = docx(tmp_path / "a.docx", body, styles=_HEADINGS, numbering=_OUTLINE)
    assert blocks("docx", file) == [
        ("heading1", "Contract"),
        ("heading2", "1. Scope"),
        ("heading3", "1.1 Goods"),
        ("paragraph", "Text."),
        ("heading3", "1.2 Services"),
        ("heading2", "2. Price"),
        ("heading3", "2.1 Tax"),
    ]
    assert facts("docx", file).title == "Contract"


def test_clauses_are_paragraphs_with_their_numbers(tmp_path: Path) -> None:
    body = (
        paragraph("Term", _numbered(0))
        + paragraph("It lasts a year.", _numbered(1))
        + paragraph("It may end", _numbered(1))
        + paragraph("by notice or", _numbered(2))
        + paragraph("by law.", _numbered(2))
        + paragraph("Law", _numbered(0))
        + paragraph("Of Ruritania.", _numbered(1))
    )
    file = docx(tmp_path / "a.docx", body, numbering=_OUTLINE)
    assert [text for _, text in blocks("docx", file)] == [
        "1. Term",
        "1.1 It lasts a year.",
        "1.2 It may end",
        "(a) by notice or",
        "(b) by law.",
        "2. Law",
        "2.1 Of Ruritania.",
    ]


def test_plain_lists_stay_lists(tmp_path: Path) -> None:
    body = (
        paragraph("one", _numbered(0, 2))
        + paragraph("inner", _numbered(1, 2))
        + paragraph("two", _numbered(0, 2))
        + paragraph("Between.")
        + paragraph("three", _numbered(0, 2))
    )
    file = docx(tmp_path / "a.docx", body, numbering=_OUTLINE)
    assert blocks("docx", file) == [
        ("list", "1. one\n   - I) inner\n2. two"),
        ("paragraph", "Between."),
        ("list", "3. three"),
    ]


def test_a_number_with_a_word_stands_in_the_text(tmp_path: Path) -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>'
        '<w:pStyle w:val="Caption"/><w:lvlText w:val="Table %1:"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="7"/></w:num>'
    )
    styles = style("Caption", '<w:numPr><w:numId w:val="7"/></w:numPr>')
    body = paragraph("Doses", '<w:pStyle w:val="Caption"/>') + paragraph("Risks", '<w:pStyle w:val="Caption"/>')
    file = docx(tmp_path / "a.docx", body, styles=styles, numbering=numbering)
    assert blocks("docx", file) == [("caption", "Table 1: Doses"), ("caption", "Table 2: Risks")]


def test_changes_are_accepted_and_comments_and_headers_left_out(tmp_path: Path) -> None:
    run = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    body = (
        f'<w:p>{run.format("Kept ")}<w:ins w:id="1" w:author="A">{run.format("new")}</w:ins>'
        f'<w:del w:id="2" w:author="A"><w:r><w:delText>old</w:delText></w:r></w:del>'
        f'<w:commentRangeStart w:id="0"/>{run.format(" text")}<w:commentRangeEnd w:id="0"/>'
        f'<w:r><w:commentReference w:id="0"/></w:r></w:p>'
        '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    )
    comment = f'<w:comment w:id="0" w:author="B">{paragraph("A remark")}</w:comment>'
    file = docx(tmp_path / "a.docx", body, comments=comment, header=paragraph("Running head"))
    assert blocks("docx", file) == [("paragraph", "Kept new text")]


def test_a_footnote_follows_its_paragraph(tmp_path: Path) -> None:
    body = '<w:p><w:r><w:t>Said</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("Next.")
    note = f'<w:footnote w:id="2">{paragraph("Where it is said.")}</w:footnote>'
    file = docx(tmp_path / "a.docx", body, footnotes=note)
    assert blocks("docx", file) == [
        ("paragraph", "Said[^1]"),
        ("footnote", "[^1]: Where it is said."),
        ("paragraph", "Next."),
    ]


def _row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def _cell(text: str, settings: str = "") -> str:
    return f"<w:tc><w:tcPr>{settings}</w:tcPr>{text if text.startswith('<') else paragraph(text)}</w:tc>"


def test_spans_are_filled_and_bars_escaped(tmp_path: Path) -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = (
        "<w:tbl><w:tblGrid><w:gridCol/><w:gridCol/><w:gridCol/></w:tblGrid>"
        + _row(_cell("Drug"), _cell("Dose", '<w:gridSpan w:val="2"/>'))
        + _row(_cell("Ibuprofen", down), _cell("adult"), _cell("400|600 mg"))
        + _row(_cell("", on), _cell("child"), _cell(paragraph("200 mg") + paragraph("with food")))
        + "</w:tbl>"
    )
    assert blocks("docx", docx(tmp_path / "a.docx", table)) == [
        (
            "table",
            "| Drug | Dose | Dose |\n| --- | --- | --- |\n| Ibuprofen | adult | 400\\|600 mg |\n"
            "| Ibuprofen | child | 200 mg with food |",
        )
    ]


def test_a_frame_is_no_table(tmp_path: Path) -> None:
    inner = "<w:tbl>" + _row(_cell("a"), _cell("b")) + _row(_cell("c"), _cell("d")) + "</w:tbl>" + paragraph("")
    file = docx(tmp_path / "a.docx", "<w:tbl>" + _row(_cell(paragraph("Note") + inner)) + "</w:tbl>")
    assert blocks("docx", file) == [("paragraph", "Note"), ("table", "| a | b |\n| --- | --- |\n| c | d |")]


def test_code_keeps_its_blanks_and_contents_are_no_text(tmp_path: Path) -> None:
    body = (
        paragraph("Contents 3", '<w:pStyle w:val="toc1"/>')
        + paragraph("def f():", '<w:pStyle w:val="SourceCode"/>')
        + paragraph("    return 1", '<w:pStyle w:val="SourceCode"/>')
        + paragraph("After.", '<w:ind w:left="720"/>')
    )
    file = docx(tmp_path / "a.docx", body, styles=style("toc 1") + style("Source Code"))
    assert blocks("docx", file) == [
        ("furniture", "Contents 3"),
        ("code", "```\ndef f():\n    return 1\n```"),
        ("paragraph", "After."),
    ]


def test_a_text_box_is_read(tmp_path: Path) -> None:
    box = (
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        f"{paragraph('In the box.')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    assert ("paragraph", "In the box.") in blocks("docx", docx(tmp_path / "a.docx", box + paragraph("Out.")))


def test_strict_files_and_macros_are_read(tmp_path: Path) -> None:
    file = docx(tmp_path / "a.docm", paragraph("Text."))
    strict = "http://purl.oclc.org/ooxml/"
    from zipfile import ZipFile

    with ZipFile(file) as made:
        members = {
            name: made.read(name)
            .replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/", f"{strict}wordprocessingml/".encode())
            .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/", f"{strict}officeDocument/".encode())
            for name in made.namelist()
        }
    package(file, {**members, "word/vbaProject.bin": b"\0Shell"})
    assert blocks("docx", file) == [("paragraph", "Text.")]


def test_a_long_document_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which changes nothing: numbers and footnotes count on."""
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = (
        paragraph("Top", '<w:pStyle w:val="Title"/>')
        + (
            paragraph("Part", _numbered(0, name="heading1"))
            + f"<w:p><w:r><w:t>Said</w:t></w:r>{note}</w:p>"
            + paragraph("one", _numbered(0, 2))
            + paragraph("two", _numbered(0, 2))
            + paragraph("After.")
        )
        * 2
    )
    notes = f'<w:footnote w:id="2">{paragraph("Where.")}</w:footnote>'
    file = docx(tmp_path / "a.docx", body, styles=_HEADINGS, numbering=_OUTLINE, footnotes=notes)
    whole = blocks("docx", file)
    monkeypatch.setattr("app.curation.documents.office.word.PIECE", 12)
    told = blocks("docx", file)
    assert told[0] == ("heading1", "Top")
    assert [text for _, text in told if "Part" in text] == ["1. Part", "2. Part"]
    assert [text for kind, text in told if kind == "footnote"] == ["[^1]: Where.", "[^2]: Where."]
    assert [block for block in told if block[0] != "list"] == [block for block in whole if block[0] != "list"]


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_OLE + "EncryptedPackage".encode("utf-16-le") + bytes(80), "encrypted"),
        (_OLE + "WordDocument".encode("utf-16-le") + bytes(80), "type_mismatch"),
        (b"%PDF-1.7\n", "type_mismatch"),
        (b"", "type_mismatch"),
        (b"PK\x03\x04" + bytes(40), "damaged"),
    ],
)
def test_what_is_no_package_says_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    refused = refusal("docx", tmp_path / "a.docx")
    assert refused.code == code
    assert refused.message.endswith(".")


def test_a_package_of_something_else_is_refused(tmp_path: Path) -> None:
    file = package(tmp_path / "a.docx", {"hello.txt": "hello"})
    assert refusal("docx", file).code == "type_mismatch"
    pointing = package(tmp_path / "b.docx", {"_rels/.rels": relations(r1="officeDocument word/none.xml")})
    assert refusal("docx", pointing).code == "type_mismatch"


def test_a_document_without_text_is_refused(tmp_path: Path) -> None:
    assert refusal("docx", docx(tmp_path / "a.docx", paragraph(" "))).code == "no_text"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Forty megabytes of blanks pack into forty kilobytes: no text does."""
    file = docx(tmp_path / "a.docx", paragraph("x") + " " * 40_000_000)
    assert file.stat().st_size < 100_000
    assert refusal("docx", file).code == "too_large"


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unpacked counts, whatever the directory says."""
    from app.curation.documents.office import package as guard

    monkeypatch.setattr(guard.parts, "__defaults__", (5000,))
    assert refusal("docx", docx(tmp_path / "a.docx", paragraph("word " * 5000))).code == "too_large"


@pytest.mark.skipif(not (DATA / "office_html_epub").exists(), reason="needs the shared test data")
def test_real_documents_keep_what_their_text_says() -> None:
    from benchmarks.documents_truth import markdown_of, parts, recall
    from tests.curation.documents.office_files import read

    for name in ("unit_test_headers_numbered", "tablecell", "textbox", "unit_test_formatting"):
        file = DATA / f"office_html_epub/docling/{name}.docx"
        truth = parts(file.with_name(f"{name}.docx.md").read_text("utf-8"))
        found = recall(truth, parts(markdown_of(read("docx", file))))
        assert (found.words or 0) > 0.99, name
        assert found.headings in {None, 1.0}, name
        assert found.cells in {None, 1.0}, name


@pytest.mark.skipif(not (DATA / "bad_binary").exists(), reason="needs the shared test data")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("testWORD_protected_passtika.docx", "encrypted"),
        ("testWORD_truncated.docx", "damaged"),
        ("protect.xlsx", "encrypted"),
        ("testODTnotaZipFile.odt", "type_mismatch"),
    ],
)
def test_real_broken_files_are_refused(name: str, code: str) -> None:
    assert refusal(name.rpartition(".")[2], DATA / "bad_binary/tika" / name).code == code
