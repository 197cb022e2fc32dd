"""Plain text: wrapped lines become paragraphs again, and headings, lists, tables and page furniture are told apart."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.plain import headings, reading
from tests.curation.documents.read_made import SHARED, facts, of_kind, read, refusal, said

CONTRACT = """<PAGE>   1
EXHIBIT 10.14

LOAN AGREEMENT

This  Agreement,  dated as of  September 30, 1999, is entered into among Third
Party Investors I, LLC, a Delaware limited liability company, and the agree-
ment binds both.

ARTICLE I
DEFINITIONS

"Business Day" shall mean a day on which banks are open in Milwaukee and the
-1-
<PAGE>   2
offices of the Lender are open.

Section 2.1 Loans

(a) to lend;
(b) to pay, under the terms
    that follow; and

Acme Inc.
12 Main Street
Springfield
"""


def test_a_contract_has_its_structure_back(tmp_path: Path) -> None:
    made = read(tmp_path, "a.txt", CONTRACT)
    assert (facts(made).title, facts(made).pages) == ("LOAN AGREEMENT", 3)
    assert [one for one in said(made) if one[0] != "furniture"] == [
        ("heading2", "EXHIBIT 10.14"),
        ("heading1", "LOAN AGREEMENT"),
        (
            "paragraph",
            "This Agreement, dated as of September 30, 1999, is entered into among Third Party Investors I, LLC, a Delaware "
            "limited liability company, and the agreement binds both.",
        ),
        ("heading2", "ARTICLE I DEFINITIONS"),
        (
            "paragraph",
            '"Business Day" shall mean a day on which banks are open in Milwaukee and the offices of the Lender are open.',
        ),
        ("heading3", "Section 2.1 Loans"),
        ("list", "(a) to lend;\n(b) to pay, under the terms that follow; and"),
        ("paragraph", "Acme Inc.\n12 Main Street\nSpringfield"),
    ]


def test_running_heads_are_furniture(tmp_path: Path) -> None:
    pages = [
        f"RFC 9999    Example Protocol    May 2024\n\nText of page {n} is here.\n\nPostel    [Page {n}]"
        for n in (1, 2, 3)
    ]
    made = read(tmp_path, "a.txt", "\f".join(pages))
    assert of_kind(made, BlockKind.PARAGRAPH) == [f"Text of page {n} is here." for n in (1, 2, 3)]
    assert [one.page for one in made if isinstance(one, Block) and one.kind is BlockKind.PARAGRAPH] == [1, 2, 3]


def test_drawings_and_listings_stay_as_they_are(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.txt",
        "Title\n=====\n\n  +---+---+\n  | a | b |\n  +---+---+\n\n  int x = 1;\n  return x;\n\nName    Dose    Unit\nAspirin   5     mg\nOther    10     mg",
    )
    assert said(made) == [
        ("heading1", "Title"),
        ("code", "```\n+---+---+\n| a | b |\n+---+---+\n```"),
        ("code", "```\nint x = 1;\nreturn x;\n```"),
        ("code", "```\nName    Dose    Unit\nAspirin   5     mg\nOther    10     mg\n```"),
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("ARTICLE IV", 2),
        ("CHAPTER 2 Methods", 1),
        ("Section 2.1 The Note", 3),
        ("§ 12 Kündigung", 2),
        ("1.2 Site Preparation", 3),
        ("DEFINITIONS AND TERMS", 2),
        ("Section 5 of this agreement shall not apply to it", 0),
        ("12 Main Street was where they met,", 0),
        ("Party A (Employer): Hunan Food Co.", 0),
        ("SIGNAL APPAREL COMPANY, INC.", 0),
        ("W. Stancil Starnes", 0),
    ],
)
def test_headings(text: str, level: int) -> None:
    assert headings.level(text, before_prose=False) == level


def test_a_number_and_a_title_over_text_is_a_heading_and_in_a_row_it_is_a_list(tmp_path: Path) -> None:
    prose = "The source code for a work means the preferred form of the work for making modifications to it."
    made = read(tmp_path, "a.txt", f"1. Source Code.\n\n{prose}\n\n1. Aspirin.\n2. Ibuprofen.\n")
    assert said(made) == [("heading2", "1. Source Code."), ("paragraph", prose), ("list", "1. Aspirin.\n2. Ibuprofen.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Die Größe der Gebühr beträgt fünf Euro; Ärzte prüfen häufig die Höhe."
    assert of_kind(read(tmp_path, "a.txt", text.encode(encoding)), BlockKind.PARAGRAPH) == [text]


@pytest.mark.parametrize(
    ("content", "code"), [("", "empty"), (" \n\f\n", "empty"), (b"PK\3\4" + bytes(99), "not_text")]
)
def test_refusals(tmp_path: Path, content: str | bytes, code: str) -> None:
    assert refusal(tmp_path, "a.txt", content) == code


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab AB1.()-|=\n\n\f\t> "), max_size=120))
def test_no_letter_is_lost(text: str) -> None:
    found = "".join(block.text for block in reading.blocks(text))
    assert [one for one in found if one.isalnum()] == [one for one in text if one.isalnum()]


def test_time_grows_with_length() -> None:
    for text in ("a\n" * 20_000, "- a\n" * 10_000, ". " * 40_000, " " * 200_000 + "x", "w w,\n\n" * 5_000):
        assert list(reading.blocks(text))


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_real_contracts(tmp_path: Path) -> None:
    (file,) = (SHARED / "docs_contracts/construction").glob("*.txt")
    made = read(tmp_path, "a.txt", file.read_bytes())
    heads = of_kind(made, BlockKind.HEADING)
    assert facts(made).title == "BRIDGE CONSTRUCTION LOAN AGREEMENT"
    assert "ARTICLE IV REPRESENTATIONS AND WARRANTIES" in heads
    assert "Section 2.3 Manner of Payment." in heads


def test_lines_that_count_upwards_are_a_list_and_no_running_titles(tmp_path: Path) -> None:
    text = "\n".join(f"Step {number} of the calibration was done" for number in range(1, 9))
    assert "calibration" in " ".join(words for _, words in said(read(tmp_path, "a.txt", text)) if words)
    kinds = [kind for kind, _ in said(read(tmp_path, "a.txt", text))]
    assert "furniture" not in kinds
