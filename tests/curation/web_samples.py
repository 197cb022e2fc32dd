"""For every web rule a text that breaks it and, where that can be written down, one that just passes."""

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

PROSE = (
    "Salt is a mineral that people have used for a very long time. It keeps meat and fish from going bad. "
    "In the middle ages many towns grew rich with the trade, and some of their roads are still named after it. "
    "Sea water is led into shallow basins to be dried by the sun. What is left is white, coarse and clean. "
    "Today most of it comes from mines that lie deep below the ground."
)
"""Passes every rule of every web recipe."""
DISTINCT = ["".join(letters) for letters in product("bcdfg", "aeiou", "klmnp", "aeiou", "rstvz")]
"""Words of which no two are equal."""


class Case(NamedTuple):
    filter: str
    breaks: str
    passes: str = PROSE
    fields: Mapping[str, Any] = MappingProxyType({})


class Edge(NamedTuple):
    """A text that breaks a rule of repetition until enough distinct words are added, each with `end` behind it."""

    filter: str
    breaks: str
    end: str = " "


def _words(count: int, word: str = "salt") -> str:
    return " ".join([word] * count)


def _lines(closed: int, open_: int, width: int = 6) -> str:
    """Distinct lines with an end mark, then distinct ones without."""
    texts = [" ".join(DISTINCT[width * line : width * (line + 1)]) for line in range(closed + open_)]
    return "\n".join([f"{text}." for text in texts[:closed]] + texts[closed:])


