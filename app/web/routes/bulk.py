"""Deciding on many samples at once: what it would touch, what it did, what the hidden audits say, and the undo."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4
from zlib import crc32

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from app.messages import say
from app.models import BulkAction, Dataset, Decision, Job, User
from app.services import auditing, bulk, bulk_undo, jobs, progress, reasons, rubrics, runs, samples
from app.services.errors import Conflict, DomainError, Invalid
from app.services.strata import Stratum
from app.web import once
from app.web.answer_form import Answer, given
from app.web.dependencies import Access, Id, LeadDep, SessionDep
from app.web.errors import STATUS
from app.web.forms import Input, Submission, submission
from app.web.queries import in_words, query_of, stratum_of
from app.web.rendering import render

router = APIRouter()

EXAMPLES = 10


class Many(Input):
    """One answer for all samples that the address means; those to questions have names as on the desk."""

    many: ClassVar[str] = Answer.many

    decision: Literal["approve", "reject"]
    key: str = Field(min_length=8, max_length=64)
    reason: str = Field("", max_length=40)
    comment: str = Field("", max_length=4_000)
    audits: int | None = Field(None, ge=0, le=bulk.LONGEST_AUDIT)
    rubric: int | None = Field(None, ge=1, le=2**63 - 1)
    asked: dict[str, dict[str, list[str]]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: Any) -> Any:
        plain = {name: value for name, value in values.items() if not name.startswith(cls.many)}
        return plain | {"asked": given(values)}


ManyDep = Annotated[Submission[Many], Depends(submission(Many))]


@router.get("/datasets/{dataset_id}/samples/decide", name="decide_many")
def show_decision(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """How many samples these are, ten of them, and what a decision would do."""
    return _confirm(request, access, session, Submission[Many]())


@router.post("/datasets/{dataset_id}/samples/decide", name="decide_on_many")
def decide(request: Request, access: LeadDep, session: SessionDep, form: ManyDep) -> Response:
    """Decide on all of them."""
    if form.data is None:
        return _confirm(request, access, session, form, 422)
    asked = form.data
    try:
        with session.begin_nested():
            made = bulk.decide(
                session,
                access.dataset,
                access.user,
                stratum_of(request.query_params),
                Decision(asked.decision),
                idempotency_key=asked.key,
                reason=asked.reason,
                comment=asked.comment,
                audits=asked.audits,
                answers=rubrics.typed(session, access.dataset, asked.asked, asked.rubric),
                rubric_id=asked.rubric,
            )
    except DomainError as refusal:
        form.refuse(refusal)
        field = refusal.field if isinstance(refusal, Invalid) else ""
        return _confirm(request, access, session, form, STATUS[type(refusal)], field)
    return _to(request, access, made)


@router.get("/datasets/{dataset_id}/quality/bulk", name="bulk_actions")
def show_actions(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """Every decision on many samples, newest first, with what its audits say."""
    found = bulk.of(session, access.dataset.id)
    return render(
        request,
        "bulk_actions.html",
        dataset=access.dataset,
        access=access,
        actions=found,
        words={one.id: _words(session, access.dataset, one) for one in found},
        people={one.id: session.get_one(User, one.expert_id).name for one in found},
        audits=auditing.of(session, [one.id for one in found]),
    )


@router.get("/datasets/{dataset_id}/quality/bulk/{bulk_id}", name="bulk_action")
def show_action(request: Request, access: LeadDep, session: SessionDep, bulk_id: Id) -> Response:
    """One of them: progress while it works, then what it did, its audits, and the undo."""
    one = bulk.find(session, access.dataset, bulk_id)
    return render(
        request,
        "bulk_action.html",
        "state",
        dataset=access.dataset,
        access=access,
        one=one,
        progress=progress.of(session, one.job_id) if one.job_id else None,
        audit=auditing.of(session, [one.id]).get(one.id),
        words=in_words(session, access.dataset, Stratum.of(one.query)),
        reason=reasons.title(one.reason) if one.reason else "",
        person=session.get_one(User, one.expert_id).name,
        left={"busy": 0, "answered": 0, **one.left},
        undoer=session.get_one(User, one.undone_by).name if one.undone_by else "",
        query=query_of(Stratum.of(one.query)),
        said=once.said(session, one),
        left_open=once.left_open(session, one),
    )


@router.post("/datasets/{dataset_id}/quality/bulk/{bulk_id}/undo", name="undo_bulk")
def undo(request: Request, access: LeadDep, session: SessionDep, bulk_id: Id) -> Response:
    """Take the whole decision back."""
    return _to(request, access, bulk_undo.undo(session, access.dataset, bulk_id, access.user))


@router.post("/datasets/{dataset_id}/quality/bulk/{bulk_id}/stop", name="stop_bulk")
def stop(request: Request, access: LeadDep, session: SessionDep, bulk_id: Id) -> Response:
    """Ask the work to stop; what is decided stays, and can be undone."""
    one = bulk.find(session, access.dataset, bulk_id)
    job = session.get(Job, one.job_id) if one.job_id else None
    if job is None:
        raise Conflict(say("This was done at once, so there is nothing to stop. It can be undone as a whole."))
    jobs.cancel(session, job)
    return _to(request, access, one)


def _confirm(
    request: Request, access: Access, session: Session, form: Submission[Many], status: int = 200, refused: str = ""
) -> Response:
    stratum = stratum_of(request.query_params)
    reach = bulk.reach(session, access.dataset, access.user, stratum)
    seed = crc32(request.url.query.encode())
    chosen = bulk.examples(session, access.dataset, stratum, EXAMPLES, seed)
    return render(
        request,
        "decide_many.html",
        status=status,
        dataset=access.dataset,
        access=access,
        reach=reach,
        audits=bulk.audits_for(reach.free),
        words=in_words(session, access.dataset, stratum),
        examples=samples.some(session, access.dataset.id, runs.latest(session, access.dataset.id), chosen),
        query=query_of(stratum),
        form=form,
        key=form.values.get("key") or uuid4().hex,
        reasons=[("", say("Choose a reason")), *((one.code, one.title) for one in reasons.REASONS)],
        at_once=bulk.AT_ONCE,
        once=once.of(session, access.dataset, form.values, refused),
    )


def _words(session: Session, dataset: Dataset, one: BulkAction) -> str:
    said = in_words(session, dataset, Stratum.of(one.query))
    return "; ".join(f"{name}: {words}" for name, words in said) or "All samples that waited"


def _to(request: Request, access: Access, one: BulkAction) -> Response:
    path = request.url_for("bulk_action", dataset_id=access.dataset.id, bulk_id=one.id).path
    return RedirectResponse(path, 303)
