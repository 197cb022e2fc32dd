"""When work will be done."""

import random

from app.curation import pace


def test_a_steady_pace_says_one_day() -> None:
    assert pace.forecast(100, [10] * 14) == pace.Forecast(100, 10, 10, 10, 10)


def test_days_before_the_first_work_do_not_count() -> None:
    assert pace.forecast(100, [0] * 10 + [10] * 4).expected == 10


def test_a_weekend_counts_and_widens_the_range() -> None:
    found = pace.forecast(100, [14, 14, 14, 14, 14, 0, 0] * 2)
    assert found.expected == 10
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest < 10 < found.latest


def test_without_a_pace_nothing_is_promised() -> None:
    assert pace.forecast(5, [0] * 14) == pace.Forecast(5, 0, None, None, None)
    assert pace.forecast(5, []).expected is None


def test_one_good_day_among_many_idle_ones_leaves_the_end_open() -> None:
    assert pace.forecast(1_000, [1, *[0] * 13]).latest is None


def test_nothing_left_is_done() -> None:
    assert pace.forecast(0, [3] * 14).expected == 0


def test_the_range_holds_about_eight_times_in_ten() -> None:
    """Days drawn from one distribution: how long the rest then takes lies within the range as often as is said."""
    dice, held, trials = random.Random(3), 0, 400
    for _ in range(trials):
        found = pace.forecast(2_000, [dice.randint(0, 40) for _ in range(14)])
        left, days = 2_000, 0
        while left > 0:
            left, days = left - dice.randint(0, 40), days + 1
        held += (found.earliest or 0) <= days <= (found.latest or 10_000)
    assert 0.68 < held / trials < 0.9
