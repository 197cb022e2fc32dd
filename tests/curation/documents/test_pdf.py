"""PDFs are read in the order of a reader, every word with its place; what cannot be read says so."""

import os
import re
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.curation.documents.document import Block, BlockKind, Element, Facts, Fault
from app.curation.documents.elements import elements
from app.curation.documents.format import Unreadable, format_of
from app.curation.documents.formats.pdf import Pdf
from app.curation.documents.pdf import apart, reading
from app.curation.documents.pictures import page_image
from tests.curation.documents.pdf_files import assembled, image, lines, pdf, prose, text, write

DATA = Path(__file__).parents[4] / "shared" / "data"
KIND = BlockKind


def read(folder: Path, content: bytes) -> list[Element]:
    return list(Pdf().elements(write(folder, content), "made.pdf"))


def blocks(folder: Path, content: bytes, *kinds: BlockKind) -> list[Block]:
    found = [element for element in read(folder, content) if isinstance(element, Block)]
    return [block for block in found if not kinds or block.kind in kinds]


def refusal(folder: Path, content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(folder, content)
    return refused.value.code


# Order


@pytest.mark.parametrize("count", [2, 3])
def test_columns_are_read_one_after_another_under_a_title_that_spans_them(tmp_path: Path, count: int) -> None:
    width = 500 / count
    content = text(150, 740, "A Title That Spans All of the Page", 18, "F2")
    columns = [prose(30, topic, 5 if count == 2 else 4) for topic in ("left", "middle", "right")[:count]]
    for row in range(30):  # line by line across the page: the content's order is no help
        for index, column in enumerate(columns):
            content += text(50 + index * width, 700 - row * 14, column[row], 10)
    said = " ".join(block.text for block in blocks(tmp_path, pdf([content])))
    assert said == " ".join(["A Title That Spans All of the Page", *(line for column in columns for line in column)])


def test_a_wide_paragraph_parts_the_columns_above_from_those_below(tmp_path: Path) -> None:
    upper, lower = prose(8, "upper"), prose(8, "lower")
    content = lines(50, 740, upper, 12) + lines(320, 740, prose(8, "beside"), 12)
    content += text(50, 600, "One line as wide as the page goes across both of the columns, from left to right.", 12)
    content += lines(50, 560, lower, 12) + lines(320, 560, prose(8, "last"), 12)
    said = " ".join(block.text for block in blocks(tmp_path, pdf([content])))
    order = [said.index(word) for word in ("uppera", "besidea", "One line", "lowera", "lasta")]
    assert order == sorted(order)


def test_a_sentence_goes_on_in_the_next_column_and_on_the_next_page(tmp_path: Path) -> None:
    first = [*prose(9, "word", 5), "and this sentence breaks"]
    content = lines(50, 740, first, 12) + lines(320, 740, ["off in the middle.", *prose(9, "other", 5)], 12)
    found = blocks(tmp_path, pdf([content, lines(50, 740, ["goes on here."], 12)]))
    assert "this sentence breaks off in the middle." in found[0].text
    assert {place.page for place in found[-1].places} == {1, 2}


# Structure


def test_headings_have_levels_and_the_largest_line_is_the_title(tmp_path: Path) -> None:
    content = text(72, 740, "On the Keeping of Bees", 20, "F2")
    content += text(72, 700, "1 Introduction", 13, "F2") + lines(72, 680, prose(4, "body", 10))
    content += text(72, 610, "1.1 History of hives", 11, "F2") + lines(72, 590, prose(4, "text", 10))
    content += text(72, 520, "2 Methods", 13, "F2") + lines(72, 500, prose(4, "more", 10))
    found = read(tmp_path, pdf([content]))
    headings = [(b.level, b.text) for b in found if isinstance(b, Block) and b.kind is KIND.HEADING]
    assert headings == [
        (1, "On the Keeping of Bees"),
        (2, "1 Introduction"),
        (3, "1.1 History of hives"),
        (2, "2 Methods"),
    ]
    assert isinstance(found[0], Facts)
    assert found[0].title == "On the Keeping of Bees"


def test_facts_are_of_the_file_and_a_program_s_title_is_none(tmp_path: Path) -> None:
    info = "/Title (Microsoft Word - bees.doc) /Author (A. Keeper) /CreationDate (D:20240131093000Z)"
    facts = read(tmp_path, pdf([text(72, 700, "Bees."), text(72, 700, "Hives.")], info=info))[0]
    assert facts == Facts("", "", 2, {"author": "A. Keeper", "created": "2024-01-31T09:30"})


def test_lists_captions_and_footnotes_are_told_apart(tmp_path: Path) -> None:
    content = lines(72, 740, prose(5, "body", 10))
    content += text(72, 660, "\x95 First thing") + text(72, 646, "\x95 Second thing that") + text(80, 634, "goes on")
    content += lines(72, 600, prose(5, "more", 10)) + text(72, 520, "Figure 3. A hive from above.", 9)
    content += lines(72, 490, prose(8, "rest", 10)) + text(72, 90, "1 See the keeper's own book.", 7.5)
    found = blocks(tmp_path, pdf([content]))
    told = [(block.kind, block.text) for block in found if block.kind is not KIND.PARAGRAPH]
    assert told == [
        (KIND.LIST, "- First thing\n- Second thing that goes on"),
        (KIND.CAPTION, "Figure 3. A hive from above."),
        (KIND.FOOTNOTE, "1 See the keeper's own book."),
    ]


def test_listings_keep_their_lines_and_indents(tmp_path: Path) -> None:
    content = lines(72, 740, prose(8, "body", 10))
    content += text(72, 600, "def bee():", 10, "F3") + text(96, 588, "return hive", 10, "F3")
    found = blocks(tmp_path, pdf([content]), KIND.CODE)
    assert [block.text for block in found] == ["```\ndef bee():\n    return hive\n```"]


@pytest.mark.parametrize("drawn", [True, False])
def test_tables_are_pipe_tables(tmp_path: Path, drawn: bool) -> None:
    rows = [
        ("Item", "2022", "2023"),
        ("Honey sold", "1,204", "1,377"),
        ("Wax | sold", "35", "41"),
        ("Hives", "9", "12"),
    ]
    content = lines(72, 740, prose(5, "body", 10))
    for index, row in enumerate(rows):
        for x, cell in zip((76, 250, 350), row, strict=True):
            content += text(x, 600 - 20 * index, cell)
    if drawn:
        content += "".join(f"72 {614 - 20 * n} m 450 {614 - 20 * n} l S\n" for n in range(5))
        content += "".join(f"{x} 614 m {x} 534 l S\n" for x in (72, 240, 340, 450))
    found = blocks(tmp_path, pdf([content]), KIND.TABLE)
    assert [block.text for block in found] == [
        "| Item | 2022 | 2023 |\n| --- | --- | --- |\n| Honey sold | 1,204 | 1,377 |\n| Wax \\| sold | 35 | 41 |\n| Hives | 9 | 12 |"
    ]
    row = found[0].places[1]
    assert found[0].text[row.start : row.end] == "| Honey sold | 1,204 | 1,377 |"


def test_text_beside_a_table_is_kept(tmp_path: Path) -> None:
    content = "".join(f"72 {614 - 20 * n} m 300 {614 - 20 * n} l S\n" for n in range(6))
    content += "".join(f"{x} 614 m {x} 514 l S\n" for x in (72, 180, 300))
    content += "".join(text(76, 600 - 20 * n, f"item{n}") + text(184, 600 - 20 * n, str(n)) for n in range(5))
    content += text(340, 580, "Beside the table.") + text(340, 540, "And here.")
    found = blocks(tmp_path, pdf([content]))
    said = " ".join(block.text for block in found)
    assert all(word in said for word in ("Beside the table.", "And here.", "| item4 | 4 |"))


def test_words_are_mended_at_line_ends_and_compounds_kept(tmp_path: Path) -> None:
    said = ["A self-locking nut has self and locking parts that are an-", "notated, and the nut is self-", "locking."]
    (found,) = blocks(tmp_path, pdf([lines(72, 700, said)]))
    assert (
        found.text == "A self-locking nut has self and locking parts that are annotated, and the nut is self-locking."
    )
    assert [found.text[p.start : p.end] for p in found.places][1] == "notated, and the nut is self-"


def test_raised_digits_are_told(tmp_path: Path) -> None:
    content = text(72, 700, "Counts of 4.5 x 10") + text(153.2, 704, "9", 6) + text(156.6, 700, "/L were seen.")
    assert blocks(tmp_path, pdf([content]))[0].text == "Counts of 4.5 x 10⁹/L were seen."


# Furniture


def test_running_headers_footers_and_page_numbers_are_furniture(tmp_path: Path) -> None:
    pages = [
        text(72, 760, "Journal of Bees, volume 12")
        + lines(72, 700, prose(20, f"page{'abcdefgh'[n]}", 9))
        + text(300, 30, str(n + 41))
        for n in range(8)
    ]
    found = blocks(tmp_path, pdf(pages))
    apart = [(block.page, block.text) for block in found if block.kind is KIND.FURNITURE]
    assert apart == [(n + 1, said) for n in range(8) for said in ("Journal of Bees, volume 12", str(n + 41))]
    assert not any("Journal" in block.text for block in found if block.kind is not KIND.FURNITURE)


def test_a_first_line_that_is_only_here_is_not_furniture(tmp_path: Path) -> None:
    pages = [lines(72, 760, prose(20, f"page{'abcdefgh'[n]}", 9)) for n in range(4)]
    assert not blocks(tmp_path, pdf(pages), KIND.FURNITURE)


# Places


@pytest.mark.parametrize("slanted", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_word_s_place_holds_the_word(tmp_path: Path, turn: int, slanted: bool) -> None:
    said = ["alpha beta gamma", "delta epsilon zeta", "eta theta iota"]
    matrix = "0 1 -1 0" if slanted else "1 0 0 1"
    content = "".join(
        text(200 + 14 * n, 200, line, matrix=matrix) if slanted else text(200, 600 - 14 * n, line)
        for n, line in enumerate(said)
    )
    made = pdf([content], extra=f"/Rotate {turn} /CropBox [100 100 500 700]")
    found = blocks(tmp_path, made)
    assert " ".join(block.text for block in found) == " ".join(said)
    shown = word_boxes(tmp_path / "made.pdf")
    for block in found:
        for place in block.places:
            for word in block.text[place.start : place.end].split():
                left, top, right, bottom = shown[word]
                assert place.left - 0.01 <= left <= right <= place.right + 0.01, word
                assert place.top - 0.01 <= top <= bottom <= place.bottom + 0.01, word
                assert place.bottom - place.top < 0.9, "a line, not the page"


def word_boxes(path: Path) -> dict[str, tuple[float, float, float, float]]:
    """Where pdfium itself shows each word's letters, as shares of the page."""
    import ctypes

    import pypdfium2.raw as pdfium

    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    page = pdfium.FPDF_LoadPage(document, 0)
    textpage = pdfium.FPDFText_LoadPage(page)
    letters = "".join(chr(pdfium.FPDFText_GetUnicode(textpage, n)) for n in range(pdfium.FPDFText_CountChars(textpage)))
    found = {}
    for word in re.finditer(r"\S+", letters):
        x, y = [], []
        for index in range(*word.span()):
            sides = [ctypes.c_double() for _ in range(4)]
            pdfium.FPDFText_GetCharBox(textpage, index, *map(ctypes.byref, sides))
            for across, up in ((sides[0], sides[2]), (sides[1], sides[3])):
                a, b = ctypes.c_int(), ctypes.c_int()
                pdfium.FPDF_PageToDevice(page, 0, 0, 10000, 10000, 0, across, up, ctypes.byref(a), ctypes.byref(b))
                x.append(a.value / 10000)
                y.append(b.value / 10000)
        found[word.group()] = (min(x), min(y), max(x), max(y))
    pdfium.FPDFText_ClosePage(textpage)
    pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    return found


def test_a_transcript_with_counted_lines_is_no_table(tmp_path: Path) -> None:
    content = "".join(
        text(72, 700 - 24 * n, str(n + 1)) + text(110, 700 - 24 * n, line) for n, line in enumerate(prose(20, "said"))
    )
    assert not blocks(tmp_path, pdf([content]), KIND.TABLE)


@pytest.mark.parametrize(("turn", "size"), [(0, (400, 300)), (90, (400, 533))])
def test_a_page_is_drawn_as_it_is_shown(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    path = write(tmp_path, pdf(["0 0 0 rg 0 0 50 50 re f"], extra=f"/Rotate {turn} /MediaBox [0 0 400 300]"))
    drawn = Image.open(BytesIO(page_image("pdf", path, 1, 400))).convert("L")
    assert drawn.size == size
    corner = (5, size[1] - 5) if turn == 0 else (5, 5)
    assert drawn.getpixel(corner) == 0
    assert drawn.getpixel((size[0] - 5, size[1] // 2)) == 255
    with pytest.raises(Unreadable) as refused:
        page_image("pdf", path, 2, 400)
    assert refused.value.code == "no_page"


# Refusals and faults


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "type_mismatch"),
        (b"PK\x03\x04 and so on", "type_mismatch"),
        (b"Dear all, this is a letter.", "type_mismatch"),
        (b"%PDF-1.7\nand then nothing", "damaged"),
        (pdf([""]), "no_text"),
        (pdf(["612 0 0 792 0 0 cm /Im Do"], more=[image()]), "no_text_layer"),
    ],
)
def test_what_is_no_readable_pdf_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, content) == code
    assert format_of("made.pdf", content) == "pdf"


def test_a_scanned_page_among_others_is_a_fault(tmp_path: Path) -> None:
    scan = "612 0 0 792 0 0 cm /Im Do"
    found = read(tmp_path, pdf([scan, text(72, 700, "Words.")], more=[image()]))
    assert [type(element) for element in found] == [Facts, Fault, Block]
    assert found[1].code == "no_text_layer"  # type: ignore[union-attr]
    assert found[1].page == 1  # type: ignore[union-attr]


def test_text_without_meaning_is_a_fault_and_not_kept(tmp_path: Path) -> None:
    mapping = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <20> <7e> <e020> endbfrange endcmap end end"
    more = [image(), f"<< /Length {len(mapping)} >>\nstream\n".encode() + mapping + b"\nendstream"]
    fonts = {"F9": "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 101 0 R >>"}
    garbled = text(72, 700, "Nobody can read this at all.", font="F9")
    found = read(tmp_path, pdf([garbled, text(72, 700, "Words.")], fonts=fonts, more=more))
    assert [getattr(element, "code", getattr(element, "text", "")) for element in found[1:]] == [
        "garbled_text",
        "Words.",
    ]
    assert refusal(tmp_path, pdf([garbled], fonts=fonts, more=more)) == "garbled_text"


@pytest.mark.parametrize(("password", "code"), [("", None), ("secret", "encrypted")])
def test_an_empty_password_opens_and_any_other_refuses(tmp_path: Path, password: str, code: str | None) -> None:
    pypdf = pytest.importorskip("pypdf")
    writer, out = pypdf.PdfWriter(BytesIO(pdf([text(72, 700, "Inside.")]))), BytesIO()
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(out)
    if code:
        assert refusal(tmp_path, out.getvalue()) == code
    else:
        assert [block.text for block in blocks(tmp_path, out.getvalue())] == ["Inside."]


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 5001 /Kids [" + b"3 0 R " * 5001 + b"] /MediaBox [0 0 612 792] >>",
        3: b"<< /Type /Page /Parent 2 0 R >>",
        4: b"<< >>",
    }
    assert refusal(tmp_path, assembled(objects)) == "pdf_limit"


