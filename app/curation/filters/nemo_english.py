"""NeMo Curator's heuristic filters for English, in the order of its `heuristic_filter_en.yaml` (0.7)."""

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.english import classes
from app.curation.filter import Filter
from app.curation.filters.gopher_quality import STOP_WORDS
from app.curation.hashing import Hashes
from app.curation.kernels import nemo
from app.curation.kernels.polynomial import hash_of
from app.curation.phrases import BOILERPLATE, LOREM, SETS, phrases
from app.curation.points import Points

ELLIPSES = ("...", "[...]", "…", "(...)", "[…]", "-»")


def _share(name: str, title: str) -> Measure:
    return Measure(f"nemo_{name}", title, kind="share")


SIGNS = _share("other_character_share", "Characters that are no Latin letter, digit, line break or . , ? !")
DIGITS = _share("digit_share", "Digits")
BLANKS = _share("blank_share", "Blanks")
PARENTHESES = _share("parenthesis_share", "Brackets and parentheses")
ADDRESSES = _share("url_share", "Text in web addresses")
WORDS = Measure("nemo_words", "Words between blanks", "words")
WORD_LENGTH = Measure("nemo_word_length", "Characters in a word, on average", "characters", kind="score")
LONGEST = Measure("nemo_longest_word", "Longest word", "characters")
LETTERS = _share("alphabetic_word_share", "Words with a letter")
SYMBOLS = _share("symbol_word_share", "Words that are # or an ellipsis")
COMMON = Measure("nemo_common_words", "Occurrences of the, be, to, of, and, that, have, with", "words")
LINES = _share("distinct_lines", "Lines that are left without copies")
LINE_CHARACTERS = _share("distinct_line_characters", "Text left without copies of lines")
OPEN_LINES = _share("open_line_share", "Lines without an end mark")
CUT_LINES = _share("ellipsis_line_share", "Lines that end in an ellipsis or “read more”")
BULLETS = _share("bullet_line_share", "Lines that begin with a bullet")
PARAGRAPHS = _share("distinct_paragraphs", "Paragraphs that are left without copies")
PARAGRAPH_CHARACTERS = _share("distinct_paragraph_characters", "Text left without copies of paragraphs")
NOTICES = _share("boilerplate_share", "Paragraphs on cookies, privacy or terms of use; all with “lorem ipsum”")
TOP = {n: _share(f"top_{n}_gram", f"Text in the most frequent {n} words in a row") for n in (2, 3, 4)}
REPEATED = {n: _share(f"duplicate_{n}_grams", f"Text in {n} words in a row that came before") for n in range(5, 11)}
ORDER = (
    *(SIGNS, DIGITS, BLANKS, PARENTHESES, ADDRESSES),
    *(WORDS, WORD_LENGTH, LONGEST, LETTERS, SYMBOLS, COMMON),
    *(LINES, LINE_CHARACTERS, OPEN_LINES, CUT_LINES, BULLETS),
    *(PARAGRAPHS, PARAGRAPH_CHARACTERS, NOTICES),
    *TOP.values(),
    *REPEATED.values(),
)
FEW = "A text with fewer words counts as all repeated, as in NeMo Curator."


