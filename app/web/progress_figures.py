"""The figures of the page about progress, each with what it means in half a sentence: for the page and for the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.curation.pace import Forecast
from app.messages import say
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
        nought("stranded", say("Stranded"), health.stranded, say("reserved for longer than allowed, and not given back")),
        nought("missing", say("Reviews missing"), health.missing, say("samples with fewer places than the reviews asked for")),
        nought("surplus", say("Surplus"), health.surplus, say("samples that would be asked about more often than wanted")),
        nought("doubled", say("Answered twice"), health.doubled, say("samples with two counted answers of one person")),
        nought(
            "untakeable",
            say("Nobody may take"),
            health.untakeable,
            say("samples that no member serves, or all have answered or skipped"),
        ),
        Figure(
            "waiting_for_lead",
            say("Waiting for a lead"),
            health.waiting_for_lead,
            say("samples whose experts disagree or ask for a colleague"),
        ),
        Figure(
            "passed_on",
            say("Nobody’s field"),
            passed_on,
            say("samples that %(number)s or more said are not of their field", number=passed_on_by),
        ),
        Figure("free", say("Waiting"), health.free, say("reviews that somebody can take now")),
        Figure("in_hand", say("In hand"), health.in_hand, say("reviews that are reserved for somebody at this moment")),
    ]


def work(progress: ReviewProgress, plan: ReviewPlan) -> list[Figure]:
    """Time, cost, and what was overturned."""
    return [
        Figure(
            "minutes",
            say("Active minutes"),
            round(progress.minutes, 1),
            say(
                "time a sample was in sight, no more than %(minutes)s minutes for each answer",
                minutes=plan.pace_minutes_idle,
            ),
        ),
        Figure(
            "cost",
            say("Cost of an approved sample in %(currency)s", currency=plan.currency),
            _rounded(progress.cost_per_approved),
            say("active hours times the hourly cost, by approved samples"),
        ),
        Figure("undone", say("Taken back"), progress.undone, say("answers that their own author undid")),
        Figure(
            "overturned",
            say("Decided otherwise"),
            progress.overturned,
            say("approvals of samples that were rejected in the end, or the other way round"),
        ),
    ]


def part(one: Part) -> list[Figure]:
    """A corpus, a label, or all of it."""
    return [
        Figure("kept", say("Kept"), one.kept, say("samples that the recipe keeps")),
        Figure("decided", say("Decided"), one.decided, say("approved, rejected or flagged")),
        Figure("approved", say("Approved"), one.approved, say("by all who were asked, or by a lead")),
        Figure("rejected", say("Rejected"), one.rejected, say("by all who were asked, or by a lead")),
        Figure("flagged", say("Flagged"), one.flagged, say("waiting for a lead")),
        Figure("waiting", say("Waiting"), one.waiting, say("kept and not decided")),
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
        yield Row("day", day, Figure("decided", say("Decided"), number, say("samples decided on this day (UTC)")))
    for name, parts in (("corpus", progress.corpora), ("label", progress.labels)):
        yield from (Row(name, one.name, figure) for one in parts for figure in part(one))
    for expert in progress.experts:
        for figure in (
            Figure("answers", say("Answers"), expert.answers, say("that stand, skips not counted")),
            Figure("skipped", say("Skipped"), expert.skipped, say("left to somebody else")),
            Figure("minutes", say("Active minutes"), round(expert.minutes, 1), say("idle time removed")),
            Figure("seconds", say("Usual seconds"), _rounded(expert.seconds), say("half of the answers took less")),
            Figure("undone", say("Taken back"), expert.undone, say("answers undone by their author")),
            Figure(
                "overturned",
                say("Decided otherwise"),
                expert.overturned,
                say("approved and rejected in the end, or the other way round"),
            ),
        ):
            yield Row("expert", expert.name, figure)


def _forecast(one: Forecast) -> list[Figure]:
    def day(days: int | None) -> str | None:
        return None if days is None else (today() + timedelta(days=days)).isoformat()

    return [
        Figure("per_day", say("A day"), round(one.per_day, 2), say("samples decided on a day, of the last two weeks")),
        Figure("done_about", say("Done about"), day(one.expected), say("where it goes on at this pace")),
        Figure("done_earliest", say("At the earliest"), day(one.earliest), say("eight times in ten it is between the two")),
        Figure("done_latest", say("At the latest"), day(one.latest), say("eight times in ten it is between the two")),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
