"""Workbooks: what the program shows, sheet by sheet, in tables short enough to be passages."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.curation.documents.document import BlockKind, Facts
from app.curation.documents.elements import elements
from app.curation.documents.markdown_table import MOST_CHARACTERS
from app.curation.documents.office.cells import taken_apart
from tests.curation.documents.office_files import blocks, facts, refusal, xlsx

_STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="#,##0.00\\ &quot;€&quot;"/>'
    '<numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/><xf numFmtId="22"/>'
    '<xf numFmtId="166"/></cellXfs>'
)


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def _value(at: str, value: str, style: int = 0, kind: str = "n") -> str:
    return f'<c r="{at}" s="{style}" t="{kind}"><f>A1+1</f><v>{value}</v></c>'


def test_values_are_as_they_are_shown(tmp_path: Path) -> None:
    rows = (
        _row(1, _text("A1", "Date"), _text("B1", "Price"), _text("C1", "Share"), _text("D1", "At"), _text("E1", "Took"))
        + _row(2, _value("A2", "45413", 1), _value("B2", "1234.5", 2), _value("C2", "0.125", 3),
               _value("D2", "45413.5", 4), _value("E2", "1.25", 5))
        + _row(3, _value("A3", "1", 0, "b"), _value("B3", "0.30000000000000004"), _value("C3", "#DIV/0!", 0, "e"),
               _value("D3", "1", 0, "s"), _value("E3", "9007199254740"))
        + "</sheetData>"
    )  # fmt: skip
    file = xlsx(
        tmp_path / "a.xlsx",
        {"Figures": rows},
        styles=_STYLES,
        shared="<si><t>no</t></si><si><r><t>a</t></r><r><t>|b</t></r><rPh><t>x</t></rPh></si>",
    )
    assert blocks("xlsx", file) == [
        ("heading1", "Figures"),
        (
            "table",
            "| Date | Price | Share | At | Took |\n| --- | --- | --- | --- | --- |\n"
            "| 2024-05-01 | 1,234.50 € | 12.50% | 2024-05-01 12:00 | 30:00 |\n"
            "| TRUE | 0.3 | #DIV/0! | a\\|b | 9007199254740 |",
        ),
    ]


@pytest.mark.parametrize(
    ("code", "date", "time", "decimals"),
    [
        ("General", False, False, None),
        ("0.00", False, False, 2),
        ('"day "0', False, False, 0),
        ("dd/mm/yyyy", True, False, None),
        ("[$-409]d-mmm-yy;@", True, False, None),
        ("h:mm AM/PM", False, True, None),
        ("[Red]0.0", False, False, 1),
        ("0.00E+00", False, False, None),
    ],
)
def test_number_formats(code: str, date: bool, time: bool, decimals: int | None) -> None:
    told = taken_apart(code)
    assert (told.date, told.time, told.decimals) == (date, time, decimals)


def test_merged_cells_titles_gaps_and_hidden_sheets(tmp_path: Path) -> None:
    rows = (
        _row(1, _text("A1", "Report"))
        + _row(3, _text("A3", "Region"), _text("B3", "Sold"), _text("D3", "Note"))
        + _row(4, _text("A4", "North"), _value("B4", "1"))
        + _row(5, _value("B5", "2"))
        + _row(7, _text("A7", "South"), _value("B7", "3"))
        + _row(9, _text("A9", "Name"), _text("B9", "Town"))
        + _row(10, _text("A10", "Ann"), _text("B10", "Ulm"))
        + '</sheetData><mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A4:A5"/></mergeCells>'
    )
    secret = _row(1, _text("A1", "secret")) + "</sheetData>"
    file = xlsx(tmp_path / "a.xlsx", {"Sheet": rows, "Lists": secret}, hidden=("Lists",))
    assert blocks("xlsx", file) == [
        ("heading1", "Sheet"),
        ("paragraph", "Report"),
        (
            "table",
            "| Region | Sold | Note |\n| --- | --- | --- |\n| North | 1 |  |\n| North | 2 |  |\n| South | 3 |  |",
        ),
        ("table", "| Name | Town |\n| --- | --- |\n| Ann | Ulm |"),
    ]
    assert facts("xlsx", file).metadata["hidden_sheets"] == ["Lists"]


def test_a_long_sheet_is_many_tables_with_the_header(tmp_path: Path) -> None:
    """Twenty thousand rows, each once, in pieces as long as a passage."""
    head = _row(1, _text("A1", "number"), _text("B1", "said"))
    body = "".join(_row(n, _value(f"A{n}", str(n)), _text(f"B{n}", f"text of row {n}")) for n in range(2, 20_001))
    file = xlsx(tmp_path / "a.xlsx", {"Long": head + body + "</sheetData>"})
    first, heading, *tables = elements("xlsx", file, "a.xlsx")
    assert isinstance(first, Facts)
    assert heading.text == "Long"  # type: ignore[union-attr]
    texts = [table.text for table in tables]  # type: ignore[union-attr]
    assert all(table.kind is BlockKind.TABLE for table in tables)  # type: ignore[union-attr]
    assert all(text.startswith("| number | said |\n| --- | --- |\n| ") for text in texts)
    assert max(map(len, texts)) < 2 * MOST_CHARACTERS
    assert sum(text.count("text of row") for text in texts) == 19_999


def test_a_sheet_of_a_gigabyte_of_blanks_is_refused(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", {"S": _row(1, _text("A1", "x")) + "</sheetData>"})
    with ZipFile(file, "a", ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/more.xml", b" " * (64 << 20))
    assert refusal("xlsx", file).code == "too_large"


@pytest.mark.parametrize("cut", [0.3, 0.7])
def test_a_broken_sheet_is_refused(tmp_path: Path, cut: float) -> None:
    rows = _row(1, _text("A1", "x")) * 50
    file = xlsx(tmp_path / "a.xlsx", {"S": rows[: int(len(rows) * cut)]})
    assert refusal("xlsx", file).code == "damaged"


def test_a_workbook_without_values_is_refused(tmp_path: Path) -> None:
    assert refusal("xlsx", xlsx(tmp_path / "a.xlsx", {"S": "</sheetData>"})).code == "no_text"
