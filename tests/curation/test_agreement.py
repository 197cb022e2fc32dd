"""Agreement against independent libraries, against what must hold for any answers, and against the clock."""

import time
import warnings
from itertools import pairwise

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import jaccard_distance
from sklearn.metrics import cohen_kappa_score

from app.curation.agreement import (
    Answers,
    Interval,
    Ordinal,
    alike,
    by,
    cohen_kappa,
    confusions,
    fleiss_kappa,
    from_table,
    jaccard,
    kappas,
    krippendorff_alpha,
    likeness,
    masi,
    percent_agreement,
    scale_of,
    specific_agreement,
)
from app.curation.agreement.answers import _distinct, patterns
from app.curation.agreement.estimates import draws

VALUES = st.one_of(st.none(), st.integers(1, 5))
TABLES = st.integers(2, 5).flatmap(
    lambda raters: st.lists(st.lists(VALUES, min_size=raters, max_size=raters), min_size=2, max_size=30)
)
# Krippendorff's own example (2011), four observers, twelve units.
PUBLISHED = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]


def alphas(table: list[list[int | None]]) -> dict[str, float | None]:
    answers, values = from_table(table)
    scales = {"nominal": None, "ordinal": Ordinal(), "interval": Interval(np.array(values, np.float64))}
    return {name: krippendorff_alpha(answers, scale, resamples=0).value for name, scale in scales.items()}


def library(table: list[list[int | None]], level: str) -> float | None:
    """Of the PyPI package; where no two answers differ it raises or divides by zero."""
    data = np.array([[np.nan if value is None else value for value in row] for row in table], np.float64).T
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
        except ValueError:
            return None
    return None if np.isnan(found) else float(found)


def test_the_published_example() -> None:
    found = alphas(PUBLISHED)
    assert [round(found[level] or 0, 3) for level in ("nominal", "ordinal", "interval")] == [0.743, 0.815, 0.849]


@given(TABLES)
def test_alpha_is_the_library_s(table: list[list[int | None]]) -> None:
    for level, value in alphas(table).items():
        expected = library(table, level)
        if expected is None:
            assert value is None
        else:
            assert value == pytest.approx(expected, abs=1e-9), level


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_cohen_s_kappa_is_scikit_learn_s(pairs: list[tuple[int, int]]) -> None:
    answers, values = from_table(pairs)
    for ours, theirs in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        value = cohen_kappa(answers, 0, 1, ours, resamples=0).value  # type: ignore[arg-type]
        if len(values) < 2:
            assert value is None  # the library gives 1 or nan, and warns
            continue
        expected = cohen_kappa_score(*zip(*pairs, strict=True), weights=theirs, labels=values)
        assert value == pytest.approx(float(expected), abs=1e-9)


def test_fleiss_s_published_example() -> None:
    """Fleiss (1971), as Wikipedia prints it: ten units, fourteen raters, five categories, 0.210."""
    counts = np.array([[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
                       [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]])  # fmt: skip
    table = [[code for code, number in enumerate(row) for _ in range(number)] for row in counts.tolist()]
    assert fleiss_kappa(from_table(table)[0]).value == pytest.approx(0.2099307, abs=1e-6)


SETS = st.frozensets(st.sampled_from("abcd"), max_size=3)


@given(st.lists(st.lists(st.one_of(st.none(), SETS), min_size=3, max_size=3), min_size=2, max_size=12))
def test_sets_are_nltk_s(table: list[list[frozenset[str] | None]]) -> None:
    answers, values = from_table(table)
    found = krippendorff_alpha(answers, by(values, jaccard), resamples=0).value
    assume(found is not None)
    # nltk cannot compare two empty sets, so each gets a member that stands for nothing.
    rows = [
        (rater, unit, value or frozenset({"none of them"}))
        for unit, row in enumerate(table)
        for rater, value in enumerate(row)
        if value is not None
    ]
    assert found == pytest.approx(float(AnnotationTask(rows, jaccard_distance).alpha()), abs=1e-9)


def test_masi_is_milder_where_one_set_holds_the_other() -> None:
    one, other = frozenset("ab"), frozenset("a")
    assert masi(one, one) == 0
    assert masi(frozenset(), frozenset()) == 0
    assert masi(one, other) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi(one, frozenset("bc")) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi(other, frozenset("c")) == 1
    assert masi(other, frozenset()) == 1


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_raters_and_units_and_the_names_of_answers_change_nothing(table, random) -> None:  # type: ignore[no-untyped-def]
    places = list(range(len(table[0])))
    random.shuffle(places)
    mixed = [[row[place] for place in places] for row in table]
    random.shuffle(mixed)
    names = dict(zip(range(1, 6), random.sample("vwxyz", 5), strict=True))
    renamed = [[None if value is None else names[value] for value in row] for row in mixed]
    before, after = from_table(table)[0], from_table(renamed)[0]
    for figure in (krippendorff_alpha, fleiss_kappa, percent_agreement):
        one, other = figure(before, resamples=0), figure(after, resamples=0)
        assert (one.value is None) == (other.value is None)
        if one.value is not None:
            assert other.value == pytest.approx(one.value, abs=1e-9)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=20), st.integers(2, 4))
