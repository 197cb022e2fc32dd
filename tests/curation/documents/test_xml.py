"""TEI and other XML: text in order with its structure, under limits, and nothing from outside."""

import re
import resource
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.documents.document import Block, BlockKind, Fault
from app.curation.documents.format import format_of, known
from tests.curation.documents.read_made import SHARED, facts, of_kind, read, refusal, said

TEI = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>On fever</title><author><persName><forename>A.</forename> <surname>Nother</surname></persName></author></titleStmt>
<publicationStmt><publisher>Press</publisher></publicationStmt></fileDesc>
<profileDesc><abstract><p>In short.</p></abstract></profileDesc></teiHeader>
<text xml:lang="en"><front><docTitle><titlePart>On fever</titlePart></docTitle></front><body>
<div><head>One</head><p>The <hi>first</hi> line<lb/> goes on<note place="foot">A note.</note> here.</p>
<div><head>Deeper</head><list type="ordered"><item>a</item><item>b</item></list><fw>Running head</fw>
<table><head>Doses</head><row><cell>drug</cell><cell>mg</cell></row><row><cell>X</cell><cell>5</cell></row></table>
<lg><l>Roses are red</l><l>Violets are blue</l></lg><p lang="de">Wort</p></div></div></body></text></TEI>"""


def test_tei_keeps_its_structure(tmp_path: Path) -> None:
    made = read(tmp_path, "a.xml", TEI)
    assert format_of("a.xml", TEI.encode()) == "tei"
    assert (facts(made).title, facts(made).language) == ("On fever", "en")
    assert facts(made).metadata == {"author": "A. Nother", "publisher": "Press"}
    assert said(made) == [
        ("heading1", "On fever"),
        ("paragraph", "In short."),
        ("heading1", "One"),
        ("paragraph", "The first line goes on here."),
        ("footnote", "A note."),
        ("heading2", "Deeper"),
        ("list", "1. a\n2. b"),
        ("furniture", "Running head"),
        ("caption", "Doses"),
        ("table", "| drug | mg |\n| --- | --- |\n| X | 5 |"),
        ("paragraph", "Roses are red\nViolets are blue"),
        ("paragraph", "Wort"),
    ]
    assert [one.language for one in made if isinstance(one, Block)][-1] == "de"


def test_other_xml_is_read_by_how_its_elements_are_used(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.xml",
        "<!DOCTYPE x [<!ENTITY co 'Winnow'>]><leaflet><name><title>&co; 5&nbsp;mg</title></name><part><title>Use</title>"
        "<thing><strong>Never</strong> with alcohol.</thing><record><drug>X</drug><dose>5 mg</dose></record></part></leaflet>",
    )
    assert said(made) == [
        ("heading1", "Winnow 5 mg"),
        ("heading1", "Use"),
        ("paragraph", "Never with alcohol."),
        ("paragraph", "X\n5 mg"),
    ]


def test_a_page_saved_as_xml_is_read_as_a_page(tmp_path: Path) -> None:
    assert said(read(tmp_path, "a.xml", "<html><body><h2>Yes</h2><p>Text<br>more")) == [
        ("heading2", "Yes"),
        ("paragraph", "Text\nmore"),
    ]


def bomb() -> str:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE a [<!ENTITY e0 "lol">{entities}]><a>&e11;</a>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bomb(), "xml_bomb"),
        (f"<!DOCTYPE a [<!ENTITY e '{'x' * 100_000}'>]><a>{'&e;' * 50_000}</a>", "xml_bomb"),
        ("<a>" * 100_000, "too_deep"),
        ("no xml", "damaged"),
        ("", "damaged"),
        ("<a><b/></a>", "empty"),
    ],
)
def test_hostile_xml_is_refused(tmp_path: Path, content: str, code: str) -> None:
    assert refusal(tmp_path, "a.xml", content) == code


def test_nothing_comes_from_outside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    made = read(
        tmp_path, "a.xml", f"<!DOCTYPE a [<!ENTITY e SYSTEM 'file://{tmp_path}/secret'>]><a><z>kept</z><z>&e;</z></a>"
    )
    assert of_kind(made, BlockKind.PARAGRAPH) == ["kept"]
    assert isinstance(made[-1], Fault)


def test_what_was_read_before_the_damage_is_kept(tmp_path: Path) -> None:
    made = read(tmp_path, "a.xml", "<a><p>One</p><p>Two</p><p>Th")
    assert of_kind(made, BlockKind.PARAGRAPH)[:2] == ["One", "Two"]
    assert isinstance(made[-1], Fault)
    assert made[-1].code == "damaged"


def test_a_large_document_is_read_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    file.write_bytes(b"<a>" + b"<sec><title>T</title><p>" + (b"word " * 4000 + b"</p><p>") * 400 + b"</p></sec></a>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(isinstance(one, Block) for one in known()["xml_text"].elements(file, "large.xml")) == 401
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 6_000


NAMES = ["p", "title", "list", "item", "table", "row", "cell", "note", "lb", "q"]
CONTENT: st.SearchStrategy[object] = st.recursive(
    st.text("ab <&", max_size=5),
    lambda inner: st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4),
    max_leaves=20,
)


def letters(text: str) -> list[str]:
    return sorted(one for one in text if one in "ab")


def written(content: Any) -> str:
    if isinstance(content, str):
        return escape(content)
    return "".join(f"<{name}> {written(inner)} </{name}>" for name, inner in content)


@settings(max_examples=60, deadline=None)
@given(content=CONTENT)
def test_every_letter_is_read(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    text = written(content)
    words = letters(re.sub("<[^>]*>|&[a-z]+;", " ", text))
    folder = tmp_path_factory.mktemp("xml")
    if not words:
        return
    found = " ".join(one.text for one in read(folder, "a.xml", f"<root>{text}</root>") if isinstance(one, Block))
    assert letters(found) == words


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_a_real_paper(tmp_path: Path) -> None:
    made = read(tmp_path, "a.xml", (SHARED / "pdf/papers/Wang-paperAVE2008.training.fulltext.tei.xml").read_bytes())
    heads = of_kind(made, BlockKind.HEADING)
    assert heads[0] == "1 Introduction and Related Work"
    assert "named-entity" in " ".join(of_kind(made, BlockKind.PARAGRAPH))
