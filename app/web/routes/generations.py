"""Generations: the list, a new one with its estimate, and one while it works and when it is done."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.curation.generating.kinds import KINDS
from app.curation.generating.pricing import Prices
from app.messages import say
from app.models import Generation, Job, ModelEndpoint, Prompt, PromptVersion, User
from app.services import (
    endpoints,
    generating,
    generating_choices,
    generating_reasons,
    generation_figures,
    progress,
    prompts,
)
from app.services.errors import DomainError, NotFound
from app.services.generating import Choice, Estimate, Settings
from app.web import money  # noqa: F401 - gives the templates a filter
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import FormDep, Input, Submission, read, submission
from app.web.rendering import render

router = APIRouter()

HALTS = {
    "budget": say("The budget is used up."),
    "endpoint": say("The model’s server turned a request away."),
    "unavailable": say("The model’s server cannot be reached."),
    "stopped": say("It was stopped."),
}
MOST = 2**63 - 1


class NewForm(Input):
    """What to ask about, with which prompt and model, and what it may cost."""

    version: int | None = Field(None, ge=1, le=MOST)
    endpoint: int | None = Field(None, ge=1, le=MOST)
    corpora: list[int] = Field(default_factory=list, max_length=1_000)
    documents: list[int] = Field(default_factory=list, max_length=1_000)
    language: str = Field("", max_length=40)
    with_flagged: bool = False
    with_duplicates: bool = False
    with_used: bool = False
    limit: int = Field(0, ge=0, le=10_000_000)
    rounds: int = Field(10, ge=1, le=generating.MOST_ROUNDS)
    number: int = Field(3, ge=1, le=20)
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: int = Field(1_500, ge=50, le=100_000)
    budget: float | None = Field(None, gt=0, le=1_000_000)
    repeat_lost: bool = False

    def choice(self) -> Choice:
        return Choice(
            tuple(self.corpora),
            tuple(self.documents),
            self.language,
            self.with_flagged,
            self.with_duplicates,
            self.with_used,
            self.limit,
            self.rounds,
        )

    def settings(self) -> Settings:
        return Settings(self.number, self.temperature, self.max_tokens)


class BudgetForm(Input):
    """A larger budget, where one is wanted."""

    budget: float | None = Field(None, gt=0, le=1_000_000)


@router.get("/datasets/{dataset_id}/generations", name="generations")
def show_generations(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All generations, newest first, and how each prompt does with each model."""
    found = generating.of(session, access.dataset.id)
    return render(
        request,
        "generations.html",
        dataset=access.dataset,
        access=access,
        found=[
            (*one, generation_figures.counts(session, one[0]), generating.is_running(session, one[0])) for one in found
        ],
        figures=generation_figures.by_prompt(session, access.dataset.id),
        has_models=bool(endpoints.of(session)),
        passages=generating_choices.of(session, access.dataset.id).passages,
    )