def test_perfect_agreement_is_1_and_one_category_is_undefined(values: list[int], raters: int) -> None:
    answers, _ = from_table([[value] * raters for value in values])
    figures = [
        krippendorff_alpha(answers).value,
        krippendorff_alpha(answers, Ordinal()).value,
        fleiss_kappa(answers).value,
        cohen_kappa(answers, 0, 1).value,
    ]
    if len(set(values)) == 1:
        assert figures == [None] * 4
    else:
        assert figures == pytest.approx([1.0] * 4)
    assert percent_agreement(answers).value == 1


def test_units_with_one_answer_say_nothing() -> None:
    answers, _ = from_table([[1, None], [None, 2], [None, None]])
    assert krippendorff_alpha(answers).units == 0
    assert [figure(answers).value for figure in (krippendorff_alpha, fleiss_kappa, percent_agreement)] == [None] * 3


def test_all_pairs_of_raters_at_once_are_the_pairs_one_by_one() -> None:
    rng = np.random.default_rng(3)
    table = [[int(value) if rng.random() < 0.7 else None for value in row] for row in rng.integers(0, 3, (80, 4))]
    answers, _ = from_table(table)
    raters, tables = confusions(answers)
    found = kappas(tables)
    for one in range(4):
        for other in range(4):
            if one != other:
                assert found[one, other] == pytest.approx(cohen_kappa(answers, one, other, resamples=0).value)
    assert raters.tolist() == [0, 1, 2, 3]
    assert np.array_equal(tables, tables.transpose(1, 0, 3, 2))


def test_agreement_on_one_answer() -> None:
    answers, values = from_table([["yes", "yes"], ["yes", "no"], ["no", "no"], ["no", "no"]])
    assert specific_agreement(answers, values.index("yes")) == pytest.approx(2 / 3)
    assert specific_agreement(answers, values.index("no")) == pytest.approx(4 / 5)


def test_many_categories_are_counted_as_exactly_as_few() -> None:
    """Beyond 63 bits a unit's answers are no longer one number."""
    rng = np.random.default_rng(1)
    table = rng.integers(-1, 400, (50, 9))
    rows, pattern_of, times = _distinct(np.vstack([table, table[:7]]), 400)
    assert np.array_equal(rows[pattern_of], np.vstack([table, table[:7]]))
    assert len(rows) == 50
    assert sorted(times.tolist()) == [1] * 43 + [2] * 7


@pytest.mark.parametrize("times", [[900, 60, 40], [1] * 30 + [2] * 10])
def test_draws_are_multinomial_either_way(times: list[int]) -> None:
    """Few patterns and many are drawn differently: means and variances are those of the same distribution."""
    given_times = np.array(times, np.int64)
    weights = np.concatenate(list(draws(given_times, 20_000, seed=2)))
    units = given_times.sum()
    share = given_times / units
    assert weights.shape == (20_000, len(times))
    assert (weights.sum(axis=1) == units).all()
    assert weights.mean(axis=0) == pytest.approx(given_times, rel=0.05)
    assert weights.var(axis=0) == pytest.approx(units * share * (1 - share), rel=0.08)


