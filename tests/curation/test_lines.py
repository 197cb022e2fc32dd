"""Lines and phrases found in compiled code are those that Python's own methods find."""

from hypothesis import given
from hypothesis import strategies as st

from app.curation.lines import Lines
from app.curation.phrases import SETS, Found, phrases
from app.curation.points import Points

ANY = st.lists(st.text(st.sampled_from("ab\n\r\v\x1c\x85\u2028é"), max_size=12), max_size=4)
WORDS = st.lists(
    st.sampled_from(
        ["Lorem", "ipsum", " ", "lorem ipsum", "TERMS OF USE", "use", "s cookies", "{", "[", "1]", "é", "İ"]
    )
)


def spelled(points: Points, lines: Lines) -> list[list[str]]:
    rows = [range(lines.firsts[text], lines.firsts[text + 1]) for text in range(len(points))]
    return [[points.span(lines.starts[line], lines.ends[line]) for line in row] for row in rows]


@given(ANY)
def test_all_lines_are_those_of_splitlines(texts: list[str]) -> None:
    points = Points.of(texts)
    assert spelled(points, Lines(points, all_breaks=True)) == [text.splitlines() for text in texts]


@given(ANY)
def test_lines_end_at_newlines(texts: list[str]) -> None:
    points = Points.of(texts)
    expected = [text.removesuffix("\n").split("\n") if text else [] for text in texts]
    lines = Lines(points)
    assert spelled(points, lines) == expected
    assert lines.has_other_breaks == any(text.splitlines() != own for text, own in zip(texts, expected, strict=True))


@given(ANY)
def test_equal_lines_have_equal_hashes(texts: list[str]) -> None:
    points = Points.of(texts)
    lines = Lines(points)
    known: dict[str, int] = {}
    for start, end, value in zip(lines.starts, lines.ends, lines.hashes.tolist(), strict=True):
        assert known.setdefault(points.span(start, end), value) == value
    assert len(set(known.values())) == len(known)


@given(st.lists(WORDS, max_size=3))
def test_phrases_are_found_in_any_case(pieces: list[list[str]]) -> None:
    texts = ["".join(one) for one in pieces]
    points = Points.of(texts)
    bits = Found(points).within(points.offsets[:-1], points.offsets[1:])
    for text, found in zip(texts, bits.tolist(), strict=True):
        ascii_lower = "".join(character.lower() if character.isascii() else character for character in text)
        for phrase_set, mask in zip(SETS, phrases().masks.tolist(), strict=True):
            assert bool(found & mask) == any(phrase in ascii_lower for phrase in phrase_set)
