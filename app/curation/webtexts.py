"""Texts as the published web rules read them: tokens, lines and phrases, each found once and shared by the filters."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.curation.lines import Lines
from app.curation.phrases import Found
from app.curation.points import Points
from app.curation.tokens import EnglishTokens


class WebTexts:
    """The rules are made for English: `judged` says where they apply, elsewhere their measures are NaN."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.points = Points.of(texts)

    @cached_property
    def tokens(self) -> EnglishTokens:
        """Words as spaCy cuts them."""
        return EnglishTokens(self.points)

    @cached_property
    def lines(self) -> Lines:
        """What stands between newlines."""
        return Lines(self.points)

    @cached_property
    def all_lines(self) -> Lines:
        """What `str.splitlines` gives."""
        return Lines(self.points, all_breaks=True) if self.lines.has_other_breaks else self.lines

    @cached_property
    def phrases(self) -> Found:
        return Found(self.points)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Where at least half of the letters are Latin, or there is no letter."""
        return self.tokens.is_latin

    def named(self, names: Sequence[str], found: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """The columns of `found` (texts × names) as measures, NaN where the rules do not apply."""
        columns = np.where(self.judged, found.T, np.nan)
        return {name: np.ascontiguousarray(column) for name, column in zip(names, columns, strict=True)}