class NemoEnglish(Filter):
    """Sieves for English web pages, words being what stands between blanks. Text in other scripts passes."""

    max_other_characters: Bound = at_most(0.25, SIGNS, "too_many_signs", "NonAlphaNumericFilter.")
    max_symbol_words: Bound = at_most(0.1, SYMBOLS, "too_many_symbol_words", "SymbolsToWordsFilter.")
    max_digits: Bound = at_most(0.15, DIGITS, "too_many_digits", "NumbersFilter.")
    max_urls: Bound = at_most(0.2, ADDRESSES, "too_many_web_addresses", "UrlsFilter.")
    max_blanks: Bound = at_most(0.25, BLANKS, "too_much_blank_space", "WhiteSpaceFilter.")
    max_parentheses: Bound = at_most(0.1, PARENTHESES, "too_many_brackets", "ParenthesesFilter.")
    max_boilerplate: Bound = at_most(0.4, NOTICES, "too_many_site_notices", "BoilerPlateStringFilter.")
    min_distinct_lines: Bound = at_least(0.7, LINES, "too_few_distinct_lines", "RepeatedLinesFilter.")
    min_distinct_paragraphs: Bound = at_least(
        0.7, PARAGRAPHS, "too_few_distinct_paragraphs", "RepeatedParagraphsFilter."
    )
    min_distinct_line_characters: Bound = at_least(
        0.8, LINE_CHARACTERS, "too_little_in_distinct_lines", "RepeatedLinesByCharFilter."
    )
    min_distinct_paragraph_characters: Bound = at_least(
        0.8, PARAGRAPH_CHARACTERS, "too_little_in_distinct_paragraphs", "RepeatedParagraphsByCharFilter."
    )
    min_words: Bound = at_least(50, WORDS, "too_few_words_between_blanks", "WordCountFilter.")
    max_words: Bound = at_most(100_000, WORDS, "too_many_words_between_blanks", "WordCountFilter.")
    max_open_lines: Bound = at_most(0.85, OPEN_LINES, "too_many_lines_without_end_mark", "PunctuationFilter.")
    min_alphabetic_words: Bound = at_least(0.8, LETTERS, "too_few_alphabetic_words", "WordsWithoutAlphabetsFilter.")
    min_common_words: Bound = at_least(2, COMMON, "too_few_common_words", "CommonEnglishWordsFilter.")
    min_word_length: Bound = at_least(3, WORD_LENGTH, "words_too_short_on_average", "MeanWordLengthFilter.")
    max_word_length: Bound = at_most(10, WORD_LENGTH, "words_too_long_on_average", "MeanWordLengthFilter.")
    max_longest_word: Bound = at_most(1000, LONGEST, "a_word_too_long", "LongWordFilter.")
    max_ellipsis_lines: Bound = at_most(0.3, CUT_LINES, "too_many_lines_cut_off", "EllipsisFilter.")
    max_top_2_gram: Bound = at_most(0.20, TOP[2], "two_words_dominate", FEW)
    max_top_3_gram: Bound = at_most(0.18, TOP[3], "three_words_dominate", FEW)
    max_top_4_gram: Bound = at_most(0.16, TOP[4], "four_words_dominate", FEW)
    max_duplicate_5_grams: Bound = at_most(0.15, REPEATED[5], "five_words_recur", FEW)
    max_duplicate_6_grams: Bound = at_most(0.14, REPEATED[6], "six_words_recur", FEW)
    max_duplicate_7_grams: Bound = at_most(0.13, REPEATED[7], "seven_words_recur", FEW)
    max_duplicate_8_grams: Bound = at_most(0.12, REPEATED[8], "eight_words_recur", FEW)
    max_duplicate_9_grams: Bound = at_most(0.11, REPEATED[9], "nine_words_recur", FEW)
    max_duplicate_10_grams: Bound = at_most(0.10, REPEATED[10], "ten_words_recur", FEW)
    max_bullet_lines: Bound = at_most(0.9, BULLETS, "too_many_bullet_lines", "BulletsFilter.")

    def measure(self, batch: Batch) -> dict[str, Array]:
        texts = batch.web_texts
        points, tokens, lines = texts.points, texts.tokens, texts.lines
        words = nemo.chunks(tokens.starts, tokens.ends, tokens.hashes, tokens.flags, tokens.firsts)
        starts, ends, hashes, firsts = nemo.cut_paragraphs(points.codes, points.offsets)
        bits, masks = texts.phrases.within(starts, ends), phrases().masks
        boilerplate, lorem = masks[SETS.index(BOILERPLATE)], masks[SETS.index(LOREM)]
        columns = [
            nemo.count_characters(points.codes, points.offsets, _kinds()),
            nemo.count_words(points.codes, words, _hashes(STOP_WORDS), _hashes(ELLIPSES)),
            nemo.count_lines(points.codes, classes(), lines.starts, lines.ends, lines.hashes, lines.firsts),
            nemo.count_paragraphs(starts, ends, hashes, firsts, bits, boilerplate, lorem),
            nemo.repeated_words(points.codes, points.offsets, words),
        ]
        return texts.named([one.name for one in ORDER], np.hstack(columns))


def _kinds() -> NDArray[np.uint8]:
    found = np.zeros(128, np.uint8)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    address = "!" + "".join(map(chr, range(0x24, 0x60))) + letters
    for bit, members in (
        (nemo.ALPHANUMERIC, f"{letters}0123456789\n?!,."),
        (nemo.DIGIT, "0123456789"),
        (nemo.BLANK, "\t\n\r\b "),
        (nemo.PARENTHESIS, "{}[]()"),
        (nemo.ADDRESS, address),
    ):
        found[list(map(ord, set(members)))] |= bit
    return found


def _hashes(words: tuple[str, ...]) -> Hashes:
    return np.array([hash_of(Points.of([word]).codes, 0, len(word)) for word in words], np.uint64)
