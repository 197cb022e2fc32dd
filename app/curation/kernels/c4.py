"""What C4 keeps of each text, line by line, as datatrove's `c4_filters.py` decides it; nothing is changed."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.curation.english import DIGIT, Lexicon
from app.curation.kernels.affixes import Classes, Codes, kind
from app.curation.kernels.lines import strip
from app.curation.kernels.phrases import Phrases, find_phrases
from app.curation.kernels.tokenizer import ENDS, HEAD, SIGNS, WIDE, Memo, Tokens, tokenise

Places = NDArray[np.int64]
Flags = NDArray[np.uint8]
LOREM, JAVASCRIPT, CURLY, POLICY, CITATION = range(5)
"""What the masks of phrases mean, in this order; `CITATION` is what can begin one."""
HAS_LOREM, HAS_CURLY = -1, -2
_DOT, _OPEN, _CLOSE, _BLANK = 0x2E, 0x5B, 0x5D, 0x20


@njit(cache=True, nogil=True)
def sentences(flags: Flags, first: int, last: int, is_open: bool) -> int:
    """Sentences in the tokens from `first` to before `last`, as spaCy's sentencizer counts; at least 1.

    One begins with the first token behind an end mark that is no punctuation. A wide space counts as such a token, also
    behind the last token, where `is_open` says that there is one.
    """
    found, ended = 1, False
    for token in range(first, last):
        if ended and (flags[token] & WIDE or not flags[token] & (SIGNS | ENDS)):
            found, ended = found + 1, False
        if flags[token] & ENDS:
            ended = True
    return found + (ended and is_open)


@njit(cache=True, nogil=True)
def without_citations(codes: Codes, lo: int, hi: int, classes: Classes, room: Codes) -> int:
    """Write the span without ``[12]``, ``[]``, ``[edit]`` and ``[citation needed]``; how many characters are left."""
    size, at = 0, lo
    while at < hi:
        if codes[at] == _OPEN:
            end = at + 1
            while end < hi and kind(codes[end], classes) & DIGIT:
                end += 1
            if end == at + 1:
                end = _behind_words(codes, end, hi)
            if end < hi and codes[end] == _CLOSE:
                at = end + 1
                continue
        room[size] = codes[at]
        size, at = size + 1, at + 1
    return size


@njit(cache=True, nogil=True)
def _behind_words(codes: Codes, at: int, hi: int) -> int:
    for word in ("edit", "citation needed"):
        same = 0
        while same < len(word) and at + same < hi and codes[at + same] == ord(word[same]):
            same += 1
        if same == len(word):
            return at + same
    return at


@njit(cache=True, nogil=True, inline="always")
def _is_closed(codes: Codes, lo: int, hi: int) -> bool:
    """Whether the line ends in one of ``. ? ! " '`` and not in three dots."""
    if hi <= lo or codes[hi - 1] not in (0x2E, 0x3F, 0x21, 0x22, 0x27):
        return False
    return not (hi - lo >= 3 and codes[hi - 1] == _DOT and codes[hi - 2] == _DOT and codes[hi - 3] == _DOT)


@njit(cache=True, nogil=True)
def _words(starts: Places, ends: Places, flags: Flags, first: int, last: int) -> tuple[int, int]:
    """Words between blanks, and the length of the longest."""
    words, longest, begin = 0, 0, 0
    for token in range(first, last):
        if flags[token] & HEAD:
            words, begin = words + 1, starts[token]
        longest = max(longest, ends[token] - begin)
    return words, longest


@njit(cache=True, nogil=True, inline="always")
def _decided(bits: int, masks: Places) -> int:
    """`HAS_LOREM` or `HAS_CURLY` for the whole text, 0 for a line that goes, 1 for a line that stays."""
    if bits & masks[LOREM]:
        return HAS_LOREM
    if bits & masks[JAVASCRIPT]:
        return 0
    if bits & masks[CURLY]:
        return HAS_CURLY
    return 0 if bits & masks[POLICY] else 1


@njit(cache=True, nogil=True)
def _without_its_citations(
    codes: Codes, lo: int, hi: int, classes: Classes, lexicon: Lexicon, memo: Memo, phrases: Phrases, needs_end: bool
) -> int:
    """`_decided` and, for a line that stays, its sentences, when citations are cut out of it."""
    room = np.empty(hi - lo, np.uint32)
    size = without_citations(codes, lo, hi, classes, room)
    if needs_end and not _is_closed(room, 0, size):
        return 0
    places, kinds = find_phrases(room, np.array([0, size]), phrases)
    bits = 0
    for place in range(len(places)):
        bits |= kinds[place]
    if _decided(bits, phrases.masks) != 1:
        return _decided(bits, phrases.masks)
    tokens = Tokens(
        np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.uint64), np.empty(size, np.uint8)
    )
    count = tokenise(room, 0, size, classes, lexicon, memo, tokens, 0)
    blanks = size - tokens.ends[count - 1] if count else 0
    is_open = blanks > 1 or (blanks == 1 and room[size - 1] != _BLANK)
    return sentences(tokens.flags, 0, count, is_open)


@njit(cache=True, nogil=True)
def judge_lines(
    codes: Codes,
    classes: Classes,
    lexicon: Lexicon,
    memo: Memo,
    tokens: Tokens,
    token_firsts: Places,
    line_starts: Places,
    line_ends: Places,
    line_firsts: Places,
    line_bits: Places,
    phrases: Phrases,
    needs_end: bool,
    min_words: int,
    max_word: int,
) -> NDArray[np.float64]:
    """Per text: sentences in the lines that stay; whether one of them has "lorem ipsum"; whether one has a ``{``."""
    found = np.zeros((len(line_firsts) - 1, 3))
    starts, ends, flags, masks = tokens.starts, tokens.ends, tokens.flags, phrases.masks
    for text in range(len(found)):
        token = token_firsts[text]
        for line in range(line_firsts[text], line_firsts[text + 1]):
            first = token
            while token < token_firsts[text + 1] and starts[token] < line_ends[line]:
                token += 1
            words, longest = _words(starts, ends, flags, first, token)
            if words < min_words or 0 <= max_word < longest:
                continue
            lo, hi = strip(codes, line_starts[line], line_ends[line], classes)
            if line_bits[line] & masks[CITATION]:
                stays = _without_its_citations(codes, lo, hi, classes, lexicon, memo, phrases, needs_end)
            elif needs_end and not _is_closed(codes, lo, hi):
                stays = 0
            else:
                stays = _decided(line_bits[line], masks)
                stays = sentences(flags, first, token, False) if stays == 1 else stays
            found[text, 0] += max(0, stays)
            found[text, 1] = max(found[text, 1], stays == HAS_LOREM)
            found[text, 2] = max(found[text, 2], stays == HAS_CURLY)
    return found
