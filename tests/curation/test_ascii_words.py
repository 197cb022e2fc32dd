"""The fast scan gives the words, places and hashes of the plain one."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.curation.characters import tables
from app.curation.kernels.ascii_words import room, scan_text
from app.curation.kernels.scanner import scan
from app.curation.texts import Texts

MOSTLY_ASCII = st.text(
    st.one_of(st.sampled_from("aZ09_'' \n-é’盐ﬁ\u00ad"), st.characters(max_codepoint=127)), max_size=200
)


@settings(deadline=None, max_examples=300)
@given(MOSTLY_ASCII, st.booleans(), st.booleans())
@example("x" * 63 + "'y", True, False)
@example("x" * 64 + "'y", True, False)
@example("x" * 62 + "''y", True, False)
@example("a'" * 64 + "b", True, False)
@example("x" * 128, True, False)
@example("é" * 40 + "don't", True, False)
@example("\x00a\x7f@`Z[{", True, False)
def test_words_places_and_hashes_are_those_of_the_plain_scan(text: str, fold: bool, join_digits: bool) -> None:
    texts = Texts.of(["before " * 3, text, "behind"])
    first, last = texts.offsets[1:3].tolist()
    table = tables().folded if fold else tables().same
    found = []
    for scanned, scratch in ((scan, ()), (scan_text, room(300 * 4))):
        hashes, starts, ends = np.zeros(900, np.uint64), np.zeros(900, np.int64), np.zeros(900, np.int64)
        for scrap in scratch:
            scrap.fill(0xDEADBEEF)
        outcome = scanned(
            texts.data, first, last, tables().classes, table, join_digits, hashes, starts, ends, 2, *scratch
        )
        shown = max(2, outcome[0])
        found.append([outcome, hashes[2:shown].tolist(), starts[2:shown].tolist(), ends[2:shown].tolist()])
    assert found[0] == found[1]
