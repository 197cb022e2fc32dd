"""Gold samples: which there are, how each expert does on them, and whose desk rests."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.models import Decision
from app.services import desk_pauses, gold, gold_plan, gold_queue, people
from app.services.errors import Invalid
from app.services.gold_plan import GoldPlan
from app.web import drawing
from app.web.dependencies import Access, Id, LeadDep, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()


class PlanForm(Input):
    """The plan as people say it: shares in percent."""

    gold_share: float = Field(ge=0, le=50, allow_inf_nan=False)
    calibration: int = Field(ge=0, le=50)
    least_accuracy: float = Field(ge=0, le=100, allow_inf_nan=False)
    gold_window: int = Field(ge=5, le=200)
    least_alike: float = Field(ge=0, le=100, allow_inf_nan=False)

    @property
    def plan(self) -> GoldPlan:
        return GoldPlan(
            gold_share=self.gold_share / 100,
            calibration=self.calibration,
            least_accuracy=self.least_accuracy / 100,
            gold_window=self.gold_window,
            least_alike=self.least_alike / 100,
        )


class Known(Input):
    """The right answer of a sample, and why."""

    decision: Decision
    why: str = Field("", max_length=4_000)


PlanDep = Annotated[Submission[PlanForm], Depends(submission(PlanForm))]
KnownDep = Annotated[Submission[Known], Depends(submission(Known))]


@router.get("/datasets/{dataset_id}/quality/gold", name="gold")
def gold_page(request: Request, access: LeadDep, session: SessionDep) -> Response:
    return _page(request, access, session, Submission())


@router.post("/datasets/{dataset_id}/quality/gold", name="change_gold_plan")
def change_plan(request: Request, access: LeadDep, session: SessionDep, form: PlanDep) -> Response:
    """How many samples are gold, who practises, and when a desk is paused."""
    if form.data is None:
        return _page(request, access, session, form, 422)
    gold_plan.change(session, access.dataset, form.data.plan)
    return _to(request, access)


@router.post("/datasets/{dataset_id}/samples/{sample_id}/gold", name="mark_gold")
def mark(request: Request, access: LeadDep, session: SessionDep, sample_id: Id, form: KnownDep) -> Response:
    """Make a decided sample a gold one."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    gold.mark(session, access.dataset, access.user, sample_id, form.data.decision, form.data.why)
    path = request.app.url_path_for("sample", dataset_id=access.dataset.id, sample_id=sample_id)
    return RedirectResponse(f"{path}#settled-h", 303)


@router.post("/datasets/{dataset_id}/quality/gold/{gold_id}/retire", name="retire_gold")
def retire(request: Request, access: LeadDep, session: SessionDep, gold_id: Id) -> Response:
    """Give it to nobody any more."""
    gold.retire(session, access.dataset, gold_id)
    return _to(request, access)


@router.post("/datasets/{dataset_id}/quality/gold/people/{user_id}/go-on", name="let_go_on")
def let_go_on(request: Request, access: LeadDep, session: SessionDep, user_id: Id) -> Response:
    """Open a desk that rests."""
    desk_pauses.let_go_on(session, access.dataset, access.user, user_id)
    return _to(request, access)


def _page(
    request: Request, access: Access, session: Session, form: Submission[PlanForm], status: int = 200
) -> Response:
    results = gold.results(session, access.dataset)
    plan = gold_plan.of(access.dataset)
    return render(
        request,
        "gold.html",
        status=status,
        dataset=access.dataset,
        access=access,
        form=form,
        plan=plan,
        known=gold.listed(session, access.dataset),
        ready=gold_queue.waiting(session, access.dataset),
        people=[
            (user, role, results.get(user.id, gold.Results())) for user, role in people.members(session, access.dataset)
        ],
        pauses=desk_pauses.open_ones(session, access.dataset),
        least_seen=desk_pauses.LEAST_SEEN,
        line=lambda score: drawing.line(score.share or 0, plan.least_accuracy, "min", 1),
    )


def _to(request: Request, access: Access) -> Response:
    return RedirectResponse(request.app.url_path_for("gold", dataset_id=access.dataset.id), 303)
