"""Agreement in words and as drawings: a figure with its interval on one line, and figures from week to week."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.curation.agreement import Estimate
from app.messages import say
from app.services.agreement import Week
from app.web.dates import day

LOWEST = -0.2
"""Figures below zero are worse than chance; further down nothing more is to be learnt from them."""
WIDTH, HEIGHT, MARGIN = 640.0, 150.0, 8.0
BANDS = ((0.8, say("good")), (0.667, say("fair")), (0.4, say("weak")))


@dataclass(frozen=True)
class Line:
    """A figure on a line 160 wide from no agreement beyond chance to perfect agreement; the bar is its interval."""

    dot_x: float
    bar_x: float
    bar_width: float
    zero_x: float


@dataclass(frozen=True)
class Chart:
    """One point per week, joined where weeks follow each other; `levels` are the lines at 0, 0.67 and 1."""

    points: list[tuple[float, float]]
    path: str
    levels: list[tuple[str, float]]
    label: str
    first: str
    last: str


def band(value: float) -> str:
    """A figure in a word."""
    return next((word for least, word in BANDS if value >= least), say("poor") if value > 0 else say("no more than chance"))


def figure(value: float | None) -> str:
    """0.71; −0.10, with a true minus; a dash where it is not known."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def in_words(found: Estimate) -> str:
    """0.71, between 0.64 and 0.77: fair."""
    if found.value is None:
        if not found.units:
            return say("Not known yet: no sample has two answers to this.")
        return say("Not to be said: everybody gave one and the same answer.")
    if found.low is None or found.high is None:
        return say("%(figure)s: %(band)s", figure=figure(found.value), band=band(found.value))
    low, high = figure(found.low), figure(found.high)
    told = {"figure": figure(found.value), "low": low, "high": high, "band": band(found.value)}
    return say("%(figure)s, between %(low)s and %(high)s: %(band)s", **told)


def line(found: Estimate) -> Line | None:
    """Nothing where the figure is not known."""
    if found.value is None:
        return None
    low = found.value if found.low is None else found.low
    high = found.value if found.high is None else found.high
    left, right = _across(low), _across(high)
    return Line(_across(found.value), left, round(max(right - left, 1), 1), _across(0))


def chart(weeks: Sequence[Week], title: str) -> Chart | None:
    """Nothing where there are not two weeks to compare."""
    known = [(at, week) for at, week in enumerate(weeks) if week.alpha is not None]
    if len(known) < 2:
        return None
    step = (WIDTH - 2 * MARGIN) / max(1, len(weeks) - 1)
    points = [(round(MARGIN + at * step, 1), _down(week.alpha or 0.0)) for at, week in known]
    path = " ".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y) in enumerate(points))
    values = [week.alpha or 0.0 for _, week in known]
    first, last = known[0][1].monday, known[-1][1].monday
    label = say(
        "Agreement on “%(title)s” by week, from %(first)s to %(last)s: it began at %(began)s, was %(now)s last, "
        "at worst %(worst)s and at best %(best)s.",
        title=title,
        first=day(first),
        last=day(last),
        began=figure(values[0]),
        now=figure(values[-1]),
        worst=figure(min(values)),
        best=figure(max(values)),
    )
    levels = [("0", _down(0)), ("0.67", _down(0.667)), ("1", _down(1))]
    return Chart(points, path, levels, label, day(weeks[0].monday), day(weeks[-1].monday))


def _across(value: float) -> float:
    return round(4 + (max(value, LOWEST) - LOWEST) / (1 - LOWEST) * 152, 1)


def _down(value: float) -> float:
    return round(HEIGHT - MARGIN - (max(value, LOWEST) - LOWEST) / (1 - LOWEST) * (HEIGHT - 2 * MARGIN), 1)
