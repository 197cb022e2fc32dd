"""Questions and answers in XML, whatever the elements are called and however they stand in one another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.curation.documents.document import Element, Facts
from app.curation.documents.elements import elements as in_a_child
from app.curation.documents.format import Unreadable, format_of, known
from tests.curation.documents.reading import DATA, asked_and_answered, blocks, exchanges, faults, read, words

MEDQUAD = DATA / "docs_medquad"
ONE_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="7" source="CDC" url="http://a.b/c">
<Focus>Flu</Focus>
<FocusAnnotations><UMLS><CUIs><CUI>C1</CUI><CUI>C2</CUI></CUIs><SemanticTypes><SemanticType>T047</SemanticType>
</SemanticTypes></UMLS><Synonyms><Synonym>Grippe</Synonym></Synonyms></FocusAnnotations>
<QAPairs>
  <QAPair pid="1"><Question qid="7-1" qtype="information">What is Flu ?</Question><Answer>A
    disease.
      - of people</Answer></QAPair>
  <QAPair pid="2"><Question qid="7-2" qtype="treatment">How?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""


def of(folder: Path, xml: str) -> list[Element]:
    path = folder / "a.xml"
    path.write_text(xml)
    return read("question_xml", path)


def test_medquad(tmp_path: Path) -> None:
    facts, pair, fault = of(tmp_path, ONE_FILE)
    assert isinstance(facts, Facts)
    assert facts.title == "Flu"
    (exchange,) = exchanges([pair])
    assert asked_and_answered(exchange) == ("What is Flu ?", "A\ndisease.\n  - of people")
    assert exchange.heading == ("Flu",)
    assert exchange.metadata == {
        "document_id": "7", "source": "CDC", "url": "http://a.b/c", "focus": "Flu", "cui": ["C1", "C2"],
        "semantic_type": "T047", "synonyms": "Grippe", "pid": "1", "question_id": "7-1", "question_type": "information",
    }  # fmt: skip
    (found,) = faults([fault])
    assert (found.code, found.excerpt) == ("empty_answer", "How?")


@pytest.mark.parametrize(
    ("xml", "pairs", "codes"),
    [
        ("<f><question>A?</question><answer>1</answer><question>B?</question><answer>2</answer></f>", [("A?", "1"), ("B?", "2")], []),
        ("<f><faq><q>A?</q><a>See <a href='http://x.y'>this</a></a></faq></f>", [("A?", "See [this](http://x.y)")], []),
        ("<f><i><frage>A?</frage><antwort>1</antwort></i></f>", [("A?", "1")], []),
        ("<n:f xmlns:n='u'><n:Question>A?</n:Question><n:Answer>1</n:Answer></n:f>", [("A?", "1")], []),
        ("<f><i><question>A?</question></i><i><question>B?</question><answer>2</answer></i></f>", [("B?", "2")], ["empty_answer"]),
        ("<f><i><question> </question><answer>1</answer></i></f>", [], ["empty_question"]),
        ("<f><i><question>A?</question><answer/></i></f>", [], ["empty_answer"]),
        ("<f><i><question_title>A</question_title><question_body>more?</question_body><answer>1</answer></i></f>", [("A\n\nmore?", "1")], []),
        ("<f><i><question>A?</question><answers><answer>1</answer><answer accepted='true'>2</answer></answers></i></f>", [("A?", "2")], []),
        ("<f><i><question>A?</question><answer score='3'>1</answer><answer score='9'>2</answer></i></f>", [("A?", "2")], []),
        ("<f><i><question>A?</question><answer>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</answer></i></f>", [("A?", "One\n\ntwo")], []),
        ("<f><i><question>A?</question><answer><![CDATA[<ul><li>x<li>y</ul>]]></answer></i></f>", [("A?", "- x\n- y")], []),
        ("<f><i><question>A?</question><answer>Take <drug>X</drug> daily.</answer></i></f>", [("A?", "Take X daily.")], []),
        (
            "<quiz><question type='category'><category><text>c</text></category></question><question type='multichoice'>"
            "<questiontext format='html'><text><![CDATA[<p>2+2?</p>]]></text></questiontext><answer fraction='0'><text>3</text>"
            "<feedback><text>no</text></feedback></answer><answer fraction='100'><text>4</text></answer></question></quiz>",
            [("2+2?", "4")],
            [],
        ),
    ],
)  # fmt: skip
def test_other_layouts(tmp_path: Path, xml: str, pairs: list[tuple[str, str]], codes: list[str]) -> None:
    assert known()["question_xml"].claims(xml.encode(), "a.xml")
    elements = of(tmp_path, xml)
    assert [asked_and_answered(exchange) for exchange in exchanges(elements)] == pairs
    assert [fault.code for fault in faults(elements)] == codes


def test_headings_and_text_beside_the_pairs_are_kept(tmp_path: Path) -> None:
    xml = (
        "<faq title='Help'><section><title>Paying</title><item><question>How?</question><answer>So.</answer></item></section>"
        "<section><title>Going</title><note>This is said between the questions, at some length.</note>"
        "<item><question>Where?</question><answer>There.</answer></item></section></faq>"
    )
    elements = of(tmp_path, xml)
    assert [exchange.heading for exchange in exchanges(elements)] == [("Paying",), ("Going",)]
    assert "said between the questions" in words(elements)


def test_an_answer_without_question_is_kept_as_text(tmp_path: Path) -> None:
    elements = of(tmp_path, "<f><i><answer>Alone here</answer></i><i><question>A?</question><answer>1</answer></i></f>")
    assert [block.text for block in blocks(elements)] == ["Alone here"]


@pytest.mark.parametrize("xml", ["<f><question>A?</question><answer>1", "<f><question>A & B?</question></f>", "", "no"])
def test_damaged_xml_is_a_refusal(tmp_path: Path, xml: str) -> None:
    with pytest.raises(Unreadable) as refused:
        of(tmp_path, xml)
    assert refused.value.code == "broken_xml"


def test_xml_without_pairs_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        of(tmp_path, "<f><p>Text</p></f>")
    assert refused.value.code == "no_questions"


def test_nothing_outside_of_the_file_is_read_and_a_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    pair = "<f><question>A?</question><answer>&x;</answer></f>"
    own = of(tmp_path, f"<!DOCTYPE f [<!ENTITY x 'own words'>]>{pair}")
    assert [asked_and_answered(exchange)[1] for exchange in exchanges(own)] == ["own words"]
    levels = "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10}'>" for n in range(1, 9))
    for entity in (f"<!ENTITY x SYSTEM '{tmp_path}/secret'>", f"<!ENTITY x0 'aaaaaaaaaa'>{levels}<!ENTITY x '&x8;'>"):
        with pytest.raises(Unreadable):
            of(tmp_path, f"<!DOCTYPE f [{entity}]>{pair}")


@pytest.mark.parametrize(
    "xml",
    [
        "<html><body><q>A?</q><a>b</a></body></html>",
        "<article><p>x</p></article>",
        "<TEI><q>A?</q><a/></TEI>",
        "<r><answer/></r>",
    ],
)
def test_other_xml_is_not_claimed(xml: str) -> None:
    assert not known()["question_xml"].claims(xml.encode(), "a.xml")


sentences = st.text("ab ?<&>é\n", max_size=12)


@given(st.lists(st.tuples(sentences, sentences), min_size=1, max_size=6))
def test_every_pair_is_an_exchange_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str]]
) -> None:
    root = etree.Element("faq")
    for question, answer in drawn:
        item = etree.SubElement(root, "item")
        etree.SubElement(item, "question").text = question
        etree.SubElement(item, "answer").text = answer
    elements = of(tmp_path_factory.mktemp("xml"), etree.tostring(root, encoding="unicode"))
    assert len(exchanges(elements)) + len(faults(elements)) == len(drawn)
    shown = words(elements).split()
    for _, answer in drawn:
        assert all(word in shown for word in answer.split() if "<" not in word and ">" not in word) or "<" in answer


@pytest.mark.skipif(not MEDQUAD.exists(), reason="needs ../shared/data/docs_medquad")
def test_real_pairs_are_complete() -> None:
    files = sorted(MEDQUAD.rglob("*.xml"))
    assert all(format_of(file.name, file.read_bytes()[:65_536]) == "question_xml" for file in files)
    pairs = full = 0
    for file in files:
        tree = etree.parse(str(file))
        wanted = [(q.split(), (a or "").split()) for q, a in _pairs(tree)]
        elements = read("question_xml", file)
        got = [tuple(text.split() for text in asked_and_answered(exchange)) for exchange in exchanges(elements)]
        assert got == [(question, answer) for question, answer in wanted if answer]
        assert len(faults(elements)) == sum(not answer for _, answer in wanted)
        pairs, full = pairs + len(wanted), full + len(got)
    assert (pairs, full) == (1668, 1598)
    assert list(in_a_child("question_xml", files[0], files[0].name)) == read("question_xml", files[0])


def _pairs(tree: etree._ElementTree) -> list[tuple[str, str | None]]:
    return [(pair.xpath("string(Question)"), pair.xpath("string(Answer)")) for pair in tree.xpath("//QAPair")]
