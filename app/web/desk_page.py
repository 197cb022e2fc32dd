"""The desk as a page: the sample with everything around it, or only what an answer has changed."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.curation.retelling import Told
from app.curation.sample import Form as SampleForm
from app.curation.sample import turns
from app.models import Review, Slot
from app.services import (
    asking,
    batches,
    gold,
    gold_queue,
    guideline_examples,
    guidelines,
    keys,
    people,
    proofs,
    reasons,
    recent,
    reviewing,
)
from app.services import desk as desks
from app.services.errors import DomainError, Invalid
from app.services.why import Reason
from app.settings import get_settings
from app.web import (  # noqa: F401 - the last eight give words to templates
    dates,
    dock,
    drawing,
    editor,
    evidence,
    key_caps,
    marked_words,
    material,
    roles,
    weaving,
    word_diff,
)
from app.web.answer_form import given
from app.web.days import day_began
from app.web.dependencies import Access
from app.web.errors import STATUS
from app.web.forms import Submission
from app.web.rendering import path, render, wants_part


def desk(
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
        proof=proofs.made(access.user, laid_out.subject.slot_id) if laid_out.subject else "",
        reasons=reasons.REASONS,
        guideline=guideline,
        examples=guideline_examples.shown(session, guideline),
        colleagues=[] if wants_part(request) else people.names(session, access.dataset),
        limits=_drawn(laid_out.subject),
        metadata=_metadata(laid_out.subject),
        **({} if block == "card" else _above(session, access, laid_out)),
    )


def _around(request: Request, access: Access) -> dict[str, Any]:
    """What the desk needs besides a sample and what has been done."""
    return {
        "dataset": access.dataset,
        "access": access,
        "home": path_of(request, access),
        "keys": keys.of(access.user),
        "lease_seconds": get_settings().lease_minutes * 60,
    }


def done(
    request: Request, access: Access, session: Session, review: Review, note: str | None, back: Slot | None = None
) -> Response:
    """What an answer changed beside the sample, for a page that shows the next one already. It is saved: the commit
    comes before this leaves, and the header says so, because not everything that answers with 200 is Winnow."""
    reviewing.renew(session, access.dataset, access.user)
    now = recent.done(session, access.dataset, access.user, day_began(request))
    shown = render(
        request,
        "review.html",
        "done",
        "told",
        **_around(request, access),
        desk=now,
        answered=None if back else review.sample_id,
        back=back.id if back else None,
        note=note,
        about=desks.first_words(session, review.sample_id) if note else "",
        refusal=None,
        **_learnt(session, access, now),
        subject=None,
    )
    shown.headers["Winnow-Saved"] = "1"
    return shown


def _above(session: Session, access: Access, now: recent.Done) -> dict[str, Any]:
    """What stands above the card, which is not shown where a card is fetched ahead."""
    return {"batch": batches.for_expert(session, access.dataset, access.user), **_learnt(session, access, now)}


def _learnt(session: Session, access: Access, now: recent.Done) -> dict[str, Any]:
    """What an expert is told after an answer: what a model said of it, how their team decided a practice sample."""
    who = session, access.dataset, access.user
    return {
        "revealed": asking.revealed(*who) if now.may_reveal else None,
        "practice": gold.feedback(*who),
        "practice_left": gold_queue.practice_left(*who),
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
    """The questions with what was answered so far."""
    if subject is None:
        return {"rubric": None, "questions": dock.Dock()}
    found = asking.of_subject(session, access.dataset, subject.sample, access.user)
    answers = found.answers
    if form is not None and _is_of(form, subject):
        sent = given(form.values)
        answers = {
            one.key: answer for one in found.questions if (answer := one.typed(sent.get(one.key, {}))) is not None
        }
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


def refused(
    request: Request, access: Access, session: Session, form: Submission[Any], refusal: DomainError
) -> Response:
    """htmx leaves the form as it is and shows the sentence; without it the page comes back with what was typed."""
    if wants_part(request):
        raise refusal
    editing = "answer" if form.values.get("text") else ""
    return desk(request, access, session, form=form, refusal=refusal, editing=editing, status=STATUS[type(refusal)])


def onward(
    request: Request, access: Access, session: Session, note: str | None, answered: int | None = None
) -> Response:
    """The next sample: for htmx in this very answer, which leaves after the commit like any other; else by redirect."""
    home = path_of(request, access)
    if not wants_part(request):
        return RedirectResponse(f"{home}?note={note}" if note else home, 303)
    shown = desk(request, access, session, note=note, answered=answered)
    shown.headers["HX-Replace-Url"] = home
    return shown


def path_of(request: Request, access: Access) -> str:
    return path(request.app, "review", dataset_id=access.dataset.id)
