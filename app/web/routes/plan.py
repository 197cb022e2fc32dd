"""How a dataset is reviewed: how many experts per sample, in which order, at which cost."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.messages import say, say_many
from app.models import Dataset
from app.services import replanning, review_plan, reviewing_plan
from app.services.replanning import Asked
from app.services.review_plan import Order, Stratum
from app.web import dates  # noqa: F401 - it gives the templates words
from app.web.dependencies import Access, DatasetAdminDep, LeadDep, SessionDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()

ORDERS = [
    (
        Order.RECIPE,
        say("As the recipe says"),
        say("The order is chosen on the Recipe page; without one, samples come as they were imported."),
    ),
    (
        Order.UNCERTAINTY,
        say("Doubtful ones first"),
        say("What experts see differently so far, then what is closest to a limit of the recipe."),
    ),
    (Order.QUALITY, say("Best ones first"), say("By the quality that was measured: approved samples add up soonest.")),
    (
        Order.COVERAGE_GAP,
        say("What lacks most first"),
        say("Whatever has the fewest approved samples so far comes first, until all are even."),
    ),
    (
        Order.MODEL_JUDGE,
        say("What a model judge likes least first"),
        say("By the newest scores of the dataset’s judges; what none has judged comes last. Nobody sees them here."),
    ),
    (Order.CORPUS, say("One corpus after the other"), say("In the order in which they were added.")),
    (Order.RANDOM, say("Shuffled"), say("The same number below gives the same order again.")),
]
STRATA = [(Stratum.CORPUS, say("Corpora")), (Stratum.LANGUAGE, say("Languages")), (Stratum.LABEL, say("Labels"))]


class PlanForm(Input):
    """`more_percent` is the share of samples that ask for `more` reviews in all."""

    reviews_per_sample: int = Field(1, ge=1, le=9)
    more: int | None = Field(None, ge=1, le=9)
    more_percent: float = Field(0, ge=0, le=100, allow_inf_nan=False)
    order: Order = Order.RECIPE
    coverage_by: Stratum = Stratum.CORPUS
    label_field: Line = Field("", max_length=100)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    passed_on_by: int = Field(2, ge=1, le=20)
    pace_minutes_idle: float = Field(5, gt=0, le=240, allow_inf_nan=False)
    hourly_cost: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    currency: Line = Field("EUR", max_length=10)
    due_on: date | None = None


@router.get("/datasets/{dataset_id}/quality/plan", name="plan")
def plan_page(request: Request, access: LeadDep, session: SessionDep, saved: bool = False) -> Response:
    return _page(request, access, session, Submission[PlanForm](), saved=saved)


@router.post("/datasets/{dataset_id}/quality/plan", name="save_plan")
def save_plan(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    form: Annotated[Submission[PlanForm], Depends(submission(PlanForm))],
) -> Response:
    """What is changed holds for samples that still wait: at once, or step by step where they are many."""
    if form.data is None:
        return _page(request, access, session, form, status=422)
    values = form.data.model_dump(exclude={"reviews_per_sample", "more_percent"})
    reviewing_plan.change(
        session,
        access.dataset,
        reviews_per_sample=form.data.reviews_per_sample,
        more_share=form.data.more_percent / 100,
        by=access.user.id,
        **values,
    )
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality/plan?saved=true", 303)


@router.post("/datasets/{dataset_id}/quality/order", name="reorder")
def reorder(access: DatasetAdminDep, session: SessionDep) -> Response:
    """Put the queue in order again by what is known now."""
    replanning.bring(session, access.dataset, Asked(fit=True, order=True), access.user.id)
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality/plan?saved=true", 303)


@router.get("/datasets/{dataset_id}/quality/queue", name="queue_change")
def show_queue_change(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """How far the queue is on its way to a changed plan; the part of a page that asks for itself until done."""
    return render(
        request,
        "queue_change.html",
        "state",
        dataset=access.dataset,
        access=access,
        queue_change=replanning.shown(session, access.dataset),
    )


@router.post("/datasets/{dataset_id}/quality/queue/stop", name="stop_queue_change")
def stop_queue_change(access: DatasetAdminDep, session: SessionDep) -> Response:
    """Leave the queue as it is now."""
    replanning.stop(session, access.dataset)
    return RedirectResponse(f"/datasets/{access.dataset.id}/quality/plan", 303)


def _page(
    request: Request,
    access: Access,
    session: Session,
    form: Submission[PlanForm],
    *,
    saved: bool = False,
    status: int = 200,
) -> Response:
    return render(
        request,
        "plan.html",
        dataset=access.dataset,
        access=access,
        plan=review_plan.load(access.dataset),
        form=form,
        orders=ORDERS,
        strata=STRATA,
        saved=saved,
        queue_change=replanning.shown(session, access.dataset),
        in_words=in_words(access.dataset),
        status=status,
    )


def in_words(dataset: Dataset) -> str:
    """Who is asked how often, in one sentence."""
    plan, reviews = review_plan.load(dataset), dataset.reviews_per_sample
    each = say_many("Every sample is judged by one expert.", "Every sample is judged by %(num)s experts.", reviews)
    if plan.more is None or not plan.more_share or plan.more <= reviews:
        return each
    share = f"{100 * plan.more_share:g}"
    return say("%(each)s %(share)s %% of them, drawn by lot, by %(more)s.", each=each, share=share, more=plan.more)
