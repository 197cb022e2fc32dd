"""Encoding: text that was read in the wrong encoding ("CafÃ©" for "Café"), with the repair that ftfy proposes."""

import numpy as np

from app.curation.batch import Array, Batch, Content, Mask, among
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.kernels.controls import has_suspects
from app.curation.spans import everywhere
from app.curation.texts import Texts

BROKEN = Measure("broken_sequences", "Characters that were read in the wrong encoding", "places")

_ALONE = Cue("\u00c3 ")
_SUSPECTS = np.zeros(0x10000, np.bool_)
"""UTF-8 in the wrong encoding is two of these or more in a row where one character should be."""
for _first, _last in ((0x80, 0x5FF), (0x2010, 0x2126), (0x2200, 0x25FF), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD)):
    _SUSPECTS[_first : _last + 1] = True


class Encoding(Filter):
    """Broken characters, as ftfy's measure of badness counts them. Nothing is counted that ftfy would not repair."""

    max_broken_sequences: Bound = at_most(0, BROKEN, "encoding_is_broken")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked = _ALONE.among(batch.prompt_cues) | _has_suspects(batch.prompt_bytes)
        said = _ALONE.among(batch.reply_cues) | _has_suspects(batch.reply_bytes)
        return {"broken_sequences": among(asked, _broken, batch.prompts) + among(said, _broken, batch.replies)}

    def spans(self, sample: Content) -> Spans:
        return {"encoding_is_broken": everywhere(sample, _places)}


def repair(text: str) -> str:
    """The text in the encoding it was written in, as far as ftfy can tell; everything else stays as it is."""
    import ftfy

    return ftfy.fix_encoding(text)


def _has_suspects(texts: Texts) -> Mask:
    return has_suspects(texts.data, texts.offsets, _SUSPECTS)


def _broken(text: str) -> int:
    return len(_places(text))


def _places(text: str) -> list[tuple[int, int]]:
    """Bad sequences, where a repair changes the text; the first character that it changes where ftfy names none."""
    repaired = text if text.isascii() else repair(text)
    if repaired == text:
        return []
    from ftfy.badness import BADNESS_RE

    first = next((place for place, pair in enumerate(zip(text, repaired, strict=False)) if pair[0] != pair[1]), 0)
    return [match.span() for match in BADNESS_RE.finditer(text)] or [(first, first + 1)]
