"""Articles in JATS: everything that is text in print, in the order of print."""

from pathlib import Path

import pytest

from app.curation.documents.format import format_of
from tests.curation.documents.office_files import DATA, blocks, facts, read, refusal

_ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article" xml:lang="en"><front><journal-meta><journal-title-group>
<journal-title>Journal of Tests</journal-title></journal-title-group></journal-meta><article-meta>
<article-id pub-id-type="doi">10.1/x</article-id><title-group><article-title>On <italic>E. coli</italic></article-title>
</title-group><contrib-group><contrib contrib-type="author"><name><surname>One</surname><given-names>Ann</given-names>
</name></contrib></contrib-group><abstract><p>In short.</p></abstract></article-meta></front>
<body><sec><title>Methods</title><p>As before (<xref ref-type="bibr" rid="b1">One, 2020</xref>) and noted<xref
ref-type="fn" rid="f1">1</xref>, see <xref ref-type="fig" rid="g1">Figure 1</xref>.</p>
<fig id="g1"><label>Figure 1.</label><caption><title>The curve.</title><p>Dots are means.</p></caption></fig>
<table-wrap><label>Table 1.</label><caption><p>Doses.</p></caption><table><thead><tr><th>Drug</th><th>mg</th></tr></thead>
<tbody><tr><td rowspan="2">A</td><td>1</td></tr><tr><td>2</td></tr></tbody></table></table-wrap>
<disp-formula><tex-math>$$a^2$$</tex-math></disp-formula></sec></body>
<back><ack><p>Thanks.</p></ack><fn-group><fn id="f1"><p>A note.</p></fn></fn-group>
<ref-list><ref id="b1"><element-citation><person-group><name><surname>One</surname><given-names>A</given-names></name>
</person-group><article-title>First</article-title><source>J Tests</source><year>2020</year><volume>3</volume>
<fpage>1</fpage><lpage>9</lpage><pub-id pub-id-type="doi">10.1/y</pub-id></element-citation></ref></ref-list></back>
</article>"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    (tmp_path / "a.nxml").write_text(_ARTICLE, "utf-8")
    return tmp_path / "a.nxml"


def test_an_article_is_whole(article: Path) -> None:
    told = blocks("jats", article)
    assert [text for kind, text in told if kind.startswith("heading")] == [
        "On E. coli", "Abstract", "Methods", "Acknowledgments", "References",
    ]  # fmt: skip
    assert told[0][0] == "heading1"
    assert told[2] == ("paragraph", "In short.")
    assert ("paragraph", "As before (One, 2020) and noted[^1], see Figure 1.") in told
    assert ("footnote", "[^1]: A note.") in told
    assert any(kind == "caption" and text.startswith("Figure 1. The curve.") for kind, text in told)
    assert ("caption", "Table 1. Doses.") in told
    assert ("table", "| Drug | mg |\n| --- | --- |\n| A | 1 |\n| A | 2 |") in told
    assert ("formula", "$$a^2$$") in told
    assert told[-1] == ("list", "- One A. First. J Tests 3:1–9 (2020). DOI: 10.1/y.")


def test_what_an_article_says_of_itself(article: Path) -> None:
    told = facts("jats", article)
    assert (told.title, told.language) == ("On E. coli", "en")
    assert told.metadata == {"author": "Ann One", "journal": "Journal of Tests", "doi": "10.1/x"}


@pytest.mark.parametrize(
    ("name", "head", "key"),
    [
        ("a.xml", _ARTICLE.encode(), "jats"),
        ("a.nxml", b"", "jats"),
        ("a.xml", b"<article><h1>Web page</h1></article>", None),
        ("a.xml", b"<TEI><article-meta/></TEI>", None),
    ],
)
def test_only_articles_are_claimed(name: str, head: bytes, key: str | None) -> None:
    assert (format_of(name, head) == "jats") == (key == "jats")


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    """One that would read a file is left out; nine lines that would unfold to gigabytes are refused."""
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    article = "<article><front><article-meta/></front><body><p>Text&nbsp;&alpha;. &{};</p></body></article>"
    external = f'<!DOCTYPE article [<!ENTITY f SYSTEM "{secret.as_uri()}">]>' + article.format("f")
    (tmp_path / "a.nxml").write_text(external)
    assert blocks("jats", tmp_path / "a.nxml") == [("paragraph", "Text\u00a0α.")]
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    (tmp_path / "b.nxml").write_text(f'<!DOCTYPE article [<!ENTITY l0 "ha">{laughs}]>' + article.format("l9"))
    assert refusal("jats", tmp_path / "b.nxml").code == "damaged"


def test_what_is_no_article_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nxml").write_text("<html><body>x</body></html>")
    assert refusal("jats", tmp_path / "a.nxml").code == "type_mismatch"
    (tmp_path / "a.nxml").write_text(_ARTICLE[:900])
    assert refusal("jats", tmp_path / "a.nxml").code == "damaged"


@pytest.mark.skipif(not (DATA / "office_html_epub").exists(), reason="needs the shared test data")
def test_a_real_article_keeps_words_headings_and_tables() -> None:
    from benchmarks.documents_truth import markdown_of, parts, recall

    file = DATA / "office_html_epub/docling/pone.0234687.nxml"
    found = recall(
        parts(file.with_name("pone.0234687.nxml.md").read_text("utf-8")), parts(markdown_of(read("jats", file)))
    )
    assert (found.words or 0) > 0.95
    assert (found.headings, found.levels) == (1.0, 1.0)
    assert (found.cells or 0) > 0.95
