"""RTF in every code page, and what only some programs write."""

from pathlib import Path

import pytest

from tests.curation.documents.office_files import DATA, blocks, facts, refusal


def _rtf(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    return file


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\rtf1\ansi\ansicpg1252 caf\'e9 \'80 5}", "café € 5"),
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (r"{\rtf1\ansi{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset161 Arial;}}\f0 a \f1\'e1\f0  b}", "a α b"),
        # The second byte of a character may be a letter or a backslash, and may stand as it is.
        (r"{\rtf1\ansi\ansicpg932 \'83]\'83\\}", "ゾソ"),
        (r"{\rtf1\ansi\ansicpg932\uc2 \u12354\'82\'a0\u12356\'82\'a2!}", "あい!"),
        (r"{\rtf1 \u8220?quoted\u8221? and \u-10179?\u-8704? end}", "“quoted” and 😀 end"),
        (r"{\rtf1\uc0 \u8220 a\u8221  b}", "“a” b"),
        (r"{\rtf1\mac caf\'8e}", "café"),
    ],
)
def test_characters(tmp_path: Path, source: str, text: str) -> None:
    assert blocks("rtf", _rtf(tmp_path / "a.rtf", source)) == [("paragraph", text)]


def test_rows_footnotes_headings_and_pictures(tmp_path: Path) -> None:
    source = (
        r"{\rtf1\ansi{\info{\title Caf\'e9 list}{\author Ann}}{\pard\outlinelevel0 Head\par}"
        r"{\pard Said{\super\chftn}{\*\footnote\chftn \pard Where.}\par}{\pict\pngblip 89504e470d0a}"
        r"\trowd\cellx3000\cellx6000\pard\intbl A\cell B\cell\row\pard\intbl C\cell D\cell\row\pard End\par}"
    )
    file = _rtf(tmp_path / "a.rtf", source)
    assert blocks("rtf", file) == [
        ("heading1", "Head"),
        ("paragraph", "Said[^1]"),
        ("footnote", "[^1]: Where."),
        ("table", "| A | B |\n| --- | --- |\n| C | D |"),
        ("paragraph", "End"),
    ]
    assert facts("rtf", file).title == "Café list"
    assert facts("rtf", file).metadata["author"] == "Ann"


def test_embedded_bytes_are_stepped_over(tmp_path: Path) -> None:
    file = _rtf(tmp_path / "a.rtf", b"{\\rtf1 Before {\\pict\\bin6 }}}{{\\}after}")
    assert blocks("rtf", file) == [("paragraph", "Before after")]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "type_mismatch"), (b"PK\x03\x04", "type_mismatch"), (b"{\\rtf1 a", "damaged")]
)
def test_what_is_no_rtf_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal("rtf", _rtf(tmp_path / "a.rtf", content)).code == code


@pytest.mark.skipif(not (DATA / "office_html_epub").exists(), reason="needs the shared test data")
def test_a_japanese_file_is_japanese() -> None:
    told = "".join(text for _, text in blocks("rtf", DATA / "office_html_epub/tika/testRTFJapanese.rtf"))
    assert "渡部富哉さん（東京都三鷹市）" in told
    assert "Œ" not in told
