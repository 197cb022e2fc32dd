"""When work will be done that goes on as it did of late: a day, and the days between which it will very likely fall."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean, stdev

DAYS = 14
"""Days that are looked at: two weeks hold as many weekends as any other two."""
REACH = 1.28
"""Standard errors on either side: eight times in ten the pace is in between."""
TOO_FAR = 3_650


@dataclass(frozen=True)
class Forecast:
    """Days from now, None where that cannot be said; `latest` also where it might take more than ten years."""

    left: int
    per_day: float
    expected: int | None
    earliest: int | None
    latest: int | None


def forecast(left: int, days: Sequence[int]) -> Forecast:
    """`days` are the numbers done on each of the last days, the oldest first; those before the first work do not count."""
    if not left:
        return Forecast(0, _mean(_since_begun(days)), 0, 0, 0)
    begun = _since_begun(days)
    mean = _mean(begun)
    reach = REACH * stdev(begun) / sqrt(len(begun)) if len(begun) > 1 else mean
    return Forecast(left, mean, _days(left, mean), _days(left, mean + reach), _days(left, mean - reach))


def _since_begun(days: Sequence[int]) -> Sequence[int]:
    first = next((index for index, number in enumerate(days) if number), len(days))
    return days[first:]


def _mean(days: Sequence[int]) -> float:
    return fmean(days) if days else 0.0


def _days(left: int, per_day: float) -> int | None:
    needed = ceil(left / per_day) if per_day > 0 else TOO_FAR + 1
    return needed if needed <= TOO_FAR else None
