"""Duplicates: signatures as published, nothing similar missed, every copy directly similar to its survivor."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.bands import RECALL, bands_for, least_agreement, matching_pairs, recall_curve
from app.curation.batch import Batch
from app.curation.dedup.exact import Exact
from app.curation.dedup.minhash import PROMPT_WORDS, MinHash
from app.curation.deduplicator import Fetch
from app.curation.kernels.pairing import LARGEST
from app.curation.sample import Sample
from app.curation.survivors import Edges, edges, survivors
from tests.curation.samples import instruction, text

PEPPER = "Pepper is a fruit that grows on a vine in the south of India."
SALT = "Salt is a mineral that people have long used to keep their food from going bad in the heat of summer."


def fetch_from(samples: Sequence[Sample]) -> Fetch:
    return lambda rows: Batch([samples[row] for row in rows])


def copies(samples: Sequence[Sample], passes: Sequence[bool] | None = None, **fields: object) -> list[int]:
    """For each sample the survivor it copies, -1 for none."""
    one = MinHash.model_validate(fields)
    signatures = one.signatures(Batch(samples))
    mask = np.array(passes if passes is not None else [True] * len(samples))
    found: list[int] = survivors(mask, [edges(one, signatures, fetch_from(samples), mask)]).survivor.tolist()
    return found


def test_the_view_decides_in_short_sequences_for_prompts() -> None:
    assert MinHash(view="prompt").shingling.words == PROMPT_WORDS
    assert MinHash(view="answer").shingling.words == 5


def test_text_is_all_that_a_sample_says() -> None:
    samples = [instruction(SALT, "Yes.", system="Be brief."), instruction(SALT, "Yes.", system=PEPPER)]
    assert copies(samples, view="pair") == [-1, 0]
    assert copies(samples, view="text") == [-1, -1]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("permutations", [64, 128, 256])
def test_bands_find_a_pair_at_the_threshold(threshold: float, permutations: int) -> None:
    bands, width = bands_for(threshold, permutations, RECALL)
    assert bands * width <= permutations
    assert 1 - (1 - threshold**width) ** bands >= 0.99


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9, 1.0])
def test_a_pair_at_the_threshold_hardly_ever_agrees_too_little(threshold: float) -> None:
    least = least_agreement(threshold, 128)
    agreeing = np.random.default_rng(1).binomial(128, threshold, 200_000)
    assert (agreeing < least).mean() <= 2e-4
    assert least > 128 * threshold * 0.6


def test_the_curve_rises_and_is_high_at_the_threshold() -> None:
    curve = recall_curve(0.8, 128)
    assert [share for share, _ in curve] == [step / 100 for step in range(101)]
    chances = [chance for _, chance in curve]
    assert chances == pytest.approx(sorted(chances), abs=1e-9)
    assert chances[80] >= 0.99
    assert chances[60] < 0.1
    assert chances[100] == pytest.approx(1)


@pytest.mark.parametrize("least", [0, 4])
@pytest.mark.parametrize("since", [0, 1, 150, 200])
def test_every_pair_is_given_once(least: int, since: int) -> None:
    signatures = np.random.default_rng(1).integers(0, 3, (200, 8)).astype(np.uint32)
    rows = np.arange(0, 200, 1 + (least > 0))
    found = list(matching_pairs(signatures, rows, 4, 2, least=least, since=since))
    pairs = np.concatenate([np.empty((0, 2), np.int64), *found])
    expected = {
        (one, other)
        for one, other in combinations(rows.tolist(), 2)
        if (signatures[one] == signatures[other]).reshape(4, 2).all(axis=1).any()
        and (signatures[one] == signatures[other]).sum() >= least
        and other >= since
    }
    assert len(pairs) == len(expected)
    assert set(map(tuple, pairs.tolist())) == expected


def test_a_large_bucket_costs_a_bounded_number_of_pairs_per_row() -> None:
    rows = 3 * LARGEST
    pairs = np.concatenate(list(matching_pairs(np.zeros((rows, 2), np.uint32), np.arange(rows), 1, 2)))
    assert len(pairs) <= rows * LARGEST
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert set(pairs[pairs[:, 0] == 0][:, 1].tolist()) == set(range(1, rows)), "all meet the first, so it can lead them"


def test_what_a_large_bucket_passes_over_another_band_gives() -> None:
    signatures = np.zeros((3 * LARGEST, 2), np.uint32)
    signatures[:, 1] = np.arange(len(signatures))
    signatures[LARGEST + 20, 1] = signatures[2 * LARGEST + 20, 1]
    pairs = np.concatenate(list(matching_pairs(signatures, np.arange(len(signatures)), 2, 1)))
    assert pairs.tolist().count([LARGEST + 20, 2 * LARGEST + 20]) == 1
    assert len(np.unique(pairs, axis=0)) == len(pairs)


def test_small_changes_are_found_and_other_texts_are_not() -> None:
    samples = [text(SALT), text(SALT.upper() + "!"), text(SALT.replace("summer", "winter")), text(SALT[::-1])]
    assert copies(samples) == [-1, 0, 0, -1]


def test_numbers_decide_unless_they_are_ignored() -> None:
    samples = [instruction("What is 3 plus 5 today?", "It is 8."), instruction("What is 7 plus 9 today?", "It is 16.")]
    assert copies(samples) == [-1, -1]
    assert copies(samples, ignore_numbers=True) == [-1, 0]


def test_the_view_decides() -> None:
    samples = [
        instruction(SALT, "Yes."),
        instruction(SALT, PEPPER),
    ]
    assert copies(samples, view="prompt") == [-1, 0]
    assert copies(samples, view="answer") == [-1, -1]


def test_chinese_is_compared_by_characters() -> None:
    salt = "盐是一种矿物质,人们用它来保存食物已经有很长的历史了,海水在阳光下蒸发以后就得到盐。"
    assert copies([text(salt), text(salt.replace("历史", "时间")), text(salt[::-1])], threshold=0.5) == [-1, 0, -1]


def test_texts_without_words_are_no_duplicates() -> None:
    assert copies([text("?!"), text("..."), text("")]) == [-1, -1, -1]


def test_ten_thousand_copies_make_no_pair() -> None:
    samples = [text(SALT)] * 10_000
    one = MinHash()
    signatures = np.repeat(one.signatures(Batch(samples[:1])), len(samples), axis=0)
    found = edges(one, signatures, fetch_from(samples))
    assert len(found.pairs) == 0
    assert survivors(np.ones(10_000, np.bool_), [found]).survivor.tolist() == [-1, *([0] * 9_999)]


def test_a_failing_sample_is_neither_survivor_nor_copy() -> None:
    samples = [text(SALT), text(SALT.lower()), text(SALT.upper()), text(SALT)]
    assert copies(samples, [False, True, True, False]) == [-1, -1, 1, -1]


def test_exact_duplicates_differ_in_no_letter() -> None:
    samples = [instruction("a", "b"), instruction("a", "b "), instruction("a", "b")]
    samples[2].metadata["origin"] = "elsewhere"
    one = Exact()
    found = edges(one, one.signatures(Batch(samples)), fetch_from(samples))
    assert survivors(np.ones(3, np.bool_), [found]).survivor.tolist() == [-1, -1, 0]


def test_what_is_deciding_does_not_age_signatures() -> None:
    assert MinHash(threshold=0.7).fingerprint() == MinHash(threshold=0.9).fingerprint()
    assert MinHash(shingle_words=4).fingerprint() != MinHash(shingle_words=5).fingerprint()
    assert MinHash(view="prompt").fingerprint() != MinHash(view="answer").fingerprint()


def test_the_scheme_ages_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    before = MinHash().fingerprint()
    monkeypatch.setattr(MinHash, "scheme", "another")
    assert MinHash().fingerprint() != before


@pytest.mark.parametrize("since", [0, 3, 30, 60])
def test_what_comes_later_is_compared_with_all_before(since: int) -> None:
    chance = np.random.default_rng(2)
    samples = [text(" ".join(chance.choice(list("abcdef"), 12))) for _ in range(60)]
    one = MinHash(threshold=0.5, shingle_words=1)
    signatures, fetch = one.signatures(Batch(samples)), fetch_from(samples)
    whole, later = edges(one, signatures, fetch), edges(one, signatures, fetch, since=since)
    before = edges(one, signatures[:since], fetch)
    assert len(whole.pairs) > 40
    assert sorted([*before.pairs.tolist(), *later.pairs.tolist()]) == whole.pairs.tolist()
    kept = whole.pairs[:, 1] >= since
    np.testing.assert_array_equal(later.similarities, whole.similarities[kept])


ROWS = 8


@st.composite
def some_edges(draw: st.DrawFn) -> Edges:
    firsts = draw(st.lists(st.integers(0, ROWS - 1), min_size=ROWS, max_size=ROWS))
    groups = np.array([min(row, firsts[row]) for row in range(ROWS)])
    while (groups[groups] != groups).any():
        groups = groups[groups]
    leaders = np.unique(groups).tolist()
    pairs = draw(st.sets(st.sampled_from(list(combinations(leaders, 2)) or [(0, 0)])))
    unequal = sorted(pair for pair in pairs if pair[0] != pair[1])
    shares = [draw(st.sampled_from([0.8, 0.85, 0.9])) for _ in unequal]
    return Edges(groups, np.array(unequal, np.int64).reshape(-1, 2), np.array(shares))


@given(
    st.lists(some_edges(), max_size=2),
    st.lists(st.booleans(), min_size=ROWS, max_size=ROWS),
    st.none() | st.lists(st.integers(0, 2), min_size=ROWS, max_size=ROWS),
)
def test_survivors_are_unlike_and_copies_alike(
    found: list[Edges], passes: list[bool], priority: list[int] | None
) -> None:
    result = survivors(np.array(passes), found, None if priority is None else np.array(priority))
    rank = {row: (-(priority or [0] * ROWS)[row], row) for row in range(ROWS)}

    def similarity(one: int, other: int) -> float:
        best = 0.0
        for way in found:
            ends = sorted((way.groups[one], way.groups[other]))
            if ends[0] == ends[1]:
                best = 1.0
            for pair, share in zip(way.pairs.tolist(), way.similarities.tolist(), strict=True):
                best = max(best, share) if pair == ends else best
        return best

    stays = [row for row in range(ROWS) if passes[row] and result.survivor[row] < 0]
    assert all(similarity(one, other) == 0 for one, other in combinations(stays, 2))
    for row in range(ROWS):
        survivor = int(result.survivor[row])
        if survivor >= 0:
            assert passes[row]
            assert survivor in stays
            before = [(-similarity(row, other), rank[other], other) for other in stays if rank[other] < rank[row]]
            assert (-result.similarity[row], rank[survivor], survivor) == min(before)
        else:
            assert np.isnan(result.similarity[row])
