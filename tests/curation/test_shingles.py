"""Shingles: the compiled sets are the plain definition, signatures are datasketch's, similarities exact."""

from itertools import combinations

import numpy as np
import pytest
from datasketch import MinHash as Published
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.shingles import SCHEME, SEED, Shingling, affine
from app.curation.text import comparable, is_single, words
from app.curation.texts import Texts

TEXTS = st.lists(st.text(alphabet="aBé 盐ไ'", max_size=40), min_size=1, max_size=8)
SHORT = st.lists(st.text(alphabet="ab ", max_size=12), min_size=1, max_size=12)


def plain(text: str, shingling: Shingling) -> set[tuple[str, ...]]:
    """What a set of sequences is, in Python."""
    found = words(comparable(text, ignore_numbers=shingling.ignore_numbers))
    size = shingling.singles if 2 * sum(map(is_single, found)) > len(found) else shingling.words
    return {tuple(found[at : at + size]) for at in range(max(1, len(found) - size + 1))} if found else set()


@given(TEXTS, st.integers(1, 6))
def test_sets_have_the_sequences_of_the_definition(texts: list[str], size: int) -> None:
    shingling = Shingling(size)
    found = shingling.sets(Texts.of(texts))
    for row, each in enumerate(texts):
        hashes, expected = found.set(row).tolist(), plain(each, shingling)
        assert len(set(hashes)) == len(hashes) == len(expected)
        for other in range(row):
            shared = len(expected & plain(texts[other], shingling))
            assert len(set(hashes) & set(found.set(other).tolist())) == shared


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.integers(1, 3))
def test_signatures_are_datasketchs(texts: list[str], size: int) -> None:
    shingling, batch = Shingling(size), Texts.of(texts)
    shingles, found = shingling.sets(batch), shingling.signatures(batch, 32)
    for row in range(len(texts)):
        published = Published(num_perm=32, seed=SEED, scheme=SCHEME, hashfunc=lambda value: value)
        published.update_batch([int(value) >> 32 for value in shingles.set(row)])
        np.testing.assert_array_equal(found[row, :32], published.hashvalues)


@pytest.mark.parametrize("permutations", [32, 128, 1024])
def test_permutations_are_datasketchs(permutations: int) -> None:
    published = Published(num_perm=permutations, seed=SEED, scheme=SCHEME).permutations
    np.testing.assert_array_equal(np.stack(affine(permutations)), published)


@given(SHORT)
def test_jaccard_is_exact(texts: list[str]) -> None:
    shingling = Shingling(2)
    sets = [plain(text, shingling) for text in texts]
    pairs = np.array(list(combinations(range(len(texts)), 2)), np.int64).reshape(-1, 2)
    expected = [len(sets[a] & sets[b]) / max(1, len(sets[a] | sets[b])) for a, b in pairs.tolist()]
    found = shingling.sets(Texts.of(texts))
    assert found.jaccard(pairs).tolist() == expected
    floored = found.jaccard(pairs, 0.5).tolist()
    assert [share if share >= 0.5 else 0 for share in floored] == [share if share >= 0.5 else 0 for share in expected]


@given(SHORT)
def test_fingerprints_are_equal_exactly_for_equal_sets(texts: list[str]) -> None:
    shingling = Shingling(2)
    found = shingling.signatures(Texts.of(texts), 32)[:, 32:]
    for one, other in combinations(range(len(texts)), 2):
        assert (found[one] == found[other]).all() == (plain(texts[one], shingling) == plain(texts[other], shingling))


def test_a_text_without_words_has_no_sequence() -> None:
    texts = Texts.of(["?!", "", "a"])
    assert np.diff(Shingling().sets(texts).firsts).tolist() == [0, 0, 1]
    assert Shingling().signatures(texts, 32)[:, 32:].any(axis=1).tolist() == [False, False, True]


def test_numbers_count_unless_they_are_ignored() -> None:
    texts = Texts.of(["add 3 to 56 now please", "add 71 to 8 now please"])
    assert Shingling(2).sets(texts).jaccard(np.array([[0, 1]]))[0] < 1
    assert Shingling(2, ignore_numbers=True).sets(texts).jaccard(np.array([[0, 1]]))[0] == 1
