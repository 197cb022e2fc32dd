"""Acceptance by sampling: starting one with its plan in sight, following it, and ending it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app.curation import acceptance as plans
from app.messages import say
from app.models import Acceptance, AcceptanceState, User
from app.services import acceptance, acceptance_jobs, corpora, progress, strata
from app.services.acceptance import Standing
from app.services.errors import DomainError
from app.services.strata import Stratum
from app.web.acceptance_drawing import curves, margin
from app.web.dependencies import Access, Id, LeadDep, SessionDep
from app.web.forms import FormDep, Input, Line, Submission, check
from app.web.languages import language
from app.web.queries import Given, in_words, name_of, stratum_of
from app.web.rendering import render

router = APIRouter()

ADDRESS = "/datasets/{dataset_id}/quality/acceptance"
CHIPS = {
    AcceptanceState.DRAWING: ("queued", say("Being drawn")),
    AcceptanceState.JUDGING: ("queued", say("Being judged")),
    AcceptanceState.ACCEPTED: ("approved", say("Accepted")),
    AcceptanceState.REFUSED: ("rejected", say("Not accepted")),
    AcceptanceState.WITHDRAWN: ("dropped", say("Withdrawn")),
}
DRAWN_BY = (
    ("", say("All together")),
    ("corpus", say("In proportion to the corpora")),
    ("score", say("In proportion to the score")),
    ("cluster", say("In proportion to groups of near-duplicates")),
)
DEFECTS = {
    "rejected": say("rejected"),
    "edited": say("approved only after an edit"),
    "flagged": say("in doubt"),
    "unjudged": say("left the queue before anybody judged them"),
}
MOST_ALLOWED = 5


class Promise(Input):
    """What is promised and how the sample is drawn; which samples are meant stands beside it in the same form."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    name: Line = Field("", max_length=200)
    tolerable: float = Field(2, gt=0, le=50, allow_inf_nan=False)
    confidence: float = Field(95, ge=50, le=99.9, allow_inf_nan=False)
    allowed: int = Field(2, ge=0, le=plans.MOST_ALLOWED)
    drawn_by: str = Field("", pattern="^(|corpus|score|cluster)$")


def promise(given: Given) -> Submission[Promise]:
    """What was typed, in a form or in the address of a preview."""
    names = [name for name in Promise.model_fields if given.get(name) is not None]
    return check(Promise, {name: str(given.get(name)) for name in names})


def typed(form: FormDep) -> Submission[Promise]:
    return promise(form)


