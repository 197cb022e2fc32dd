"""From a word back to its characters in the sample, in any script."""

from hypothesis import given
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.decontamination.pieces import Pieces
from app.curation.text import comparable, words
from tests.curation.samples import chat, instruction, text

WORD = st.text(st.sampled_from("aBc1éßnİ中हि\u0301"), min_size=1, max_size=6)


@given(st.lists(WORD, max_size=8), st.sampled_from([" ", ", ", " — ", "\n\n"]))
def test_a_words_span_holds_that_word(some: list[str], gap: str) -> None:
    sample = text(gap.join(some))
    pieces = Pieces(Batch([sample]))
    expected = words(comparable(sample.content["text"]))
    for number, word in enumerate(expected):
        span = pieces.span(0, number, number)
        assert words(comparable(sample.content["text"][span.start : span.end])) == [word]


def test_every_turn_is_a_piece_and_prompt_with_context_one() -> None:
    pieces = Pieces(Batch([chat("a", "b"), instruction("c", "e", context="d", system="s")]))
    assert pieces.rows.tolist() == [0, 0, 1, 1, 1]
    assert pieces.texts == ["a", "b", "s", "c\n\nd", "e"]


def test_a_span_does_not_leave_the_turn_it_begins_in() -> None:
    pieces = Pieces(Batch([instruction("one two", "x", context="three four")]))
    assert pieces.span(0, 0, 3) == (("prompt",), 0, 7)
    assert pieces.span(0, 2, 3) == (("context",), 0, 10)