def test_the_same_seed_gives_the_same_interval() -> None:
    answers, _ = from_table(PUBLISHED)
    assert krippendorff_alpha(answers, seed=4) == krippendorff_alpha(answers, seed=4)
    assert krippendorff_alpha(answers, seed=4) != krippendorff_alpha(answers, seed=5)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Two raters who see a unit's true class with 85 %, of three: alpha is known from very many units."""
    rng = np.random.default_rng(0)

    def drawn(units: int) -> Answers:
        truth = rng.choice(3, (units, 1), p=[0.5, 0.3, 0.2])
        said = np.where(rng.random((units, 2)) < 0.85, truth, rng.integers(0, 3, (units, 2)))
        unit, rater = np.indices(said.shape)
        return Answers(unit.ravel(), rater.ravel(), said.ravel().astype(np.int64), 3)

    truth = krippendorff_alpha(drawn(2_000_000), resamples=0).value
    held = 0
    for seed in range(400):
        found = krippendorff_alpha(drawn(150), resamples=400, seed=seed)
        assert truth is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.98  # 95 % give or take two and a half standard errors of 400 trials


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_ten_thousand_units_and_a_thousand_draws_take_seconds(scale: str) -> None:
    rng = np.random.default_rng(0)
    points = np.linspace(0, 1, 60)
    codes = rng.integers(0, 60, (10_000, 3))
    unit, rater = np.indices(codes.shape)
    answers = Answers(unit.ravel(), rater.ravel(), codes.ravel(), 60)
    began = time.perf_counter()
    found = krippendorff_alpha(answers, {"nominal": None, "ordinal": Ordinal(), "interval": Interval(points)}[scale])
    assert time.perf_counter() - began < 15  # nearly every unit is a pattern of its own: the worst case
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


def test_patterns_do_not_depend_on_the_order_of_entries() -> None:
    answers, _ = from_table(PUBLISHED)
    order = np.random.default_rng(0).permutation(len(answers.units))
    mixed = Answers(answers.units[order], answers.raters[order], answers.codes[order], answers.categories)
    one, other = patterns(answers), patterns(mixed)
    assert np.array_equal(one.counts, other.counts)
    assert np.array_equal(one.times, other.times)


def test_a_question_s_scale_follows_from_its_answers() -> None:
    assert isinstance(scale_of([1, 2, 5]), Ordinal)
    assert isinstance(scale_of([1.5, 2.0]), Interval)
    assert scale_of(["a", "b"]).matrix.tolist() == [[0, 1], [1, 0]]  # type: ignore[union-attr]
    assert scale_of([frozenset("a"), frozenset("ab")]).matrix[0, 1] == pytest.approx(2 / 3)  # type: ignore[union-attr]
    assert scale_of([True, False]).matrix.tolist() == [[0, 1], [1, 0]]  # type: ignore[union-attr]


def test_how_alike_the_answers_on_one_sample_are() -> None:
    assert likeness("yes", "yes") == 1
    assert likeness("yes", "no") == 0
    assert likeness(["a", "b"], ["b", "a"]) == 1
    assert likeness(["a", "b"], ["b"]) == 0.5
    assert 0 < likeness(1, 5) < likeness(4, 5) < likeness(5, 5) == 1
    assert alike([{"right": "yes", "source": "fully"}, {"right": "yes", "source": "partly"}]) == 0.5
    assert alike([{"right": "yes"}, {"source": "fully"}]) == 1  # nothing that both answered
    assert alike([{"words": "x" * 90}, {"words": "y" * 90}]) == 1  # prose differs even where people agree


def test_more_agreement_is_a_higher_figure() -> None:
    """Answers drawn from one truth with growing care: alpha follows."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, (3_000, 1))
    found = []
    for care in (0.0, 0.3, 0.6, 0.9):
        said = np.where(rng.random((3_000, 2)) < care, truth, rng.integers(0, 3, (3_000, 2)))
        value = krippendorff_alpha(from_table(said.tolist())[0], resamples=0).value
        assert value is not None
        found.append(value)
    assert all(before < after for before, after in pairwise(found))
