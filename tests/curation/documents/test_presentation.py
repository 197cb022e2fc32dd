"""Presentations: slides in the order of the show, titles first, tables and notes kept."""

from pathlib import Path

import pytest

from app.curation.documents.document import Block
from tests.curation.documents.office_files import blocks, facts, package, pptx, read, refusal, relations, shape

_TABLE = (
    "<p:graphicFrame><p:nvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr><a:graphic><a:graphicData><a:tbl>"
    '<a:tr><a:tc gridSpan="2"><a:txBody><a:p><a:r><a:t>Dose</a:t></a:r></a:p></a:txBody></a:tc>'
    '<a:tc hMerge="1"><a:txBody><a:p/></a:txBody></a:tc></a:tr>'
    '<a:tr><a:tc rowSpan="2"><a:txBody><a:p><a:r><a:t>adult</a:t></a:r></a:p></a:txBody></a:tc>'
    "<a:tc><a:txBody><a:p><a:r><a:t>400</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    '<a:tr><a:tc vMerge="1"><a:txBody><a:p/></a:txBody></a:tc>'
    "<a:tc><a:txBody><a:p><a:r><a:t>600</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
)


def test_slides_are_pages_in_the_order_of_the_show(tmp_path: Path) -> None:
    second = shape("one", "1>inner", "two", role="body") + shape("The title", role="title") + shape("7", role="sldNum")
    first = shape("Welcome", role="ctrTitle") + shape("A box.")
    file = pptx(tmp_path / "a.pptx", second, first)
    told = [(block.page, block.kind, block.text) for block in read("pptx", file) if isinstance(block, Block)]
    assert told == [
        (1, "heading", "Welcome"),
        (1, "paragraph", "A box."),
        (2, "heading", "The title"),
        (2, "list", "- one\n   - inner\n- two"),
    ]
    assert facts("pptx", file).pages == 2


def test_tables_fill_their_spans_and_notes_come_last(tmp_path: Path) -> None:
    notes = shape("Say it slowly.", role="body") + shape("3", role="sldNum")
    file = pptx(tmp_path / "a.pptx", "<p:grpSp>" + _TABLE + "</p:grpSp>" + shape("Title", role="title"), notes=notes)
    assert blocks("pptx", file) == [
        ("heading1", "Title"),
        ("table", "| Dose | Dose |\n| --- | --- |\n| adult | 400 |\n| adult | 600 |"),
        ("paragraph", "Say it slowly."),
    ]


def test_marks_and_numbers_of_paragraphs(tmp_path: Path) -> None:
    body = (
        "<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody>"
        '<a:p><a:r><a:t>Take </a:t></a:r><a:r><a:rPr b="1"/><a:t>two</a:t></a:r><a:r><a:t> * a_day_</a:t></a:r></a:p>'
        "<a:p><a:pPr><a:buAutoNum/></a:pPr><a:r><a:t>wash</a:t></a:r></a:p>"
        "<a:p><a:pPr><a:buAutoNum/></a:pPr><a:r><a:t>dry</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    assert blocks("pptx", pptx(tmp_path / "a.pptx", body)) == [
        ("paragraph", r"Take **two** \* a_day\_"),
        ("list", "1. wash\n2. dry"),
    ]


def test_a_chart_is_a_table(tmp_path: Path) -> None:
    frame = (
        "<p:graphicFrame><p:nvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr><a:graphic><a:graphicData>"
        '<c:chart xmlns:c="urn:c" r:id="c"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    chart = (
        '<c:chartSpace xmlns:c="urn:c"><c:chart><c:ser><c:tx><c:v>Sales</c:v></c:tx>'
        '<c:cat><c:pt idx="0"><c:v>2023</c:v></c:pt><c:pt idx="1"><c:v>2024</c:v></c:pt></c:cat>'
        '<c:val><c:pt idx="0"><c:v>5</c:v></c:pt><c:pt idx="1"><c:v>8</c:v></c:pt></c:val></c:ser></c:chart></c:chartSpace>'
    )
    from zipfile import ZipFile

    file = pptx(tmp_path / "a.pptx", frame)
    with ZipFile(file) as made:
        members: dict[str, str | bytes] = {name: made.read(name) for name in made.namelist()}
    members["ppt/slides/_rels/slide0.xml.rels"] = relations(c="chart ../charts/c.xml")
    members["ppt/charts/c.xml"] = chart
    assert blocks("pptx", package(file, members)) == [
        ("table", "|  | Sales |\n| --- | --- |\n| 2023 | 5 |\n| 2024 | 8 |")
    ]


@pytest.mark.parametrize("content", [b"", b"PK", b"{\\rtf1 x}"])
def test_what_is_no_presentation_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pptx").write_bytes(content)
    assert refusal("pptx", tmp_path / "a.pptx").code in {"type_mismatch", "damaged"}


def test_slides_without_text_are_refused(tmp_path: Path) -> None:
    assert refusal("pptx", pptx(tmp_path / "a.pptx", shape(""))).code == "no_text"
