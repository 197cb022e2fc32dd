"""Web pages: structure survives, the site around the document is furniture, and no page breaks the reader."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.format import Unreadable
from app.curation.documents.web import page, reading
from tests.curation.documents.read_made import SHARED, facts, of_kind, read, refusal, said

PROSE = "The patient was given the drug for two weeks, after which the symptoms had gone and did not come back. " * 4


def test_structure_is_kept_in_order(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.html",
        "<h1>Title <code>Weak&lt;T></code><a class=headerlink href='#x'>¶</a></h1><p>One <b>bold</b> and <i>slanted</i>,<br>a line. "
        "<blockquote><p>Quoted.</blockquote><ol start=4><li>four<ul><li>inner</ul><li value=9>nine</ol>"
        "<pre class='language-python'>x = 1\n  y = 2</pre><figure><img alt='A red house'><figcaption>Figure 1</figcaption></figure>",
    )
    assert said(made) == [
        ("heading1", "Title `Weak<T>`"),
        ("paragraph", "One **bold** and *slanted*,\na line."),
        ("quote", "> Quoted."),
        ("list", "4. four\n   - inner\n9. nine"),
        ("code", "```python\nx = 1\n  y = 2\n```"),
        ("caption", "Figure 1"),
    ]


def test_terms_and_notes_are_kept(tmp_path: Path) -> None:
    made = read(tmp_path, "a.html", "<p>Text<sup>1</sup><dl><dt>Fever<dd>Above 38 °C</dl><ol><li id=fn1>A note ↩</ol>")
    assert said(made) == [
        ("paragraph", "Text¹"),
        ("list", "- **Fever**\n  - Above 38 °C"),
        ("footnote", "[1] A note"),
    ]


def test_exponents_do_not_become_factors(tmp_path: Path) -> None:
    made = read(tmp_path, "a.html", "<p>10<sup>5</sup> of H<sub>2</sub>O on the 5<sup>th</sup>, V<sub>max</sub>")
    assert said(made) == [("paragraph", "10⁵ of H₂O on the 5th, Vmax")]


def test_spans_are_filled_and_lone_signs_joined(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.html",
        "<table><caption>Costs</caption><tr><th>Year<th colspan=3>Revenue</tr><tr><td rowspan=2>2021<td>$<td>1|2<td></tr>"
        "<tr><td>$<td>7<td></tr></table>",
    )
    assert of_kind(made, BlockKind.CAPTION) == ["Costs"]
    table = "| Year | Revenue |\n| --- | --- |\n| 2021 | $1\\|2 |\n| 2021 | $7 |"
    assert of_kind(made, BlockKind.TABLE) == [table]


def test_a_table_that_places_the_page_is_no_table(tmp_path: Path) -> None:
    made = read(tmp_path, "a.html", f"<table><tr><td>Left column<td><p>{PROSE}<p>{PROSE}</table>")
    assert [kind for kind, _ in said(made)] == ["paragraph"] * 3


def test_the_site_around_the_document_is_furniture(tmp_path: Path) -> None:
    links = "".join(f"<li><a href=/{n}>Section {n}</a>" for n in range(9))
    made = read(
        tmp_path,
        "a.html",
        f"<header><h1>ACME</h1></header><nav><ul>{links}</ul></nav><nav>Where to find us</nav><div class='cookie-banner'>We use cookies.</div>"
        f"<main><h1>Report</h1><p>{PROSE}</p><p>{PROSE}</p><p>Short but said.</p></main>"
        f"<div class='sidebar'><ul>{links}</ul></div><div>© 2024 ACME. All rights reserved.</div><footer>Imprint</footer>",
    )
    content = [text.strip() for kind, text in said(made) if kind != "furniture"]
    assert content == ["Report", PROSE.strip(), PROSE.strip(), "Short but said."]
    assert len(of_kind(made, BlockKind.FURNITURE)) == 7


def test_a_page_of_nothing_but_navigation_is_its_content(tmp_path: Path) -> None:
    made = read(tmp_path, "a.html", "<nav><ul><li><a href=/a>First chapter</a><li>Second chapter</ul></nav>")
    assert said(made) == [("list", "- First chapter\n- Second chapter")]


def test_the_question_of_a_folding_answer_is_kept(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.html",
        "<h3><button>Driving</button></h3><p>No.</p><button>Share</button><h3>is_<wbr>so<button>Copy</button></h3>",
    )
    assert said(made) == [("heading3", "Driving"), ("paragraph", "No."), ("heading3", "is_so")]


def test_a_folded_answer_is_read_and_hidden_data_is_not(tmp_path: Path) -> None:
    answer = "You may drive again as soon as two weeks have passed."
    made = read(
        tmp_path,
        "a.html",
        f"<h3>May I drive?</h3><div hidden>{answer}</div><div style='display:none'>0001318605 2020-12-31 us-gaap:Assets"
        " 0001318605 2021-12-31 us-gaap:Assets a b c d</div><pre hidden>$ tool</pre>",
    )
    assert said(made) == [("heading3", "May I drive?"), ("paragraph", answer)]


def test_a_page_that_a_browser_saved_in_one_file(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.mhtml",
        "From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
        "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>Gr=C3=B6=C3=9Fe</p>\n--b--\n",
    )
    assert said(made) == [("paragraph", "Größe")]


def test_formulas_are_told_once(tmp_path: Path) -> None:
    math = "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></semantics></math>"
    made = read(tmp_path, "a.html", f"<p>So <span class='katex'>{math}<span class='katex-html'>x2</span></span> holds")
    assert said(made) == [("paragraph", "So $x^2$ holds")]


def test_the_head_is_told(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.html",
        "<html lang=de-AT><head><title>Bericht – ACME</title><link rel=canonical href='https://a.example/b'>"
        "<meta name=author content='A. Nother'><meta property='article:published_time' content='2024-02-03'></head>"
        "<body><h1>Bericht</h1><p>Text<p lang=fr>Texte",
    )
    told = facts(made)
    assert (told.title, told.language) == ("Bericht", "de-AT")
    assert told.metadata == {"author": "A. Nother", "date": "2024-02-03", "url": "https://a.example/b"}
    assert [one.language for one in made if isinstance(one, Block)] == ["", "", "fr"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>Größe „so“".encode("cp1252"), "Größe „so“"),
        ("<meta charset=iso-8859-1><p>Größe €".encode("cp1252"), "Größe €"),
        ("<meta charset=iso-8859-1><p>Größe".encode(), "Größe"),
        ("<meta charset=shift_jis><p>日本語".encode("shift_jis"), "日本語"),
        ("<meta charset=utf-8><p>Größe".encode("utf-16"), "Größe"),
        ("\ufeff<p>Größe".encode(), "Größe"),
        ("<meta charset=nonsense><p>Größe".encode("cp1252"), "Größe"),
        (("<p>" + "Стороны договорились о том, что лечение продолжалось. " * 3).encode("cp1251"), "Стороны"),
    ],
)
def test_encodings(tmp_path: Path, raw: bytes, text: str) -> None:
    (found,) = of_kind(read(tmp_path, "a.html", raw), BlockKind.PARAGRAPH)
    assert found.startswith(text)


def test_xhtml_that_closes_on_the_spot_loses_nothing(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.xhtml",
        "<?xml version='1.0'?><html xmlns='x'><head><script src='a'/></head><body><a id='x'/><p>Text</p></body></html>",
    )
    assert said(made) == [("paragraph", "Text")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<div>" * 100_000 + "deep" + "</div>" * 100_000, "too_deep"),
        ("<p title='" + "x" * 12_000_000 + "'>read</p>", ""),
        ("<p " + " ".join(f"a{n}=1" for n in range(30_000)) + ">read</p>", ""),
        ("<!DOCTYPE html [<!ENTITY a 'lol'><!ENTITY b '&a;&a;'>]><p>&b;", ""),
        ("<div><span>" * 900 + "read", ""),
        ("<table><td colspan=9999 rowspan=9999>read" + "<tr><td colspan=400>x" * 500, ""),
        ("<script>x</script>", "empty"),
        ("", "empty"),
        (b"%PDF-1.7 ...", "not_text"),
        (b"\0\1\2\3" * 500, "not_text"),
    ],
)
def test_hostile_pages_are_read_or_refused(tmp_path: Path, content: str | bytes, code: str) -> None:
    assert refusal(tmp_path, "a.html", content) == code


TAGS = [
    "html",
    "body",
    "p",
    "div",
    "span",
    "a",
    "b",
    "i",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "td",
    "th",
    "pre",
    "code",
    "blockquote",
    "h1",
    "h2",
    "br",
    "img",
    "nav",
    "sup",
    "math",
    "button",
    "script",
    "q",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from([f"<{t}>" for t in TAGS] + [f"</{t}>" for t in TAGS]), st.text(max_size=8)),
        max_size=40,
    )
)
def test_any_page_is_read_or_refused(parts: list[str]) -> None:
    try:
        made = list(reading.elements(page.parse("".join(parts).encode("utf-8", "replace"))))
    except Unreadable:
        return
    assert all(one.text.strip() for one in made if isinstance(one, Block))


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_real_pages(tmp_path: Path) -> None:
    folder = SHARED / "office_html_epub"
    made = read(tmp_path, "a.html", (folder / "docling/example_08.html").read_bytes())
    assert of_kind(made, BlockKind.TABLE)[1].split("\n")[5] == "| 2025 | Q2 | April | $210 | $150 |"
    western = read(tmp_path, "a.html", (folder / "unstructured/fake-html-cp1252.html").read_bytes())
    assert "El niño comió paella con ñoquis" in of_kind(western, BlockKind.CODE)[0]
    broken = read(tmp_path, "a.html", (SHARED / "bad_binary/tika/testHTMLBadScript.html").read_bytes())
    assert said(broken) == [("paragraph", "This is a test.")]


def test_trafilatura_is_whole() -> None:
    """The reader goes on without its advice; an installation should not."""
    import trafilatura

    assert trafilatura.__version__