SENTENCES = [
    "Salt is a mineral.",
    "It keeps meat fresh!",
    "Is it good for you?",
    'He said "yes it is."',
    "Then we all went.",
]
CASES = {
    "too_few_words": Case("gopher_quality", _words(49) + " , . !", _words(50) + " , . !"),
    "too_many_words": Case("gopher_quality", _words(61), _words(60), {"max_words": 60}),
    "words_too_short": Case("gopher_quality", _words(59, "abc") + " ab", _words(60, "abc")),
    "words_too_long": Case("gopher_quality", _words(59, "abcdefghij") + " abcdefghijk", _words(60, "abcdefghij")),
    "too_many_hashes": Case("gopher_quality", _words(53) + " #" * 6, _words(54) + " #" * 6),
    "too_many_ellipses": Case("gopher_quality", _words(53) + " ... …" * 3, _words(54) + " ... …" * 3),
    "too_many_bullets": Case("gopher_quality", "- salt\n• salt\n" * 5, "  - salt\n" * 9 + "salt\n"),
    "lines_cut_off": Case("gopher_quality", "salt ...\n" * 4 + "salt\n" * 6, "salt … \n" * 3 + "salt\n" * 7),
    "too_few_words_with_letters": Case("gopher_quality", _words(79) + " 1" * 21, _words(80) + " 1" * 20),
    "too_few_stop_words": Case("gopher_quality", _words(60) + " the the OF And", _words(60) + " the and"),
    "too_few_sentences": Case(
        "c4", "\n".join([*SENTENCES[:4], "Only two.", "No end mark here", "This one is..."]), "\n".join(SENTENCES)
    ),
    "lorem_ipsum": Case("c4", PROSE + " Lorem Ipsum is no text.", PROSE + "\nlorem ipsum without an end mark"),
    "curly_bracket": Case("c4", PROSE + " This { is code.", PROSE + "\nthis { has no end mark"),
    "lines_without_end_mark": Case("fineweb", _lines(11, 89), _lines(12, 88)),
    "too_many_short_lines": Case(
        "fineweb",
        "short line.\n" * 68 + f"{_words(10)}\n" * 32,
        "short line.\n" * 67 + f"{_words(10)}\n" * 33,
        {"max_duplicate_characters": None},
    ),
    "same_lines_again": Case("fineweb", PROSE + "\n\nsalt.\n\nsalt.", PROSE + "\n\nsa.\n\nsa."),
    "reads_like_a_list": Case("fineweb", "\n".join(DISTINCT[:10]) + " a" * 19, "\n".join(DISTINCT[:10]) + " a" * 20),
}
NOTICES = ["We use cookies.", "Read our terms of use.", "The privacy policy is here."]
CASES |= {
    "too_many_signs": Case("nemo_english", "ab;", "abc;"),
    "too_many_symbol_words": Case("nemo_english", _words(8) + " #", _words(9) + " (...)"),
    "too_many_digits": Case("nemo_english", "a" * 16 + "123", "a" * 17 + "123"),
    "too_many_web_addresses": Case("nemo_english", "http://a.b " + "a" * 38, "http://a.b " + "a" * 39),
    "too_much_blank_space": Case("nemo_english", "ab ", "abc "),
    "too_many_brackets": Case("nemo_english", "abcdefgh(", "abcdefghi["),
    "too_many_site_notices": Case(
        "nemo_english", "\n\n".join([*NOTICES, "a", "b"]), "\n\n".join([*NOTICES[:2], "a", "b", "c"])
    ),
    "too_few_distinct_lines": Case("nemo_english", "a\n" * 5 + "b\nc\nd\ne\nf", "a\n" * 4 + "b\nc\nd\ne\nf\ng"),
    "too_few_distinct_paragraphs": Case(
        "nemo_english", "a\n\n" * 5 + "b\n\nc\n\nd\n\ne\n\nf", "a\n\n" * 4 + "b\n\nc\n\nd\n\ne\n\nf\n\ng"
    ),
    "too_little_in_distinct_lines": Case("nemo_english", "ab\nab\ncd\nef", "ab\nab\ncd\nef\ngh"),
    "too_little_in_distinct_paragraphs": Case("nemo_english", "ab\n\nab\n\ncd\n\nef", "ab\n\nab\n\ncd\n\nef\n\ngh"),
    "too_few_words_between_blanks": Case("nemo_english", _words(49), _words(50)),
    "too_many_words_between_blanks": Case("nemo_english", _words(61), _words(60), {"max_words": 60}),
    "too_many_lines_without_end_mark": Case("nemo_english", _lines(14, 86), _lines(15, 85)),
    "too_few_alphabetic_words": Case("nemo_english", _words(79) + " 1" * 21, _words(80) + " 1" * 20),
    "too_few_common_words": Case("nemo_english", _words(60) + " the And", _words(60) + " the the"),
    "words_too_short_on_average": Case("nemo_english", _words(59, "abc") + " ab", _words(60, "abc")),
    "words_too_long_on_average": Case(
        "nemo_english", _words(59, "abcdefghij") + " abcdefghijk", _words(60, "abcdefghij")
    ),
    "a_word_too_long": Case("nemo_english", "x" * 1001, "x" * 1000),
    "too_many_lines_cut_off": Case("nemo_english", "a […]\n" * 4 + "b\n" * 6, "a ...\nRead more..\nc …\n" + "b\n" * 7),
    "too_many_bullet_lines": Case("nemo_english", "• salt\n" * 10, " ● salt\n" * 9 + "salt\n"),
}
NUMBERS = ("five", "six", "seven", "eight", "nine", "ten")
_AGAIN = " ".join(DISTINCT[-12:])
EDGES = {
    "paragraphs_come_again": Edge("gopher_repetition", "salt\n\n" * 5, "\n\n"),
    "long_paragraphs_come_again": Edge("gopher_repetition", f"{_AGAIN}\n\n" * 2, "\n\n"),
    "lines_come_again": Edge("gopher_repetition", "salt\n" * 5, "\n"),
    "long_lines_come_again": Edge("gopher_repetition", f"{_AGAIN}\n" * 2, "\n"),
    "two_words_fill_the_text": Edge("gopher_repetition", "salt water, " * 12),
    "three_words_fill_the_text": Edge("gopher_repetition", "salt water is, " * 12),
    "four_words_fill_the_text": Edge("gopher_repetition", "salt water is wet, " * 12),
    **{f"{name}_words_come_again": Edge("gopher_repetition", f"{_AGAIN} " * 2) for name in NUMBERS},
    "two_words_dominate": Edge("nemo_english", "salt water " * 12),
    "three_words_dominate": Edge("nemo_english", "salt water is " * 12),
    "four_words_dominate": Edge("nemo_english", "salt water is wet " * 12),
    **{f"{name}_words_recur": Edge("nemo_english", f"{_AGAIN} " * 2) for name in NUMBERS},
}
