"""The desk: one sample, one decision, the next sample."""

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from app.models import Decision
from app.services import batches, guidelines, reasons, reviewing
from app.services import desk as desks
from app.services.errors import Conflict, DomainError, Invalid
from app.services.why import Reason
from app.web import dates, drawing, material, roles, word_diff  # noqa: F401 - all but one give words to the templates
from app.web.days import day_began
from app.web.dependencies import Access, ExpertDep, SessionDep
from app.web.errors import STATUS
from app.web.forms import Input, Submission, submission
from app.web.rendering import render, wants_part

router = APIRouter()

Note = Literal["late", "repeat", "undone", "gone"]


class Answer(Input):
    """What the desk sends. `text` is not trimmed: an edit is kept to the letter."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    slot: int = Field(ge=1, le=2**63 - 1)
    key: str = Field(min_length=8, max_length=64)
    decision: Decision
    reason: str = Field("", max_length=40)
    comment: str = Field("", max_length=4_000)
    piece: list[int] = Field(default_factory=list)
    text: list[str] = Field(default_factory=list)
    seconds: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)

    @model_validator(mode="after")
    def _paired(self) -> "Answer":
        if len(self.piece) != len(self.text):
            raise ValueError("Part of the text was lost on its way. Send it again.")
        return self

    @property
    def edits(self) -> dict[int, str]:
        return dict(zip(self.piece, self.text, strict=True))


class TakeBack(Input):
    """Which answer to take back; the latest where none is named."""

    review: int | None = Field(None, ge=1, le=2**63 - 1)


class Lease(Input):
    """The place that is on the screen."""

    slot: int = Field(ge=1, le=2**63 - 1)


class Draft(Answer):
    """An edit under way, to see what it changes: the same form as an answer's."""

    key: str = ""
    decision: Decision = Decision.APPROVE


AnswerDep = Annotated[Submission[Answer], Depends(submission(Answer))]
TakeBackDep = Annotated[Submission[TakeBack], Depends(submission(TakeBack))]
LeaseDep = Annotated[Submission[Lease], Depends(submission(Lease))]
DraftDep = Annotated[Submission[Draft], Depends(submission(Draft))]


@router.get("/datasets/{dataset_id}/review", name="review")
def show_desk(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    note: Note | None = None,
    edit: Annotated[str, Query(max_length=9)] = "",
) -> Response:
    """The sample to decide next; `?edit` opens its text."""
    return _desk(request, access, session, note=note, editing=edit)


@router.post("/datasets/{dataset_id}/review", name="decide")
def decide(request: Request, access: ExpertDep, session: SessionDep, form: AnswerDep) -> Response:
    """Store an answer and show the next sample, to htmx in the same breath."""
    if form.data is None:
        return _refused(request, access, session, form, Invalid(next(iter(form.errors.values()))))
    answer = form.data
    try:
        with session.begin_nested():
            outcome = reviewing.submit(
                session,
                access.dataset,
                access.user,
                answer.slot,
                answer.decision,
                idempotency_key=answer.key,
                reason=answer.reason,
                comment=answer.comment,
                edits=answer.edits,
                seconds=answer.seconds,
            )
    except DomainError as refusal:
        return _refused(request, access, session, form, refusal)
    note = _note(outcome, answer.decision)
    return _onward(request, access, session, note, answered=outcome.review.sample_id)


@router.post("/datasets/{dataset_id}/review/undo", name="undo_review")
def undo(request: Request, access: ExpertDep, session: SessionDep, form: TakeBackDep) -> Response:
    """Take an answer back and show its sample again."""
    taken = reviewing.undo(session, access.dataset, access.user, form.data.review if form.data else None)
    return _onward(request, access, session, "undone" if taken.slot else "gone")


@router.post("/datasets/{dataset_id}/review/lease", name="renew_lease")
def renew(access: ExpertDep, session: SessionDep, form: LeaseDep) -> Response:
    """A sign from an open page that its sample is still being read."""
    if form.data is None or desks.held(session, access.dataset, access.user, form.data.slot) is None:
        raise Conflict(
            "This sample was reserved for you for a while, and a colleague has it now. You can still answer: "
            "what you send is kept, and counts if nobody else was faster."
        )
    reviewing.renew(session, access.dataset, access.user)
    return Response(status_code=204)


