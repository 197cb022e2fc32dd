"""Cues: which texts hold a literal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation import cues
from app.curation.cues import Cue
from app.curation.filter import filters
from app.curation.texts import Texts

filters()  # their cues are made before any test puts others in their place
LITERALS = [("she", "hers"), ("he",), ("his", "ß中"), ("i'm",), ("\x00", "usher")]


PIECE = st.sampled_from(
    ["s", "h", "e", "r", "H", "S", "us", "is", "i", "'", "’", "m", "ß", "中", "\x00", " ", "\ud800"]
)


@given(texts=st.lists(st.lists(PIECE, max_size=12).map("".join), max_size=4))
def test_a_cue_is_among_the_texts_that_hold_it(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cues, "_KNOWN", [])
        cues._automaton.cache_clear()
        made = [Cue(*literals) for literals in LITERALS]
        found = cues.cues(Texts.of(texts))
    cues._automaton.cache_clear()
    for cue, literals in zip(made, LITERALS, strict=True):
        plain = [text.replace("’", "'").replace("H", "h").replace("S", "s") for text in texts]
        expected = [any(literal in text for literal in literals) for text in plain]
        np.testing.assert_array_equal(cue.among(found), np.array(expected, np.bool_))


def test_a_cue_must_be_in_lower_case_and_not_empty() -> None:
    for literals in (("Sorry",), ("",)):
        with pytest.raises(ValueError, match="lower case"):
            Cue(*literals)
