"""How far reviewing is: progress, pace, cost, and whether the queue is sound; as a page and as files."""

import csv
import io
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import func
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset
from app.services import passing_on, queue_health, replanning, review_plan, review_progress
from app.services.errors import Invalid
from app.web import dates, funnel, progress_figures, throughput  # noqa: F401 - dates gives the templates words
from app.web.dependencies import Access, LeadDep, SessionDep
from app.web.downloads import attachment, cell
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()


class Pause(Input):
    pause: Literal["yes", "no"]


class Given(Input):
    """The field that a sample is given to, which several experts passed on."""

    sample: int = Field(ge=1, le=2**63 - 1)
    field: Line = Field("", max_length=100)


@router.get("/datasets/{dataset_id}/quality", name="quality")
def quality_page(request: Request, access: LeadDep, session: SessionDep, counted: bool = False) -> Response:
    """`counted`: count the queue's places also where these are so many that it takes a while."""
    return _page(request, access, session, is_counted=counted)


@router.get("/datasets/{dataset_id}/quality/progress.csv", name="progress_csv")
def progress_csv(access: LeadDep, session: SessionDep) -> Response:
    """Every figure of the page in a row of its own; a spreadsheet runs nothing of what stands in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("part", "of", "figure", "value", "meaning"))
    for row in _rows(session, access.dataset):
        figure = row.figure
        values = (row.part, row.of, figure.name, "" if figure.value is None else figure.value, figure.meaning)
        writer.writerow([cell(value) if isinstance(value, str) else value for value in values])
    content = ("\ufeff" + out.getvalue()).encode(
        "utf-8", "replace"
    )  # the mark, else Excel takes it for an older encoding
    return Response(
        content, media_type="text/csv; charset=utf-8", headers=attachment(f"{access.dataset.name}-progress.csv")
    )


@router.get("/datasets/{dataset_id}/quality/progress.json", name="progress_json")
def progress_json(access: LeadDep, session: SessionDep) -> Response:
    """The same for programs: part → what it is of → figure → value."""
    found: dict[str, Any] = {}
    for row in _rows(session, access.dataset):
        of_part = found.setdefault(row.part, {})
        (of_part.setdefault(row.of, {}) if row.of else of_part)[row.figure.key] = row.figure.value
    headers = attachment(f"{access.dataset.name}-progress.json")
    return Response(orjson.dumps(found, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)


@router.post("/datasets/{dataset_id}/quality/pause", name="pause")
def pause(
    access: LeadDep, session: SessionDep, form: Annotated[Submission[Pause], Depends(submission(Pause))]
) -> Response:
    """Give nobody a new sample, or go on."""
    if form.data is not None:
        access.dataset.paused_at = func.now() if form.data.pause == "yes" else None
        session.flush()
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality", 303)


@router.post("/datasets/{dataset_id}/quality/field", name="give_field")
def give_field(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: Annotated[Submission[Given], Depends(submission(Given))],
) -> Response:
    """Send a sample on to the experts of a field."""
    try:
        if form.data is None:
            raise Invalid(next(iter(form.errors.values())))
        passing_on.give(session, access.dataset, access.user, form.data.sample, form.data.field)
    except Invalid as refusal:
        return _page(request, access, session, refusal=refusal.message, status=422)
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality#passed-h", 303)


def _page(
    request: Request,
    access: Access,
    session: Session,
    *,
    is_counted: bool = False,
    refusal: str = "",
    status: int = 200,
) -> Response:
    dataset = access.dataset
    plan = review_plan.load(dataset)
    passed = passing_on.waiting(session, dataset)
    progress = review_progress.of(session, dataset)
    is_quick = replanning.known(session, dataset.id) <= queue_health.AT_ONCE
    health = queue_health.of(session, dataset) if is_counted or is_quick else None
    return render(
        request,
        "quality.html",
        dataset=dataset,
        access=access,
        plan=plan,
        passed=passed,
        progress=progress,
        health=health,
        queue_change=replanning.shown(session, dataset),
        queue=progress_figures.queue(health, len(passed), plan.passed_on_by) if health else [],
        work=progress_figures.work(progress, plan),
        spark=funnel.spark,
        chart=throughput.drawn(progress.days, say("Samples decided")),
        refusal=refusal,
        status=status,
    )


def _rows(session: Session, dataset: Dataset) -> list[progress_figures.Row]:
    return list(
        progress_figures.rows(
            review_progress.of(session, dataset),
            queue_health.of(session, dataset),
            review_plan.load(dataset),
            len(passing_on.waiting(session, dataset)),
        )
    )
