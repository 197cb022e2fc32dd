"""The desk: one sample, one decision, the next sample."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from app.curation.retelling import Told
from app.curation.sample import Form as SampleForm
from app.curation.sample import turns
from app.messages import say
from app.models import Decision, Review, Slot
from app.services import (
    asking,
    batches,
    gold,
    gold_queue,
    guideline_examples,
    guidelines,
    keys,
    people,
    precedents,
    reasons,
    reviewing,
    rubrics,
)
from app.services import desk as desks
from app.services.errors import Conflict, DomainError, Invalid
from app.services.taking_back import take_back
from app.services.why import Reason
from app.settings import get_settings
from app.web import (  # noqa: F401 - the last seven give words to templates
    dates,
    dock,
    drawing,
    editor,
    key_caps,
    marked_words,
    material,
    roles,
    weaving,
    word_diff,
)
from app.web.days import day_began
from app.web.dependencies import Access, ExpertDep, SessionDep, same_person
from app.web.errors import STATUS
from app.web.forms import Input, Submission, submission
from app.web.rendering import render, wants_part

router = APIRouter(dependencies=[Depends(same_person)])

Note = Literal["late", "repeat", "undone", "gone", "asked", "example"]
Part = Literal["desk", "done"]
"""What an answer brings: the whole desk with the next sample, or only what has been done, where the page has the next."""
Place = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Answer(Input):
    """What the desk sends. `text` is not trimmed: an edit is kept to the letter.

    One form holds it all: each panel has words of its own, and a reason alone is a rejection. Answers to the rubric
    have names of their own, ``a.KEY`` or ``a.KEY.PART``.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)
    many: ClassVar[str] = "a."

    slot: int = Field(ge=1, le=2**63 - 1)
    key: str = Field(min_length=8, max_length=64)
    decision: Decision
    reason: str = Field("", max_length=40)
    comment: str = Field("", max_length=4_000)
    reject_comment: str = Field("", max_length=4_000)
    flag_comment: str = Field("", max_length=4_000)
    piece: list[int] = Field(default_factory=list)
    text: list[str] = Field(default_factory=list)
    role: list[str] = Field(default_factory=list)
    layout: str = Field("", max_length=100_000)
    cursor: str = ""
    rubric: int | None = Field(None, ge=1, le=2**63 - 1)
    suggested: bool = False
    asked: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    seconds: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        plain = {name: value for name, value in values.items() if not name.startswith(cls.many)}
        # A reason alone is a decision: nobody's field is a skip, any other a rejection.
        meant = {reasons.NOT_MY_FIELD: "skip"}.get(str(plain.get("reason")), "reject")
        return ({"decision": meant} if plain.get("reason") else {}) | plain | {"asked": given(values)}

    @model_validator(mode="after")
    def _paired(self) -> "Answer":
        if len(self.piece) != len(self.text) or len(self.role) not in (0, len(self.piece)):
            raise ValueError(say("Part of the text was lost on its way. Send it again."))
        return self

    @property
    def edits(self) -> dict[int, str]:
        return dict(zip(self.piece, self.text, strict=True))

    @property
    def roles(self) -> dict[int, str]:
        return dict(zip(self.piece, self.role, strict=False))

    @property
    def words(self) -> str:
        """What was written in the panel of this decision."""
        panels = {Decision.REJECT: self.reject_comment, Decision.FLAG: self.flag_comment}
        return panels.get(self.decision, "") or self.comment


