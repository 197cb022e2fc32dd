"""Rounds of asking a judge about samples: which ones, what it may cost, begun, looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.curation.generating.pricing import Prices
from app.messages import say
from app.models import (
    Dataset,
    Decision,
    Job,
    JobKind,
    Judge,
    JudgeRun,
    JudgeScore,
    JudgeVersion,
    ModelEndpoint,
    Review,
    Sample,
    SampleSource,
    SampleState,
    ScoreState,
)
from app.services import jobs, judge_tasks
from app.services.errors import Conflict, Invalid

Which = Literal["reviewed", "queued", "all"]
LOOKED_AT = 20
"""Samples whose length an estimate rests on."""
REPLY_TOKENS = 60


@dataclass(frozen=True)
class Estimate:
    samples: int
    cost: Decimal
    most: Decimal


@dataclass(frozen=True)
class Counts:
    """Samples of one version by what became of them."""

    judged: int = 0
    failed: int = 0
    lost: int = 0


def chosen(
    dataset_id: int, judge: Judge, version: JudgeVersion, which: Which, limit: int, is_free: bool
) -> Select[int]:
    """Samples that this version has not judged yet. What was lost may have been paid, so it is asked again only if free."""
    states = (
        [ScoreState.JUDGED, ScoreState.ASKED] if is_free else [ScoreState.JUDGED, ScoreState.ASKED, ScoreState.LOST]
    )
    known = exists().where(
        JudgeScore.version_id == version.id, JudgeScore.sample_id == Sample.id, JudgeScore.state.in_(states)
    )
    found = select(Sample.id).where(Sample.dataset_id == dataset_id, ~known)
    if which == "queued":
        found = found.where(Sample.state == SampleState.QUEUED)
    elif which == "reviewed":
        decided = (Review.decision.in_([Decision.APPROVE, Decision.REJECT]), Review.undone_at.is_(None))
        found = found.where(exists().where(Review.sample_id == Sample.id, Review.counted, *decided))
    else:
        found = found.where(Sample.state != SampleState.DROPPED)
    if judge.kind.needs_passage:
        found = found.where(exists().where(SampleSource.sample_id == Sample.id))
    # The same ones for the same dataset, and yet no corpus first: by a number that nobody chose.
    found = found.order_by(func.hashint8(Sample.id), Sample.id)
    return found.limit(limit) if limit else found


def estimate(session: Session, dataset: Dataset, version: JudgeVersion, which: Which, limit: int) -> Estimate:
    """From the length of some of the samples."""
    judge, endpoint = session.get_one(Judge, version.judge_id), session.get_one(ModelEndpoint, version.endpoint_id)
    prices = Prices(endpoint.price_in, endpoint.price_out)
    ids = list(session.scalars(chosen(dataset.id, judge, version, which, limit, prices.are_zero)))
    asked = judge_tasks.Asked(judge.kind, version.criterion(judge.name), version.repeats, endpoint, prices)
    tasks = judge_tasks.of(session, asked, ids[:LOOKED_AT])
    if not tasks:
        return Estimate(0, Decimal(0), Decimal(0))
    each = sum((prices.cost(task.tokens_in, REPLY_TOKENS) for task in tasks), Decimal(0)) * version.repeats / len(tasks)
    most = sum((task.most for task in tasks), Decimal(0)) / len(tasks)
    return Estimate(len(ids), each * len(ids), most * len(ids))


def start(
    session: Session,
    dataset: Dataset,
    version: JudgeVersion,
    which: Which,
    *,
    limit: int = 0,
    budget: Decimal | None = None,
    by: int | None = None,
) -> JudgeRun:
    """Begin. Invalid where nothing is left or no budget is said, Conflict where this judge is at work already."""
    session.execute(select(JudgeVersion.id).where(JudgeVersion.id == version.id).with_for_update())
    endpoint = session.get_one(ModelEndpoint, version.endpoint_id)
    if endpoint.retired_at is not None:
        raise Conflict(say("This model is not offered any more. Save a version with another one."))
    if is_working(session, version):
        raise Conflict(say("This judge is at work already. Wait until it is done, or stop it."))
    run = JudgeRun(
        version_id=version.id,
        currency=endpoint.currency,
        price_in=endpoint.price_in,
        price_out=endpoint.price_out,
        budget=budget,
    )
    if budget is None and not Prices(endpoint.price_in, endpoint.price_out).are_zero:
        raise Invalid(say("Say what it may cost at most. It stops before it costs more."), "budget")
    session.add(run)
    session.flush()
    run.samples = len(list(waiting(session, run, dataset.id, which, limit)))
    if not run.samples:
        raise Invalid(say("There is no such sample that this version has not judged yet. Choose others."))
    params = {"run_id": run.id, "which": which, "limit": limit}
    run.job_id = jobs.start(session, JobKind.JUDGE, dataset.id, params, by).id
    session.flush()
    session.refresh(run)
    return run


def waiting(session: Session, run: JudgeRun, dataset_id: int, which: Which, limit: int) -> Sequence[int]:
    """The samples that a run is to ask about, when it begins."""
    version = session.get_one(JudgeVersion, run.version_id)
    judge = session.get_one(Judge, version.judge_id)
    is_free = not run.price_in and not run.price_out
    return session.scalars(chosen(dataset_id, judge, version, which, limit, is_free)).all()


def is_working(session: Session, version: JudgeVersion) -> bool:
    return bool(
        session.scalar(
            select(JudgeRun.id)
            .join(Job, Job.id == JudgeRun.job_id)
            .where(JudgeRun.version_id == version.id, Job.state.in_(jobs.ACTIVE))
            .limit(1)
        )
    )


def latest(session: Session, version: JudgeVersion) -> tuple[JudgeRun, Job | None] | None:
    """The newest run of a version, with its job."""
    mine = select(JudgeRun).where(JudgeRun.version_id == version.id).order_by(JudgeRun.id.desc()).limit(1)
    run = session.scalar(mine)
    return (run, session.get(Job, run.job_id or 0)) if run else None


def counts(session: Session, version: JudgeVersion) -> Counts:
    rows = session.execute(
        select(JudgeScore.state, func.count()).where(JudgeScore.version_id == version.id).group_by(JudgeScore.state)
    )
    found = dict(rows.all())
    return Counts(found.get(ScoreState.JUDGED, 0), found.get(ScoreState.FAILED, 0), found.get(ScoreState.LOST, 0))