@router.get(ADDRESS, name="acceptances")
def show_acceptances(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All acceptances, and a new one; while somebody fills it in, the page says what that takes."""
    given = request.query_params
    return _page(request, access, session, stratum_of(given), promise(given))


@router.post(ADDRESS, name="start_acceptance")
def start(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    form: FormDep,
    typed: Annotated[Submission[Promise], Depends(typed)],
) -> Response:
    """Freeze the stratum and put its sample in front of the experts."""
    stratum = stratum_of(form)
    if typed.data is None:
        return _page(request, access, session, stratum, typed, status=422)
    asked = typed.data
    try:
        with session.begin_nested():
            made = acceptance.start(
                session,
                access.dataset,
                access.user,
                stratum,
                name=asked.name or name_of(session, access.dataset, stratum),
                tolerable=asked.tolerable / 100,
                confidence=asked.confidence / 100,
                allowed=asked.allowed,
                drawn_by=asked.drawn_by,
            )
    except DomainError as refusal:
        typed.refuse(refusal)
        return _page(request, access, session, stratum, typed, status=422)
    return _to(request, access, made)


@router.get(ADDRESS + "/{acceptance_id}", name="acceptance")
def show_acceptance(request: Request, access: LeadDep, session: SessionDep, acceptance_id: Id) -> Response:
    """How the judging stands, the bound against what is tolerated, and what can be done now."""
    one = acceptance.find(session, access.dataset, acceptance_id)
    found = acceptance.standing(session, one)
    bound = acceptance.bound(one, found)
    left = one.certificate.get("left", 0)
    told = {} if one.state is AcceptanceState.JUDGING else one.certificate
    shown = told.get("bound", bound.rate)
    return render(
        request,
        "acceptance.html",
        "state",
        dataset=access.dataset,
        access=access,
        one=one,
        found=found,
        told=told,
        bound=shown,
        method=told.get("method", bound.method),
        margin=margin(found.defects / found.judged if found.judged else 0.0, shown, one.tolerable),
        reasons=_reasons(found, told),
        chip=CHIPS[one.state],
        words=in_words(session, access.dataset, Stratum.of(one.stratum)),
        drawn_by=dict(DRAWN_BY).get(one.drawn_by, ""),
        starter=_name(session, one.started_by),
        closer=_name(session, one.closed_by),
        left=left,
        progress=progress.of(session, one.job_id) if one.job_id else None,
    )


@router.post(ADDRESS + "/{acceptance_id}/accept", name="accept")
def accept(request: Request, access: LeadDep, session: SessionDep, acceptance_id: Id) -> Response:
    """Approve all members."""
    return _act(request, access, session, acceptance_id, "accept")


@router.post(ADDRESS + "/{acceptance_id}/requeue", name="requeue")
def requeue(request: Request, access: LeadDep, session: SessionDep, acceptance_id: Id) -> Response:
    """Send all members to full review, because the sample has failed."""
    return _act(request, access, session, acceptance_id, "refuse")


@router.post(ADDRESS + "/{acceptance_id}/withdraw", name="withdraw")
def withdraw(request: Request, access: LeadDep, session: SessionDep, acceptance_id: Id) -> Response:
    """Give everything back to the queue."""
    return _act(request, access, session, acceptance_id, "withdraw")


@router.post(ADDRESS + "/{acceptance_id}/take-back", name="take_back_acceptance")
def take_back(request: Request, access: LeadDep, session: SessionDep, acceptance_id: Id) -> Response:
    """Undo an acceptance."""
    return _act(request, access, session, acceptance_id, "take_back")


def _act(request: Request, access: Access, session: Session, acceptance_id: int, act: acceptance_jobs.Act) -> Response:
    return _to(request, access, acceptance_jobs.act(session, access.dataset, acceptance_id, act, access.user))


def _page(
    request: Request,
    access: Access,
    session: Session,
    stratum: Stratum,
    form: Submission[Promise],
    *,
    status: int = 200,
) -> Response:
    found = acceptance.of(session, access.dataset.id)
    return render(
        request,
        "acceptances.html",
        "plan",
        status=status,
        dataset=access.dataset,
        access=access,
        acceptances=found,
        standings={one.id: acceptance.standing(session, one) for one in found if one.state is AcceptanceState.JUDGING},
        chips=CHIPS,
        form=form,
        stratum=stratum,
        corpora=corpora.of(session, access.dataset.id),
        measures=strata.measures(session, access.dataset),
        languages=[(code or "?", language(code), kept) for code, kept in strata.languages(session, access.dataset)],
        drawn_by=DRAWN_BY,
        **_plan(session, access, stratum, form),
    )


def _plan(session: Session, access: Access, stratum: Stratum, form: Submission[Promise]) -> dict[str, Any]:
    """What the promise takes: the population as it is now, and a plan for each number of allowed defects."""
    population = acceptance.available(session, access.dataset, stratum)
    asked = form.data
    if asked is None or not population:
        return {"population": population, "asked": asked, "curves": None}
    made = plans.plans(population, asked.tolerable / 100, asked.confidence / 100, MOST_ALLOWED)
    return {"population": population, "asked": asked, "curves": curves(made, asked.allowed)}


def _reasons(found: Standing, told: dict[str, Any]) -> list[tuple[int, str]]:
    """What the defects are: (how many, words). Of one that has ended, as its certificate says."""
    now = {"rejected": found.rejected, "edited": found.edited, "flagged": found.flagged, "unjudged": found.gone}
    return [(told.get(name, number), DEFECTS[name]) for name, number in now.items()]


def _name(session: Session, user_id: int | None) -> str:
    return session.get_one(User, user_id).name if user_id else ""


def _to(request: Request, access: Access, one: Acceptance) -> Response:
    path = request.url_for("acceptance", dataset_id=access.dataset.id, acceptance_id=one.id).path
    return RedirectResponse(path, 303)
