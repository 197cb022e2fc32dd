"""A judge's calibration as a drawing: what it says across, what experts say up; on the diagonal both say the same."""

from dataclasses import dataclass

from app.curation.agreement import Estimate
from app.curation.judge.standing import Standing
from app.messages import say
from app.web.agreement_drawing import figure

SIDE, MARGIN = 240.0, 12.0
LARGEST, SMALLEST = 9.0, 3.0


@dataclass(frozen=True)
class Point:
    """The mean of one fifth of the scale; `top` and `bottom` are the ends of its interval, `size` grows with samples."""

    x: float
    y: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True)
class Plot:
    points: list[Point]
    diagonal: str
    label: str


def plot(found: Standing) -> Plot | None:
    """Nothing where nothing is measured."""
    if not found.bins:
        return None
    most = max(one.samples for one in found.bins)
    points = [
        Point(
            _across(one.mean_score),
            _up(one.mean_expert),
            _up(one.ends[1]),
            _up(one.ends[0]),
            round(max(LARGEST * (one.samples / most) ** 0.5, SMALLEST), 1),
        )
        for one in found.bins
    ]
    diagonal = f"M{_across(0)} {_up(0)}L{_across(1)} {_up(1)}"
    told = "; ".join(
        f"{one.mean_score * 100:.0f} %: {one.mean_expert * 100:.0f} % ({one.samples})" for one in found.bins
    )
    return Plot(
        points,
        diagonal,
        say("The judge’s score, then what experts say, and on how many samples: %(told)s.", told=told),
    )


def in_words(found: Estimate) -> str:
    """0.71, between 0.60 and 0.80."""
    if found.value is None:
        return say("Not to be said: one of the two says the same of all.")
    told = {"figure": figure(found.value), "low": figure(found.low), "high": figure(found.high)}
    return say("%(figure)s, between %(low)s and %(high)s", **told)


def _across(share: float) -> float:
    return round(MARGIN + min(max(share, 0), 1) * (SIDE - 2 * MARGIN), 1)


def _up(share: float) -> float:
    return round(SIDE - _across(share), 1)
