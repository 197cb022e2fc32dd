"""The figures of the page about progress, each with what it means in half a sentence: for the page and for the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.curation.pace import Forecast
from app.services.queue_health import QueueHealth
from app.services.review_plan import ReviewPlan
from app.services.review_progress import Part, ReviewProgress
from app.web.dates import today

Value = int | float | str | None


@dataclass(frozen=True)
class Figure:
    """One number. `is_bad` where it ought to be 0 and is not."""

    key: str
    name: str
    value: Value
    meaning: str
    is_bad: bool = False


@dataclass(frozen=True)
class Row:
    """A figure with the part of the page, and the corpus, label or expert it belongs to."""

    part: str
    of: str
    figure: Figure


def queue(health: QueueHealth, passed_on: int, passed_on_by: int) -> list[Figure]:
    """The state of the queue. The first group ought to be 0."""

    def nought(key: str, name: str, value: int, meaning: str) -> Figure:
        return Figure(key, name, value, meaning, value > 0)

    return [
        nought("stranded", "Stranded", health.stranded, "reserved for longer than allowed, and not given back"),
        nought("missing", "Reviews missing", health.missing, "samples with fewer places than the reviews asked for"),
        nought("surplus", "Surplus", health.surplus, "samples that would be asked about more often than wanted"),
        nought("doubled", "Answered twice", health.doubled, "samples with two counted answers of one person"),
        nought(
            "untakeable",
            "Nobody may take",
            health.untakeable,
            "samples that no member serves, or all have answered or skipped",
        ),
        Figure(
            "waiting_for_lead",
            "Waiting for a lead",
            health.waiting_for_lead,
            "samples whose experts disagree or ask for a colleague",
        ),
        Figure(
            "passed_on", "Nobody’s field", passed_on, f"samples that {passed_on_by} or more said are not of their field"
        ),
        Figure("free", "Waiting", health.free, "reviews that somebody can take now"),
        Figure("in_hand", "In hand", health.in_hand, "reviews that are reserved for somebody at this moment"),
    ]


def work(progress: ReviewProgress, plan: ReviewPlan) -> list[Figure]:
    """Time, cost, and what was overturned."""
    idle = f"{plan.pace_minutes_idle:g} minutes"
    return [
        Figure(
            "minutes",
            "Active minutes",
            round(progress.minutes, 1),
            f"time a sample was in sight, no more than {idle} for each answer",
        ),
        Figure(
            "cost",
            f"Cost of an approved sample in {plan.currency}",
            _rounded(progress.cost_per_approved),
            "active hours times the hourly cost, by approved samples",
        ),
        Figure("undone", "Taken back", progress.undone, "answers that their own author undid"),
        Figure(
            "overturned",
            "Decided otherwise",
            progress.overturned,
            "approvals of samples that were rejected in the end, or the other way round",
        ),
    ]


def part(one: Part) -> list[Figure]:
    """A corpus, a label, or all of it."""
    return [
        Figure("kept", "Kept", one.kept, "samples that the recipe keeps"),
        Figure("decided", "Decided", one.decided, "approved, rejected or flagged"),
        Figure("approved", "Approved", one.approved, "by all who were asked, or by a lead"),
        Figure("rejected", "Rejected", one.rejected, "by all who were asked, or by a lead"),
        Figure("flagged", "Flagged", one.flagged, "waiting for a lead"),
        Figure("waiting", "Waiting", one.waiting, "kept and not decided"),
        *_forecast(one.forecast),
    ]


def rows(progress: ReviewProgress, health: QueueHealth, plan: ReviewPlan, passed_on: int) -> Iterator[Row]:
    """Everything that the page shows, one figure a row."""
    for one in part(progress.whole):
        yield Row("all", "", one)
    for one in queue(health, passed_on, plan.passed_on_by):
        yield Row("queue", "", one)
    for one in work(progress, plan):
        yield Row("work", "", one)
    for ago, number in zip(reversed(range(len(progress.days))), progress.days, strict=True):
        day = (today() - timedelta(days=ago)).isoformat()
        yield Row("day", day, Figure("decided", "Decided", number, "samples decided on this day (UTC)"))
    for name, parts in (("corpus", progress.corpora), ("label", progress.labels)):
        yield from (Row(name, one.name, figure) for one in parts for figure in part(one))
    for expert in progress.experts:
        for figure in (
            Figure("answers", "Answers", expert.answers, "that stand, skips not counted"),
            Figure("skipped", "Skipped", expert.skipped, "left to somebody else"),
            Figure("minutes", "Active minutes", round(expert.minutes, 1), "idle time removed"),
            Figure("seconds", "Usual seconds", _rounded(expert.seconds), "half of the answers took less"),
            Figure("undone", "Taken back", expert.undone, "answers undone by their author"),
            Figure(
                "overturned",
                "Decided otherwise",
                expert.overturned,
                "approved and rejected in the end, or the other way round",
            ),
        ):
            yield Row("expert", expert.name, figure)


def _forecast(one: Forecast) -> list[Figure]:
    def day(days: int | None) -> str | None:
        return None if days is None else (today() + timedelta(days=days)).isoformat()

    return [
        Figure("per_day", "A day", round(one.per_day, 2), "samples decided on a day, of the last two weeks"),
        Figure("done_about", "Done about", day(one.expected), "where it goes on at this pace"),
        Figure("done_earliest", "At the earliest", day(one.earliest), "eight times in ten it is between the two"),
        Figure("done_latest", "At the latest", day(one.latest), "eight times in ten it is between the two"),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
