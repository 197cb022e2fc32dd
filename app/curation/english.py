"""What spaCy's English tokeniser (3.8, MIT licence) knows: classes of characters and a lexicon of special cases.

The rules themselves are in `kernels/affixes.py` and `kernels/tokenizer.py`. `english.txt` lists the special cases, one
per line, as the tokens they become. Known differences: an IP address with a path is not kept whole; symbols that are
newer than Unicode 11 are icons here; a special case is not sought across blanks.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation import punctuation
from app.curation.characters import SIZE
from app.curation.kernels.polynomial import hash_of
from app.curation.points import Points

PREFIX, SUFFIX, BEFORE_DOT, LOWER, UPPER = 1, 2, 4, 8, 16
ALPHA, QUOTE, ICON, CURRENCY, DIGIT, HOST = 32, 64, 128, 256, 512, 1024
SPACE, LETTER, SYMBOL, PUNCTUATION, SENTENCE_END, TERMINAL, LATIN = 2048, 4096, 8192, 16384, 32768, 65536, 131072
SIGN = 262144
"""A character that can make more than one token of a chunk: every other ASCII chunk is looked up and left whole."""
RARE = LOWER | UPPER | ALPHA | LETTER
LONGEST = 12
"""Characters of the longest special case."""

_PUNCT = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪"
_QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》\u2329\u232a\u3008\u3009⟦⟧"
_CURRENCY = "$£€¥฿₽﷼₴" + "".join(map(chr, range(0x20A0, 0x20AC))) + "€" + "".join(map(chr, range(0x20AD, 0x20C0)))
_UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K % км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч кПа "
    "Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ тбكم كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم كغ ملغ كوب اكواب"
)
_UNCASED = (
    "\u1200-\u137f\u0980-\u09ff\u0591-\u05f4\ufb1d-\ufb4f\u0620-\u064a\u066e-\u06d5\u06e5-\u06ff\u0750-\u077f"
    "\u08a0-\u08bd\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdfb\ufe70-\ufefc\u0d80-\u0dff\u0900-\u097f"
    "\u0c80-\u0cff\u0b80-\u0bff\u0c00-\u0c7f\uac00-\ud7af\u1100-\u11ff\u3040-\u309f\u30a0-\u30ff\u4e00-\u9fff"
    "\u3400-\u4dbf\u2e80-\u2eff\u2f00-\u2fdf\u2ff0-\u2fff\u3000-\u303f\u31c0-\u31ef\u3200-\u33ff\uf900-\ufaff"
    "\ufe30-\ufe4f\U0001f200-\U0001f2ff\U0001ee00-\U0001eebb"
)
_LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏɐ-ʯᴀ-ᴥᵫ-ᵷᵹ-ᶚḀ-ỿⱠ-ⱻⱾⱿꜢ-ꝯꝱ-ꞇꞋ-ꞎꞐ-ꞹꟺꬰ-ꭚꭠ-ꭤ"
_CASED = _LATIN + "ёа-яЁА-ЯәөүҗңһӘӨҮҖҢҺα-ωάέίόώήύΑ-ΩΆΈΊΌΏΉΎіїєґІЇЄҐѓѕјљњќѐѝЃЅЈЉЊЌЀЍ"


class Lexicon(NamedTuple):
    """Hash tables in arrays, 0 where they are empty. `keys` and `units` are the hashes of special cases and of units.

    `pieces` has a byte for the length of each token that the special case in the same slot becomes, the first lowest.
    """

    keys: NDArray[np.uint64]
    pieces: NDArray[np.uint64]
    units: NDArray[np.uint64]


@cache
def classes() -> NDArray[np.uint32]:
    """The classes of every character of the tables as bits; built once per process, in about a fifth of a second."""
    characters = [chr(code) for code in range(SIZE)]
    found = np.zeros(SIZE, np.uint32)
    for bit, members in _sets().items():
        found[[ord(character) for character in members]] |= bit
    for bit, pattern in _ranges().items():
        found[[ord(character) for character in re.findall(f"[{pattern}]", "".join(characters))]] |= bit
    for code, character in enumerate(characters):
        found[code] |= _derived(character, int(found[code]))
    return found


def _sets() -> dict[int, str]:
    both = _PUNCT + _QUOTES + "—–"
    return {
        PREFIX: both + "§%=" + _CURRENCY,
        SUFFIX: both,
        BEFORE_DOT: "%²-+(?:)|" + _PUNCT + _QUOTES,
        QUOTE: _QUOTES,
        CURRENCY: _CURRENCY,
        SYMBOL: punctuation.SYMBOLS,
        TERMINAL: punctuation.TERMINAL,
        SENTENCE_END: punctuation.SENTENCE_ENDS,
        SIGN: "+.*^-~—–:<>=/$%'" + _PUNCT + _QUOTES,
    }


def _ranges() -> dict[int, str]:
    return {ALPHA: _CASED + _UNCASED, LOWER: _UNCASED, UPPER: _UNCASED, HOST: "A-Za-z0-9\u00a1-\uffff", DIGIT: "0-9"}


def _derived(character: str, known: int) -> int:
    """What follows from the character's Unicode properties and from the classes that are `known` already."""
    category = unicodedata.category(character)
    found = PUNCTUATION * category.startswith("P") | SPACE * character.isspace() | LETTER * character.isalpha()
    if category == "So":
        found |= ICON | PREFIX | SUFFIX
    if known & ALPHA and not known & (LOWER | UPPER):
        found |= LOWER * (category == "Ll") | UPPER * (category == "Lu")
    if (known | found) & (LOWER | DIGIT):
        found |= BEFORE_DOT
    if found & LETTER and unicodedata.name(character, "").startswith(("LATIN", "FULLWIDTH LATIN")):
        found |= LATIN
    return found


@cache
def lexicon() -> Lexicon:
    """The special cases and the units, hashed."""
    lines = (files("app.curation") / "english.txt").read_text("utf-8").splitlines()
    entries = {line.replace(" ", ""): _packed(line.split(" ")) for line in lines}
    return Lexicon(*_table(entries), _table(dict.fromkeys(_UNITS.split(), 0))[0])


def _packed(tokens: list[str]) -> int:
    return int.from_bytes(bytes(map(len, tokens)), "little")


def _table(entries: dict[str, int]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    size = 1 << (4 * len(entries)).bit_length()
    keys, values = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    for text, value in entries.items():
        key = hash_of(Points.of([text]).codes, 0, len(text))
        slot = int(key) >> 20 & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = key, value
    return keys, values
