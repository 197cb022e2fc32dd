"""Passages: nothing of a document is lost, nothing is cut that hangs together, and every span is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.documents.chunking import Answered, Chunking, passages
from app.curation.documents.document import (
    BETWEEN_BLOCKS,
    Block,
    BlockKind,
    Document,
    Element,
    Exchange,
    Facts,
    Fault,
    Passage,
    PassageFlag,
    Place,
)
from app.curation.documents.passages import document_text, own_words
from app.curation.documents.sizes import tokens
from app.curation.sample import Form

H, P, L, T, C = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE, BlockKind.CODE
SMALL = Chunking(size=40, smallest=10)


def heading(text: str, level: int = 1) -> Block:
    return Block(H, text, level)


def prose(sentences: int, word: str = "salt") -> str:
    return " ".join(f"The {word} of sea number {number} dries in the sun." for number in range(sentences))


def cut(*elements: Element, by: Chunking = SMALL) -> list[Passage]:
    found = passages([Facts(), *elements], Document("a.md", "markdown", "", 0), by)
    return [one for one in found if isinstance(one, Passage)]


def text_of(elements: list[Block]) -> str:
    return BETWEEN_BLOCKS.join(one.text for one in elements if one.kind is not BlockKind.FURNITURE and one.text.strip())


BLOCK = st.one_of(
    st.builds(heading, st.text("abc ", min_size=1, max_size=30), st.integers(1, 4)),
    st.builds(
        Block,
        st.sampled_from([P, BlockKind.QUOTE, BlockKind.FURNITURE, BlockKind.CAPTION]),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60),
    ),
    st.integers(1, 30).map(lambda count: Block(P, prose(count))),
    st.integers(1, 20).map(lambda count: Block(L, "\n".join(f"- {prose(1, str(one))}" for one in range(count)))),
    st.integers(0, 30).map(
        lambda count: Block(T, "| a | b |\n|---|---|" + "".join(f"\n| {one} | x |" for one in range(count)))
    ),
    st.integers(0, 30).map(
        lambda count: Block(C, "```py\n" + "".join(f"value_{one} = {one}\n" for one in range(count)) + "```")
    ),
    st.text("字。 ", min_size=1, max_size=200).map(lambda text: Block(P, text)),
    st.integers(1, 300).map(lambda count: Block(P, "x" * count)),
)
CHUNKING = st.builds(
    Chunking,
    size=st.integers(20, 80),
    unit=st.sampled_from(["tokens", "characters"]),
    overlap=st.integers(0, 10),
    smallest=st.integers(0, 10),
)


@given(st.lists(BLOCK, max_size=12), CHUNKING)
def test_spans_are_true_and_nothing_is_lost(blocks: list[Block], chunking: Chunking) -> None:
    text = text_of(blocks)
    end = 0
    for number, one in enumerate(cut(*blocks, by=chunking)):
        assert one.number == number
        assert own_words(one.text, one.end - one.start) == text[one.start : one.end]
        assert text[end : one.start].strip() == ""  # only blanks stand between two passages
        assert one.start < one.end
        assert one.end > end
        end = one.end
    assert text[end:].strip() == ""


@given(st.lists(BLOCK, max_size=12), CHUNKING)
def test_sizes_are_kept(blocks: list[Block], chunking: Chunking) -> None:
    """What is said again (a table's header rows, a fence) comes on top; so does a line break or two."""
    for one in cut(*blocks, by=chunking):
        size = chunking.measure(own_words(one.text, one.end - one.start))
        assert size <= chunking.size + chunking.smallest + chunking.overlap + 4


@given(st.lists(BLOCK, max_size=8))
def test_the_text_comes_together_again(blocks: list[Block]) -> None:
    text = text_of(blocks)
    assert document_text(cut(*blocks)).split() == text.split()


def test_a_heading_begins_a_passage_and_is_its_path() -> None:
    found = cut(heading("One"), Block(P, prose(3)), heading("Two"), heading("Deep", 2), Block(P, prose(3)))
    assert [one.heading for one in found] == [("One",), ("Two", "Deep")]
    assert found[1].text == f"Two\n\nDeep\n\n{prose(3)}"


def test_a_long_section_ends_between_paragraphs() -> None:
    parts = [prose(3, word) for word in ("salt", "sugar", "sand", "soot")]
    found = cut(heading("One"), *(Block(P, part) for part in parts))
    assert [one.text for one in found] == [f"One\n\n{parts[0]}", *parts[1:]]


def test_a_long_paragraph_ends_between_sentences() -> None:
    found = cut(Block(P, prose(20) + " Dr. Who said it was No. 5."))
    assert len(found) > 3
    assert all(one.text.endswith(".") and one.text[0].isupper() for one in found)
    assert not any(one.text.endswith(("Dr.", "No.")) for one in found)


def test_a_small_rest_is_joined_to_its_section_not_to_the_next() -> None:
    found = cut(heading("A"), Block(P, prose(3)), Block(P, "A rest."), heading("B"), Block(P, prose(3)))
    assert found[0].text.endswith("A rest.")
    assert found[1].heading == ("B",)


def test_small_sections_of_one_parent_come_together() -> None:
    by = Chunking(size=100, smallest=20)
    some = [block for name in "abc" for block in (heading(name, 2), Block(P, "Short."))]
    (one,) = cut(heading("All"), *some, by=by)
    assert one.heading == ("All",)


def test_a_long_table_says_its_header_again() -> None:
    table = "| drug | dose |\n|---|---|\n" + "\n".join(f"| drug {one} | {one} mg |" for one in range(30))
    found = cut(Block(T, table))
    assert len(found) > 2
    for one in found:
        assert one.text.startswith("| drug | dose |\n|---|---|\n| drug ")
        assert all(line.startswith("|") and line.endswith("|") for line in one.text.split("\n"))


def test_a_long_listing_keeps_its_fences() -> None:
    code = "```python\n" + "".join(f"value_{one} = {one}\n" for one in range(40)) + "```"
    found = cut(Block(C, code))
    assert len(found) > 2
    assert all(one.text.startswith("```python\n") and one.text.endswith("\n```") for one in found)


def test_overlap_repeats_whole_sentences_within_a_section_only() -> None:
    by = Chunking(size=60, overlap=15, smallest=5)
    found = cut(heading("A"), Block(P, prose(12)), heading("B"), Block(P, prose(2, "sugar")), by=by)
    first, second, *_ = found
    assert second.start < first.end
    assert second.text.startswith("The salt")
    assert found[-1].text.startswith("B")


def test_places_and_pages_follow_the_words() -> None:
    lines = ["The salt dries in the sun, and is ground.", "Then it is sold by the pound. " * 8]
    text = lines[0] + " " + lines[1]
    places = (
        Place(0, len(lines[0]), 3, 0.1, 0.1, 0.9, 0.2),
        Place(len(lines[0]) + 1, len(text), 4, 0.1, 0.1, 0.9, 0.5),
    )
    found = cut(heading("A"), Block(P, text.strip(), page=3, places=places), by=Chunking(size=20, smallest=0))
    for one in found:
        for place in one.places:
            words = one.text[place.start : place.end]
            assert words in (lines[0] if place.page == 3 else lines[1])
    assert (found[0].first_page, found[-1].last_page) == (3, 4)


def test_furniture_is_left_out() -> None:
    (one,) = cut(Block(P, "One."), Block(BlockKind.FURNITURE, "Page 7"), Block(P, "Two."))
    assert (one.text, one.start, one.end) == ("One.\n\nTwo.", 0, 10)


def test_an_exchange_is_a_passage_of_its_own() -> None:
    content = {"prompt": "Why?", "response": "Because."}
    said = Block(P, "Why? Because.")
    again = Exchange(Form.INSTRUCTION, content, said)
    document = Document("a.xml", "xml", "", 0)
    elements = [Facts(title="T"), heading("FAQ"), Block(P, "Hello."), again, again, Fault("x", "y"), Block(P, "End.")]
    first, second, third, fault, last = passages(elements, document, SMALL)
    assert document.facts.title == "T"
    assert isinstance(first, Passage)
    assert first.text == "FAQ\n\nHello."
    assert isinstance(second, Answered)
    assert isinstance(third, Answered)
    assert second.passage is third.passage
    assert (second.passage.heading, second.passage.flag) == (("FAQ",), None)
    assert isinstance(fault, Fault)
    assert isinstance(last, Passage)
    assert last.start == second.passage.end + 2


CONTENTS = "\n".join(
    f"{one}.{two} Drying and grinding salt ........ {10 * one + two}" for one in (1, 2) for two in range(5)
)
REFERENCES = (
    "[1] Miller A, Smith B. Salt of the sea. J Salt. 2019;12(3):45-67. doi:10.1000/x\n"
    "[2] Weber C. et al. Drying. Springer, 2020.\n[3] Doe J. Grinding. In: Proc. of Mills, pp. 3-9, 2001."
)
LEGAL = "© 2021 Salt Press. All rights reserved. No part of this publication may be reproduced. ISBN 978-3-16-148410-0"


@pytest.mark.parametrize(
    ("title", "text", "flag"),
    [
        ("Contents", "Drying\nGrinding\nSelling", PassageFlag.CONTENTS),
        ("Salt", CONTENTS, PassageFlag.CONTENTS),
        ("Salt", "\n".join(f"Chapter about salt {one * 7}" for one in range(1, 9)), PassageFlag.CONTENTS),
        ("7. References", "Anything at all.", PassageFlag.REFERENCES),
        ("Salt", REFERENCES, PassageFlag.REFERENCES),
        ("Salt", LEGAL, PassageFlag.BOILERPLATE),
        ("Imprint", "Salt Press, Sea Street 1", PassageFlag.BOILERPLATE),
        ("Salt", prose(5), None),
        ("Salt", "Smith (2019) has shown that salt dries. Weber et al. (2020) have not.", None),
        ("Salt", "In 2019 the mill was sold.\nIn 2020 the mill was sold.\nThe copyright of 2021 was sold.", None),
        ("Salt", "| year | mill |\n|---|---|\n" + "\n".join(f"| 20{one} | {one % 7} |" for one in range(10, 20)), None),
    ],
)
def test_flags(title: str, text: str, flag: PassageFlag | None) -> None:
    (one,) = cut(heading(title), Block(P, text), by=Chunking(size=400))
    assert one.flag is flag


def test_a_table_of_contents_is_kept_apart_from_what_follows() -> None:
    lines = [Block(P, line) for line in CONTENTS.split("\n")]
    found = cut(Block(P, prose(2)), *lines, Block(P, prose(2)), by=Chunking(size=400, smallest=50))
    assert [one.flag for one in found] == [None, PassageFlag.CONTENTS, None]


def test_language_as_recognised_else_as_declared() -> None:
    words = "Das Salz des Meeres trocknet in der Sonne, und was übrig bleibt, wird gemahlen und verkauft."
    german, declared = cut(
        heading("A"), Block(P, words), heading("B"), Block(P, "12 34", language="fr"), by=Chunking(size=40, smallest=0)
    )
    assert (german.language, declared.language) == ("de", "fr")


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("The salt of the sea dries in the sun.", 9, 11),
        ("北京是中国的首都。", 9, 9),
        ("", 0, 0),
        ("informationen", 3, 3),
    ],
)
def test_tokens(text: str, least: int, most: int) -> None:
    assert least <= tokens(text) <= most
