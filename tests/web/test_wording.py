"""Numbers and times in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import wording

NOW = datetime(2026, 11, 9, 17, 42, tzinfo=UTC)


@pytest.mark.parametrize(("value", "words"), [(0, "0"), (999, "999"), (65_623, "65,623"), (1_000_000, "1,000,000")])
def test_counts(value: int, words: str) -> None:
    assert wording.count(value) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 9, "0 %"),
        (3, 9, "33 %"),
        (9, 9, "100 %"),
        (1, 1000, "under 1 %"),
        (999, 1000, "over 99 %"),
        (0, 0, "–"),
        (99, 100, "99 %"),
    ],
)
def test_percent_never_rounds_to_none_or_all(part: int, whole: int, words: str) -> None:
    assert wording.percent(part, whole).replace(wording.SPACE, " ") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 1 s"),
        (59.4, "59 s"),
        (70, "1 min 10 s"),
        (120, "2 min"),
        (7_500, "2 h 5 min"),
        (90_000, "1 day 1 h"),
        (172_800, "2 days"),
        (None, "–"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert wording.duration(seconds).replace(wording.SPACE, " ") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_400_000, "1.4 MB"),
        (999_960, "1.0 MB"),
        (123_456, "123 kB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes(value: int, words: str) -> None:
    assert wording.size(value).replace(wording.SPACE, " ") == words


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=61), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_ago(back: timedelta, words: str) -> None:
    assert wording.ago(NOW - back, NOW).replace(wording.SPACE, " ") == words


def test_a_time_says_its_zone_and_carries_the_exact_moment() -> None:
    elsewhere = NOW.astimezone(datetime.now().astimezone().tzinfo)
    assert wording.at(elsewhere) == '<time datetime="2026-11-09T17:42:00Z">9 November 2026, 17:42 UTC</time>'


@given(st.integers(0, 10**18))
def test_sizes_never_print_a_thousand_of_a_smaller_unit(value: int) -> None:
    number, unit = wording.size(value).replace(wording.SPACE, " ").split(" ")
    assert unit == "TB" or float(number) < 1_000


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_none_or_all_only_where_it_is(part: int, whole: int) -> None:
    words = wording.percent(min(part, whole), whole)
    assert (words == f"0{wording.SPACE}%") == (min(part, whole) == 0)
    assert (words == f"100{wording.SPACE}%") == (part >= whole)
