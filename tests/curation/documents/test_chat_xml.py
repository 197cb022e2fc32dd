"""Chats in XML: conversations that run through one another come apart, and none of their words is lost."""

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.curation.documents.document import Element, Exchange, Facts
from app.curation.documents.elements import elements as in_a_child
from app.curation.documents.format import Unreadable, format_of, known
from tests.curation.documents.reading import DATA, asked_and_answered, blocks, exchanges, faults, read, words

RACKET = DATA / "chat" / "slack_racket_general_2019.xml"


def of(folder: Path, *messages: tuple[str, str, str]) -> list[Element]:
    """Messages of (conversation, user, text)."""
    root = etree.Element("slack")
    etree.SubElement(root, "channel_name").text = "general"
    for number, (conversation, user, text) in enumerate(messages):
        message = etree.SubElement(root, "message")
        if conversation:
            message.set("conversation_id", conversation)
        etree.SubElement(message, "ts").text = f"2019-01-01T10:{number // 60:02}:{number % 60:02}"
        etree.SubElement(message, "user").text = user
        etree.SubElement(message, "text").text = text
    path = folder / "chat.xml"
    path.write_bytes(etree.tostring(root))
    return read("chat_xml", path)


def test_conversations_come_apart(tmp_path: Path) -> None:
    elements = of(
        tmp_path,
        ("1", "Ann", "How do I quit?"),
        ("2", "Cat", "Lunch"),
        ("1", "Ben", "<@Ann> With &lt;esc&gt;, see <https://a.b|here>"),
        ("2", "Cat", "Anyone"),
        ("1", "Ann", "Thanks"),
    )
    assert isinstance(elements[0], Facts)
    assert (elements[0].title, elements[0].metadata["conversations"]) == ("general", 2)
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("How do I quit?", "With <esc>, see [here](https://a.b)")
    assert found.heading == ("general",)
    assert (found.metadata["conversation"], found.metadata["answer_known_by"]) == ("1", "thanked")
    assert found.metadata["started"] == "2019-01-01T10:00:00"
    assert [block.text for block in blocks(elements)] == ["**Cat**: Lunch\nAnyone"]


def test_without_conversations_talk_is_cut_by_time(tmp_path: Path) -> None:
    elements = of(tmp_path, ("", "Ann", "How?"), ("", "Ben", "So."))
    assert [asked_and_answered(exchange) for exchange in exchanges(elements)] == [("How?", "So.")]


def test_attributes_do_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        "<log><msg sender='Ann' thread='7' text='How?'/><msg sender='Ben' thread='7'>So<br/>there</msg></log>"
    )
    assert format_of(path.name, path.read_bytes()) == "chat_xml"
    (found,) = exchanges(read("chat_xml", path))
    assert asked_and_answered(found) == ("How?", "So\nthere")
    assert found.metadata["conversation"] == "7"


@pytest.mark.parametrize(
    "xml", ["<a><message><p>x</p></message></a>", "<a><post><title>x</title><text>y</text></post></a>", "<a/>", "\x00"]
)
def test_other_xml_is_not_claimed(xml: str) -> None:
    assert not known()["chat_xml"].claims(xml.encode(), "a.xml")


def test_damage_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<slack><message><user>A</user><text>b</text></message><mess")
    with pytest.raises(Unreadable) as refused:
        read("chat_xml", path)
    assert refused.value.code == "broken_xml"


texts = st.text("ab ?<>&é\n", min_size=1, max_size=10).filter(lambda text: any(c.isalnum() for c in text))
drawn = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["Ann", "Ben"]), texts), min_size=1, max_size=12)


@given(drawn)
def test_every_conversation_is_an_exchange_or_a_block(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, str]]
) -> None:
    elements = of(tmp_path_factory.mktemp("chat"), *drawn)
    assert len(exchanges(elements)) + len(blocks(elements)) == len({conversation for conversation, _, _ in drawn})
    shown = "".join(words(elements).split())
    assert all("".join(text.split()) in shown for _, _, text in drawn if not set("<>&") & set(text))


@pytest.mark.skipif(not RACKET.exists(), reason="needs ../shared/data/chat")
def test_real_conversations_are_complete() -> None:
    tree = etree.parse(str(RACKET))
    people: dict[str, set[str]] = defaultdict(set)
    messages = tree.xpath("//message")
    for message in messages:
        people[message.get("conversation_id")].add(message.findtext("user"))
    assert format_of(RACKET.name, RACKET.read_bytes()[:65_536]) == "chat_xml"
    elements = list(in_a_child("chat_xml", RACKET, RACKET.name))
    found = exchanges(elements)
    assert {exchange.metadata["conversation"] for exchange in found} == {
        key for key, who in people.items() if len(who) > 1
    }
    assert (len(messages), len(people), len(found), len(blocks(elements))) == (5706, 711, 416, 295)
    assert not faults(elements)
    assert all(_is_told(exchange) for exchange in found)
    shown = "".join(words(elements).split())
    plain = [text for message in messages if not set("<&`") & set(text := message.findtext("text"))]
    assert len(plain) == 2974
    assert all("".join(text.split()) in shown for text in plain)


def _is_told(exchange: Exchange) -> bool:
    question, answer = asked_and_answered(exchange)
    return bool(question.strip() and answer.strip()) and exchange.metadata["messages"] >= 2
