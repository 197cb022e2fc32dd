"""The NeMo measures against definitions in plain Python, written after NeMo Curator's `heuristic_filter.py`."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.filters.gopher_quality import STOP_WORDS
from app.curation.filters.nemo_english import ELLIPSES, NemoEnglish
from app.curation.phrases import BOILERPLATE
from tests.curation.samples import text
from tests.curation.web_samples import PROSE

URL = re.compile(r"https?://(?:[a-zA-Z0-9$-_@.&+!*\\(),]|%[0-9a-fA-F][0-9a-fA-F])+")
BULLETS = tuple("•‣⁃⁌⁍∙○●◘◦⦾⦿")


def lines(content: str) -> list[str]:
    return [line for line in content.split("\n") if line.strip()]


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def distinct(pieces: list[str]) -> float:
    return share(len(set(pieces)), len(pieces)) if pieces else 1.0


def distinct_characters(pieces: list[str]) -> float:
    return share(len("".join(set(pieces))), len("".join(pieces))) if "".join(pieces) else 1.0


def boilerplate(content: str) -> float:
    paragraphs = [paragraph.lower() for paragraph in content.split("\n\n")]
    if any("lorem ipsum" in paragraph for paragraph in paragraphs):
        return 1.0
    return sum(any(phrase in paragraph for phrase in BOILERPLATE) for paragraph in paragraphs) / len(paragraphs)


def is_symbol(word: str) -> bool:
    return word in ELLIPSES or len(re.findall("#+", word)) / len(word) > 0.5


def is_cut(line: str) -> bool:
    return line.strip().lower().endswith((*ELLIPSES, "read more..", "read more"))


def top(content: str, n: int) -> float:
    words = content.split()
    if len(words) < n:
        return 1.0
    sequence = Counter(zip(*(words[start:] for start in range(n)), strict=False)).most_common(1)[0][0]
    return (len(content) - len(content.replace(" ".join(sequence), ""))) / len(content)


def repeated(content: str, n: int) -> float:
    words = content.split()
    if len(words) < n:
        return 1.0
    seen: set[tuple[str, ...]] = set()
    characters = overlap = 0
    for sequence in zip(*(words[start:] for start in range(n)), strict=False):
        if sequence in seen:
            characters += sum(map(len, sequence[overlap:])) + min(n - overlap, n - 1)
            overlap = n
        seen.add(sequence)
        overlap = max(overlap - 1, 0)
    return characters / len(content)


def of_text(pattern: str) -> Callable[[str], float]:
    return lambda content: len(re.findall(pattern, content)) / len(content)


DEFINITIONS: dict[str, Callable[[str], float]] = {
    "nemo_other_character_share": of_text(r"(?s)[^a-zA-Z0-9\n?!,.]"),
    "nemo_digit_share": of_text("[0-9]"),
    "nemo_blank_share": of_text("[\t\n\r\b ]"),
    "nemo_parenthesis_share": of_text(r"[{}⟨⟩\[\]()]"),
    "nemo_url_share": lambda content: sum(map(len, URL.findall(content))) / len(content),
    "nemo_words": lambda content: len(content.split()),
    "nemo_longest_word": lambda content: max(map(len, content.split()), default=0),
    "nemo_alphabetic_word_share": lambda content: share(
        sum(any(map(str.isalpha, word)) for word in content.split()), len(content.split())
    ),
    "nemo_symbol_word_share": lambda content: share(sum(map(is_symbol, content.split())), len(content.split())),
    "nemo_common_words": lambda content: sum(word in STOP_WORDS for word in content.split()),
    "nemo_distinct_lines": lambda content: distinct(lines(content)),
    "nemo_distinct_line_characters": lambda content: distinct_characters(lines(content)),
    "nemo_open_line_share": lambda content: share(
        sum(not line.strip().endswith((".", "?", "!", '"', "'")) for line in lines(content)), len(lines(content))
    ),
    "nemo_ellipsis_line_share": lambda content: share(sum(map(is_cut, lines(content))), len(lines(content))),
    "nemo_bullet_line_share": lambda content: share(
        sum(line.strip().startswith(BULLETS) for line in lines(content)), len(lines(content))
    ),
    "nemo_distinct_paragraphs": lambda content: distinct(content.split("\n\n")),
    "nemo_distinct_paragraph_characters": lambda content: distinct_characters(content.split("\n\n")),
    "nemo_boilerplate_share": boilerplate,
    **{f"nemo_top_{n}_gram": lambda content, n=n: min(1.0, top(content, n)) for n in (2, 3, 4)},
    **{f"nemo_duplicate_{n}_grams": lambda content, n=n: repeated(content, n) for n in range(5, 11)},
}
PIECE = st.sampled_from(
    ["salt", "a", "the", "of", "#", "##", "#a#", "1", "12.", "…", "...", "[...]", "(...)", "-»", "read more", "Read More..",
     "• x", "●", "{", "⟩", "http://a.b/c%20d", "https://", "https://é", "terms of use", "Privacy & cookies policy",
     "Lorem ipsum", " ", "  ", "\n", "\n", "\n\n", "\n\n\n", "\t", ".", "!", "é"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECE, st.sampled_from(["", " ", " "])), min_size=1, max_size=80))
def test_measures_are_as_defined(pieces: list[tuple[str, str]]) -> None:
    content = "".join(piece + gap for piece, gap in pieces)
    found = NemoEnglish().measure(Batch([text(content)]))
    for name, definition in DEFINITIONS.items():
        assert found[name][0] == pytest.approx(definition(content)), name


def test_every_measure_is_defined() -> None:
    assert set(NemoEnglish.measures()) - set(DEFINITIONS) == {"nemo_word_length"}
    assert NemoEnglish().measure(Batch([text("ab abcd")]))["nemo_word_length"] == [3]


def test_few_words_count_as_repeated() -> None:
    found = NemoEnglish().measure(Batch([text("only three words"), text(PROSE)]))
    assert found["nemo_top_4_gram"][0] == 1.0
    assert found["nemo_duplicate_10_grams"].tolist() == [1.0, 0.0]