def given(values: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """What was sent for each question of a rubric, by its key and the part of the question that a control is for."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, value in values.items():
        if name.startswith(Answer.many):
            key, _, part = name.removeprefix(Answer.many).partition(".")
            found.setdefault(key, {})[part] = value
    return found


class TakeBack(Input):
    """Which answer to take back, by its number or the key it was sent with; the latest where none is named."""

    review: int | None = Field(None, ge=1, le=2**63 - 1)
    key: str = Field("", max_length=64)


class Lease(Input):
    """The place that is on the screen."""

    slot: int = Field(ge=1, le=2**63 - 1)


class Draft(Answer):
    """An edit under way, to see what it changes: the same form as an answer's."""

    key: str = ""
    decision: Decision = Decision.APPROVE


class Turning(Draft):
    """One operation on the turns of a conversation, such as ``split.2``; `cursor` counts characters of that turn."""

    operation: str = Field(max_length=20)

    @property
    def at(self) -> int | None:
        return int(self.cursor) if self.cursor.isascii() and self.cursor.isdigit() and len(self.cursor) < 9 else None


AnswerDep = Annotated[Submission[Answer], Depends(submission(Answer))]
TakeBackDep = Annotated[Submission[TakeBack], Depends(submission(TakeBack))]
LeaseDep = Annotated[Submission[Lease], Depends(submission(Lease))]
DraftDep = Annotated[Submission[Draft], Depends(submission(Draft))]
TurningDep = Annotated[Submission[Turning], Depends(submission(Turning))]


@router.get("/datasets/{dataset_id}/review", name="review")
def show_desk(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    note: Note | None = None,
    edit: Annotated[str, Query(max_length=9)] = "",
    slot: Annotated[Place | None, Query()] = None,
) -> Response:
    """The sample to decide next, or the one in `slot` while it is this expert's; `?edit` opens its text."""
    return _desk(request, access, session, note=note, editing=edit, wanted=slot)


@router.get("/datasets/{dataset_id}/review/following", name="following")
def following(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    beyond: Annotated[list[Place], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The sample after those that the page has, to be at hand before it is asked for."""
    if not wants_part(request):
        return RedirectResponse(_path(request, access), 303)
    laid_out = desks.ahead(session, access.dataset, access.user, beyond)
    return _desk(request, access, session, laid_out=laid_out, block="card")


@router.post("/datasets/{dataset_id}/review", name="decide")
def decide(
    request: Request, access: ExpertDep, session: SessionDep, form: AnswerDep, part: Part = "desk"
) -> Response:
    """Store an answer and show the next sample, to htmx in the same breath."""
    if form.data is None:
        undecided = "Nothing is decided yet, and nothing was saved. Press what should become of the sample."
        is_undecided = not form.values.get("decision") and "decision" in form.errors
        said = undecided if is_undecided else next(iter(form.errors.values()))
        return _refused(request, access, session, form, Invalid(said))
    answer = form.data
    try:
        # A refusal in words alone ends the transaction; where the page is shown again, it must still be of use.
        with nullcontext() if wants_part(request) else session.begin_nested():
            outcome = reviewing.submit(
                session,
                access.dataset,
                access.user,
                answer.slot,
                answer.decision,
                idempotency_key=answer.key,
                reason=answer.reason,
                comment=answer.words,
                edits=answer.edits,
                layout=answer.layout,
                roles=answer.roles,
                answers=rubrics.typed(session, access.dataset, answer.asked, answer.rubric),
                rubric_id=answer.rubric,
                suggestions_shown=answer.suggested,
                seconds=answer.seconds,
            )
    except DomainError as refusal:
        return _refused(request, access, session, form, refusal)
    note = _note(outcome, answer.decision)
    if part == "done" and wants_part(request):
        return _done(request, access, session, outcome.review, note)
    return _onward(request, access, session, note, answered=outcome.review.sample_id)


@router.post("/datasets/{dataset_id}/review/undo", name="undo_review")
def undo(
    request: Request, access: ExpertDep, session: SessionDep, form: TakeBackDep, part: Part = "desk"
) -> Response:
    """Take an answer back and show its sample again."""
    asked = form.data or TakeBack(review=None)
    if part == "done" and wants_part(request):
        taken = take_back(session, access.dataset, access.user, review_id=asked.review, key=asked.key)
        return _done(request, access, session, taken.review, None if taken.slot else "gone", back=taken.slot)
    taken = reviewing.undo(session, access.dataset, access.user, asked.review)
    return _onward(request, access, session, "undone" if taken.slot else "gone")


@router.post("/datasets/{dataset_id}/review/lease", name="renew_lease")
def renew(access: ExpertDep, session: SessionDep, form: LeaseDep) -> Response:
    """A sign from an open page that its sample is still being read."""
    if form.data is None or desks.held(session, access.dataset, access.user, form.data.slot) is None:
        raise Conflict(
            say(
                "This sample was reserved for you for a while, and a colleague has it now. You can still answer: "
                "what you send is kept, and counts if nobody else was faster."
            )
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
    before = _before(session, access, form.data, piece)
    after = form.data.edits.get(piece, before)
    return render(request, "review_difference.html", before=before, after=after)


@router.post("/datasets/{dataset_id}/review/turns", name="change_turns")
def change_turns(request: Request, access: ExpertDep, session: SessionDep, form: TurningDep) -> Response:
    """Add, remove, split or merge turns in the form; nothing is stored before the answer is."""
    if form.data is None:
        return _refused(request, access, session, form, Invalid(next(iter(form.errors.values()))))
    laid_out = desks.lay_out(session, access.dataset, access.user, day_began(request))
    if laid_out.subject is None or laid_out.subject.slot_id != form.data.slot:
        raise Conflict(
            say("This sample is not on your desk any more, so its turns cannot be changed. Your draft is kept.")
        )
    try:
        now, place = editor.changed(laid_out.subject, form.data, form.data.operation, form.data.at)
    except Invalid as refusal:
        return _refused(request, access, session, form, refusal)
    return _desk(request, access, session, form=form, now=now, editing="answer" if place < 0 else str(place))


def _before(session: Session, access: Access, form: Draft, place: int) -> str:
    """The original's words of the piece at this place; none of a turn that was added."""
    origins = form.layout.split(",") if form.layout else []
    origin = origins[place] if place < len(origins) else str(place)
    return desks.original(session, access.dataset, form.slot, int(origin)) if origin.isdecimal() else ""


def _desk(
    request: Request,
    access: Access,
    session: Session,
    *,
    note: str | None = None,
    editing: str = "",
    answered: int | None = None,
    form: Submission[Any] | None = None,
    now: Sequence[Told] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
    wanted: int | None = None,
    laid_out: desks.Desk | None = None,
    block: str = "desk",
) -> Response:
    """`editing` is the number of the piece to open, or anything else for the answer; `form` holds what was refused.

    `now` is a conversation whose turns are being changed.
    """
    if laid_out is None:
        laid_out = desks.lay_out(session, access.dataset, access.user, day_began(request), wanted=wanted)
    typed = _typed(laid_out.subject, form)
    sheet = editor.sheet(laid_out.subject, typed["texts"], now or typed["turns"]) if laid_out.subject else None
    guideline = None if wants_part(request) else guidelines.current(session, access.dataset)
    return render(
        request,
        "review.html",
        block,
        status=status,
        **_around(request, access),
        about="",
        back=None,
        desk=laid_out,
        subject=laid_out.subject,
        sheet=sheet,
        opened=_opened(sheet, editing),
        note=note,
        answered=answered,
        typed=typed,
        refusal=refusal,
        **_asked(session, access, laid_out.subject, form, refusal),
        key=uuid4().hex,
        reasons=reasons.REASONS,
        guideline=guideline,
        examples=guideline_examples.shown(session, guideline),
        colleagues=[] if wants_part(request) else people.names(session, access.dataset),
        batch=batches.for_expert(session, access.dataset, access.user),
        limits=_drawn(laid_out.subject),
        metadata=_metadata(laid_out.subject),
        **_learnt(session, access),
    )


def _around(request: Request, access: Access) -> dict[str, Any]:
    """What the desk needs besides a sample and what has been done."""
    return {
        "dataset": access.dataset,
        "access": access,
        "home": _path(request, access),
        "keys": keys.of(access.user),
        "lease_seconds": get_settings().lease_minutes * 60,
    }


def _done(
    request: Request, access: Access, session: Session, review: Review, note: str | None, back: Slot | None = None
) -> Response:
    """What an answer changed beside the sample, for a page that shows the next one already. It is saved: the commit
    comes before this leaves, and the header says so, because not everything that answers with 200 is Winnow."""
    reviewing.renew(session, access.dataset, access.user)
    shown = render(
        request,
        "review.html",
        "done",
        "told",
        **_around(request, access),
        desk=desks.done(session, access.dataset, access.user, day_began(request)),
        answered=None if back else review.sample_id,
        back=back.id if back else None,
        note=note,
        about=desks.first_words(session, review.sample_id) if note else "",
        refusal=None,
        revealed=asking.revealed(session, access.dataset, access.user),
        **_learnt(session, access),
        subject=None,
    )
    shown.headers["Winnow-Saved"] = "1"
    return shown


def _learnt(session: Session, access: Access) -> dict[str, Any]:
    """What an expert is told after an answer: how their team decided a practice sample, and where precedents are."""
    return {
        "practice": gold.feedback(session, access.dataset, access.user),
        "practice_left": gold_queue.practice_left(session, access.dataset, access.user),
        "has_precedents": precedents.any_exist(session, access.dataset),
    }


def _drawn(subject: desks.Subject | None) -> list[tuple[Reason, drawing.Line]]:
    limits = subject.limits if subject else []
    return [(limit, drawing.line(limit.value, limit.bound, limit.side, limit.scale)) for limit in limits]


def _metadata(subject: desks.Subject | None) -> list[tuple[str, str]]:
    """What the record held beside the sample, as far as it fits beside it."""
    found = (subject.sample.meta or {}) if subject else {}
    return [(name, str(value)[:500]) for name, value in list(found.items())[:20] if value not in (None, "", [], {})]


def _asked(
    session: Session,
    access: Access,
    subject: desks.Subject | None,
    form: Submission[Any] | None,
    refusal: DomainError | None,
) -> dict[str, Any]:
    """The questions with what was answered so far, and what a model said about the sample before."""
    revealed = asking.revealed(session, access.dataset, access.user)
    if subject is None:
        return {"rubric": None, "questions": dock.Dock(), "revealed": revealed}
    found = asking.of_subject(session, access.dataset, subject.sample, access.user)
    answers = found.answers
    if form is not None and _is_of(form, subject):
        sent = given(form.values)
        answers = {one.key: answer for one in found.questions if (answer := one.typed(sent.get(one.key, {}))) is not None}
    return {
        "rubric": found.rubric,
        "questions": dock.lay_out(
            found.questions,
            list(turns(SampleForm(subject.sample.form), subject.sample.content)),
            answers,
            found.suggestions,
            refusal.field if isinstance(refusal, Invalid) else "",
            keys.of(access.user).values(),
        ),
        "revealed": revealed,
    }


def _is_of(form: Submission[Any], subject: desks.Subject) -> bool:
    """Whether a form was filled in for the sample that is on the desk."""
    return str(form.values.get("slot")) == str(subject.slot_id)


def _opened(sheet: editor.Sheet | None, editing: str) -> int | None:
    """Which piece is being edited: the one that was asked for, else the answer; None while the sample is only read."""
    if sheet is None or not editing:
        return None
    can_be = [place.number for place in sheet.places if place.is_editable]
    answer = [place.number for place in sheet.places if place.is_editable and place.is_answer]
    asked = [number for number in can_be if str(number) == editing]
    return next(iter([*asked, *answer, *can_be]), None)


def _typed(subject: desks.Subject | None, form: Submission[Any] | None) -> dict[str, Any]:
    """What stands in the form: what was typed and refused, else what the expert had written before taking it back."""
    if subject is None:
        return {"decision": "", "reject_comment": "", "flag_comment": "", "texts": {}, "turns": None}
    if form is None or not _is_of(form, subject):
        comments = dict.fromkeys(("reject_comment", "flag_comment"), subject.comment)
        return {"decision": "", "texts": subject.drafts, "turns": None, **comments}
    values = form.values
    texts = dict(zip(map(str, values.get("piece", [])), values.get("text", []), strict=False))
    return {
        "decision": values.get("decision") or ("reject" if values.get("reason") else ""),
        "reject_comment": values.get("reject_comment") or values.get("comment", ""),
        "flag_comment": values.get("flag_comment") or values.get("comment", ""),
        "texts": {piece.number: texts[str(piece.number)] for piece in subject.pieces if str(piece.number) in texts},
        "turns": editor.as_typed(subject, form.data),
    }


def _refused(
    request: Request, access: Access, session: Session, form: Submission[Any], refusal: DomainError
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
    path = _path(request, access)
    if not wants_part(request):
        return RedirectResponse(f"{path}?note={note}" if note else path, 303)
    shown = _desk(request, access, session, note=note, answered=answered)
    shown.headers["HX-Replace-Url"] = path
    return shown


def _path(request: Request, access: Access) -> str:
    return str(request.app.url_path_for("review", dataset_id=access.dataset.id))


def _note(outcome: reviewing.Outcome, decision: Decision) -> str | None:
    review = outcome.review
    if outcome.is_repeat and (review.undone_at is not None or review.decision is not decision):
        return "repeat"
    return None if review.counted or decision is Decision.SKIP else "late"