def test_a_page_that_inflates_without_end_is_a_fault_and_the_rest_is_read(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"\n" * (8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = zlib.compress(b"\x78\x9c" + block * 250, 9)
    made = pdf(["", text(72, 700, "Words.")])
    stream = f"<< /Filter [/FlateDecode /FlateDecode] /Length {len(bomb)} >>\nstream\n".encode() + bomb
    made = made.replace(b"<< /Length 0 >>\nstream\n", stream, 1)
    assert len(made) < 100_000
    start = time.monotonic()
    found = read(tmp_path, made)
    assert found[-1].text == "Words."  # type: ignore[union-attr]
    assert time.monotonic() - start < 60


@pytest.mark.parametrize(("ends", "code"), [("hangs", "page_too_slow"), ("dies", "page_unreadable")])
def test_a_page_that_hangs_or_dies_is_a_fault(
    tmp_path: Path, ends: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reading.page

    def broken(document: object, number: int) -> object:
        if number == 2:
            time.sleep(60) if ends == "hangs" else os.abort()
        return whole(document, number)

    monkeypatch.setattr(reading, "page", broken)
    path = write(tmp_path, pdf([text(72, 700, f"Page {word}.") for word in ("one", "two", "three")]))
    found = list(apart.told(path, page_seconds=0.5))
    assert [getattr(element, "code", getattr(element, "text", "")) for element in found[1:]] == [
        "Page one.",
        code,
        "Page three.",
    ]


def test_it_is_read_through_the_child(tmp_path: Path) -> None:
    path = write(tmp_path, pdf([text(72, 700, "Words.")]))
    assert [type(element) for element in elements("pdf", path, "made.pdf")] == [Facts, Block]


SMALL = pdf([text(72, 700, "Some words."), lines(72, 700, prose(4, "line"))], packed=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(SMALL)), flips=st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(1, 255))))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, cut: int, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(SMALL)
    for place, by in flips:
        damaged[place] ^= by
    code, found = outcome(write(tmp_path, bytes(damaged[:cut] if cut % 2 else damaged)))
    assert code or any(isinstance(element, Block) for element in found)


