"""Datasets: the list, a new one, how far one is, and its settings."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from app.models import DatasetForm, Purpose, Role
from app.services import datasets, overview, productivity, replanning
from app.services.errors import Conflict
from app.services.next_step import next_step
from app.web import funnel
from app.web.dependencies import AdminDep, DatasetAdminDep, ExpertDep, SessionDep, UserDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()


class DatasetSettings(Input):
    """What a dataset asks for."""

    name: Line = Field(max_length=100)
    goal: str = Field("", max_length=2_000)
    purpose: Purpose
    form: DatasetForm
    target: int | None = Field(None, ge=1, le=1_000_000_000)
    reviews_per_sample: int = Field(1, ge=1, le=9)


SettingsDep = Annotated[Submission[DatasetSettings], Depends(submission(DatasetSettings))]


@router.get("/datasets")
def dataset_list(request: Request, user: UserDep, session: SessionDep) -> Response:
    """All datasets that the person may see, each with what waits for them there."""
    return render(request, "datasets.html", listed=datasets.listed(session, user), user=user)


@router.get("/datasets/new")
def new_dataset(request: Request, user: AdminDep) -> Response:
    return render(request, "dataset_new.html", form=Submission[DatasetSettings]())


@router.post("/datasets/new")
def create_dataset(request: Request, user: AdminDep, session: SessionDep, form: SettingsDep) -> Response:
    if form.data is None:
        return render(request, "dataset_new.html", form=form, status=422)
    try:
        dataset = datasets.create(session, user, **form.data.model_dump())
    except Conflict as error:
        form.errors["name"] = error.message
        return render(request, "dataset_new.html", form=form, status=422)
    return RedirectResponse(f"/datasets/{dataset.id}/corpora", 303)


@router.get("/datasets/{dataset_id}")
def dataset_overview(request: Request, access: ExpertDep, session: SessionDep) -> Response:
    """How far the dataset is and what it needs next; experts go to their desk."""
    dataset = access.dataset
    if not access.is_lead:
        return RedirectResponse(f"/datasets/{dataset.id}/review", 303)
    numbers = overview.of(session, dataset)
    people = productivity.of(session, dataset)
    experts = sum(line.role is Role.EXPERT for line in people)
    return render(
        request,
        "dataset.html",
        dataset=dataset,
        access=access,
        overview=numbers,
        stages=funnel.stages(numbers.funnel),
        step=next_step(numbers, experts, dataset.target),
        people=people,
        spark=funnel.spark,
    )


@router.get("/datasets/{dataset_id}/settings")
def dataset_settings(
    request: Request, access: DatasetAdminDep, session: SessionDep, saved: bool = False
) -> Response:
    return render(
        request,
        "dataset_settings.html",
        dataset=access.dataset,
        access=access,
        form=Submission[DatasetSettings](),
        saved=saved,
        queue_change=replanning.shown(session, access.dataset),
    )


@router.post("/datasets/{dataset_id}/settings")
def change_settings(request: Request, access: DatasetAdminDep, session: SessionDep, form: SettingsDep) -> Response:
    dataset = access.dataset
    if form.data is not None:
        try:
            datasets.change(session, dataset, **form.data.model_dump())
        except Conflict as error:
            form.errors["name"] = error.message
        else:
            return RedirectResponse(f"/datasets/{dataset.id}/settings?saved=true", 303)
    return render(
        request,
        "dataset_settings.html",
        dataset=dataset,
        access=access,
        form=form,
        saved=False,
        queue_change=replanning.shown(session, dataset),
        status=422,
    )