@router.get("/datasets/{dataset_id}/generations/new", name="new_generation")
def new_generation(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    """The choice, with what it would need; each change of it counts anew."""
    return _new(request, access, session, read(NewForm, request.query_params))


@router.post("/datasets/{dataset_id}/generations", name="start_generation")
def start_generation(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    form: Annotated[Submission[NewForm], Depends(submission(NewForm))],
) -> Response:
    """Begin."""
    if form.data is None:
        return _new(request, access, session, form, 422)
    try:
        with session.begin_nested():
            made = _start(session, access, form.data)
    except DomainError as error:
        form.refuse(error)
        return _new(request, access, session, form, 422)
    return _to(request, made)


@router.get("/datasets/{dataset_id}/generations/{generation_id}", name="generation")
def show_generation(request: Request, access: LeadDep, session: SessionDep, generation_id: Id) -> Response:
    """One generation. The block asks for itself until it is done."""
    return _page(request, access, session, generating.find(session, access.dataset.id, generation_id), Submission())


@router.post("/datasets/{dataset_id}/generations/{generation_id}/stop", name="stop_generation")
def stop_generation(request: Request, access: DatasetAdminDep, session: SessionDep, generation_id: Id) -> Response:
    """Ask nothing more; what was answered becomes samples."""
    generation = generating.find(session, access.dataset.id, generation_id)
    generating.stop(session, generation)
    return _to(request, generation)


@router.post("/datasets/{dataset_id}/generations/{generation_id}/go-on", name="go_on_generating")
def go_on(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    generation_id: Id,
    form: Annotated[Submission[BudgetForm], Depends(submission(BudgetForm))],
) -> Response:
    """Ask the rest, with a larger budget where one is typed."""
    generation = generating.find(session, access.dataset.id, generation_id)
    if form.data is None:
        return _page(request, access, session, generation, form, 422)
    budget = Decimal(str(form.data.budget)) if form.data.budget is not None else None
    try:
        with session.begin_nested():
            generating.go_on(session, generation, budget, access.user.id)
    except DomainError as error:
        form.refuse(error)
        session.refresh(generation)
        return _page(request, access, session, generation, form, 422)
    return _to(request, generation)


@router.post("/datasets/{dataset_id}/generations/{generation_id}/ask-again", name="ask_again")
def ask_again(
    request: Request, access: DatasetAdminDep, session: SessionDep, generation_id: Id, form: FormDep
) -> Response:
    """Ask anew about all passages that were refused for one reason."""
    generation = generating.find(session, access.dataset.id, generation_id)
    generating.ask_again(session, generation, str(form.get("code", "")), access.user.id)
    return _to(request, generation)


def _start(session: Session, access: Access, form: NewForm) -> Generation:
    prompt_version = _version(session, access, form)
    endpoint = _endpoint(session, form)
    if prompt_version is None or endpoint is None:
        raise NotFound(say("Choose a prompt and a model."))
    return generating.start(
        session,
        access.dataset,
        prompt_version[1],
        endpoint,
        form.settings(),
        form.choice(),
        budget=Decimal(str(form.budget)) if form.budget is not None else None,
        repeat_lost=form.repeat_lost,
        by=access.user.id,
    )


def _version(session: Session, access: Access, form: NewForm | None) -> tuple[Prompt, PromptVersion] | None:
    if form is None or form.version is None:
        return next(iter(prompts.of(session, access.dataset)), None)
    return prompts.find_version(session, access.dataset.id, form.version)


def _endpoint(session: Session, form: NewForm | None) -> ModelEndpoint | None:
    if form is None or form.endpoint is None:
        return next(iter(endpoints.of(session)), None)
    return endpoints.find(session, form.endpoint)


def _estimate(
    session: Session,
    access: Access,
    form: NewForm | None,
    version: PromptVersion | None,
    endpoint: ModelEndpoint | None,
) -> Estimate | None:
    if form is None or version is None or endpoint is None:
        return None
    prices = Prices(endpoint.price_in, endpoint.price_out)
    return generating.estimate(session, access.dataset, version, prices, form.settings(), form.choice())


def _new(request: Request, access: Access, session: Session, form: Submission[NewForm], status: int = 200) -> Response:
    found = _version(session, access, form.data)
    endpoint = _endpoint(session, form.data)
    return render(
        request,
        "generation_new.html",
        "estimate",
        status=status,
        dataset=access.dataset,
        access=access,
        form=form,
        prompts=prompts.of(session, access.dataset),
        models=endpoints.of(session),
        prompt=found[0] if found else None,
        version=found[1] if found else None,
        kind=KINDS[found[0].kind] if found else None,
        endpoint=endpoint,
        choices=generating_choices.of(session, access.dataset.id),
        expected=_estimate(session, access, form.data, found[1] if found else None, endpoint),
        defaults=NewForm(),
    )


def _page(
    request: Request,
    access: Access,
    session: Session,
    generation: Generation,
    form: Submission[Any],
    status: int = 200,
) -> Response:
    prompt, version = prompts.find_version(session, access.dataset.id, generation.prompt_version_id)
    job = session.get(Job, generation.job_id) if generation.job_id else None
    starter = session.get(User, generation.created_by) if generation.created_by else None
    return render(
        request,
        "generation.html",
        "state",
        status=status,
        dataset=access.dataset,
        access=access,
        generation=generation,
        prompt=prompt,
        version=version,
        kind=KINDS[prompt.kind],
        form=form,
        progress=progress.of(session, job.id) if job else None,
        counts=generation_figures.counts(session, generation),
        reasons=generation_figures.reasons(session, generation),
        corpus=generating.corpus_of(session, generation),
        figures=generation_figures.by_prompt(session, access.dataset.id, generation.id),
        halts=HALTS,
        starter=starter.name if starter else "",
        title_of=generating_reasons.title,
    )


def _to(request: Request, generation: Generation) -> Response:
    path = request.url_for("generation", dataset_id=generation.dataset_id, generation_id=generation.id).path
    return RedirectResponse(path, 303)