def outcome(path: Path) -> tuple[str, list[Element]]:
    """The code of the refusal, or what was read."""
    try:
        return "", list(Pdf().elements(path, path.name))
    except Unreadable as refused:
        return refused.code, []


# Real files


@pytest.mark.parametrize("path", sorted(DATA.glob("bad_binary/*/*.pdf")), ids=lambda path: path.name)
def test_bad_files_are_refused_or_read(path: Path) -> None:
    code, found = outcome(path)
    if found:
        assert any(isinstance(element, Block) and element.text.strip() for element in found)
    else:
        assert code in {"damaged", "encrypted", "no_text"}


@pytest.mark.skipif(not (DATA / "pdf").is_dir(), reason="no real files")
def test_real_files_keep_their_words_headings_and_order() -> None:
    from benchmarks.documents_pdf import documents, order, recall, structure, words

    folder = DATA / "pdf"
    measured = {name: (words(known), words(ours)) for name, known, ours, _ in documents(folder, lambda path: [])}
    assert min(recall(*pair) for pair in measured.values()) >= 0.95
    assert sum(order(*pair) for pair in measured.values()) / len(measured) >= 0.93
    headings = [(count, share) for _, count, share, _, _ in structure(folder) if count]
    assert sum(count * share for count, share in headings) / sum(count for count, _ in headings) >= 0.9