@router.post("/datasets/{dataset_id}/review/difference", name="difference")
def difference(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    form: DraftDep,
    piece: Annotated[int, Query(ge=0, le=10_000, alias="of")],
) -> Response:
    """What an edit of one piece changes, word by word."""
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    before = desks.original(session, access.dataset, form.data.slot, piece)
    after = form.data.edits.get(piece, before)
    return render(request, "review_difference.html", before=before, after=after)


def _desk(
    request: Request,
    access: Access,
    session: Session,
    *,
    note: str | None = None,
    editing: str = "",
    answered: int | None = None,
    form: Submission[Answer] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    """`editing` is the number of the piece to open, or anything else for the answer; `form` holds what was refused."""
    laid_out = desks.lay_out(session, access.dataset, access.user, day_began(request))
    return render(
        request,
        "review.html",
        "desk",
        status=status,
        dataset=access.dataset,
        access=access,
        desk=laid_out,
        subject=laid_out.subject,
        opened=_opened(laid_out.subject, editing),
        note=note,
        answered=answered,
        typed=_typed(laid_out.subject, form),
        refusal=refusal,
        key=uuid4().hex,
        reasons=reasons.REASONS,
        batch=batches.for_expert(session, access.dataset, access.user),
        guideline=None if wants_part(request) else guidelines.current(session, access.dataset),
        limits=_drawn(laid_out.subject),
        metadata=_metadata(laid_out.subject),
    )


def _drawn(subject: desks.Subject | None) -> list[tuple[Reason, drawing.Line]]:
    limits = subject.limits if subject else []
    return [(limit, drawing.line(limit.value, limit.bound, limit.side, limit.scale)) for limit in limits]


def _metadata(subject: desks.Subject | None) -> list[tuple[str, str]]:
    """What the record held beside the sample, as far as it fits beside it."""
    found = (subject.sample.meta or {}) if subject else {}
    return [(name, str(value)[:500]) for name, value in list(found.items())[:20] if value not in (None, "", [], {})]


def _opened(subject: desks.Subject | None, editing: str) -> int | None:
    """Which piece is being edited: the one that was asked for, else the answer; None while the sample is only read."""
    if subject is None or not editing:
        return None
    can_be = [piece.number for piece in subject.pieces if piece.is_editable]
    answer = [piece.number for piece in subject.pieces if piece.is_editable and piece.is_answer]
    asked = [number for number in can_be if str(number) == editing]
    return next(iter([*asked, *answer, *can_be]), None)


def _typed(subject: desks.Subject | None, form: Submission[Answer] | None) -> dict[str, Any]:
    """What stands in the form: what was typed and refused, else what the expert had written before taking it back."""
    if subject is None:
        return {"decision": "", "comment": "", "texts": {}}
    if form is None or str(form.values.get("slot")) != str(subject.slot_id):
        return {"decision": "", "comment": subject.comment, "texts": subject.drafts}
    texts = dict(zip(map(str, form.values.get("piece", [])), form.values.get("text", []), strict=False))
    return {
        "decision": form.values.get("decision", ""),
        "comment": form.values.get("comment", ""),
        "texts": {piece.number: texts[str(piece.number)] for piece in subject.pieces if str(piece.number) in texts},
    }


def _refused(
    request: Request, access: Access, session: Session, form: Submission[Answer], refusal: DomainError
) -> Response:
    """htmx leaves the form as it is and shows the sentence; without it the page comes back with what was typed."""
    if wants_part(request):
        raise refusal
    editing = "answer" if form.values.get("text") else ""
    return _desk(request, access, session, form=form, refusal=refusal, editing=editing, status=STATUS[type(refusal)])


def _onward(
    request: Request, access: Access, session: Session, note: str | None, answered: int | None = None
) -> Response:
    """The next sample: for htmx in this very answer, which leaves after the commit like any other; else by redirect."""
    path = str(request.app.url_path_for("review", dataset_id=access.dataset.id))
    if not wants_part(request):
        return RedirectResponse(f"{path}?note={note}" if note else path, 303)
    shown = _desk(request, access, session, note=note, answered=answered)
    shown.headers["HX-Replace-Url"] = path
    return shown


def _note(outcome: reviewing.Outcome, decision: Decision) -> str | None:
    review = outcome.review
    if outcome.is_repeat and (review.undone_at is not None or review.decision is not decision):
        return "repeat"
    return None if review.counted or decision is Decision.SKIP else "late"
