"""A lead decides what experts left open: one sample, all answers side by side."""

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Adjudication, Cause, Decision, SampleState
from app.services import adjudicating, adjudication_holds, dispute, reasons, sources, state_counts
from app.services import keys as desk_keys
from app.services.adjudicating import Verdict
from app.services.errors import DomainError, Invalid
from app.services.precedents import CAUSES
from app.web import evidence, key_caps, material, roles, word_diff  # noqa: F401 - they give words to the templates
from app.web.dependencies import Access, LeadDep, SessionDep
from app.web.errors import STATUS
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()

ORDINALS = (
    say("First"),
    say("Second"),
    say("Third"),
    say("Fourth"),
    say("Fifth"),
    say("Sixth"),
    say("Seventh"),
    say("Eighth"),
    say("Ninth"),
)
KEYS = ("f", "s", "t")
TAKEN = ("a", "n", "o", "r", "z")
"""Keys that the page prints on its other controls."""
Key = Annotated[int, Query(ge=0, le=2**63 - 1)]


class Decided(Input):
    """What a lead sends. `outcome` is approve, reject, own, or the number of the answer that is taken."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    sample: int = Field(ge=1, le=2**63 - 1)
    key: str = Field(min_length=8, max_length=64)
    outcome: str = Field(pattern=r"^(approve|reject|own|take [0-9]{1,18})$")
    cause: Cause | None = None
    note: str = Field("", max_length=4_000)
    piece: list[int] = Field(default_factory=list)
    text: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _paired(self) -> "Decided":
        if len(self.piece) != len(self.text):
            raise ValueError("Part of the text was lost on its way. Send it again.")
        return self

    @property
    def verdict(self) -> Verdict:
        kind, _, review = self.outcome.partition(" ")
        outcome: Any = kind
        edits = dict(zip(self.piece, self.text, strict=True))
        return Verdict(outcome, self.cause, self.note, int(review) if review else None, edits)


DecidedDep = Annotated[Submission[Decided], Depends(submission(Decided))]


@router.get("/datasets/{dataset_id}/quality/adjudicate", name="adjudicate")
def adjudicate_page(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    after: Key = 0,
    sample: Key = 0,
    names: Literal["shown"] | None = None,
    note: Literal["decided", "undone"] | None = None,
) -> Response:
    """The next sample that waits; `after` passes one by, `sample` asks for a certain one."""
    return _page(request, access, session, after=after, wanted=sample, names_shown=names == "shown", note=note)


@router.post("/datasets/{dataset_id}/quality/adjudicate", name="decide_dispute")
def decide(request: Request, access: LeadDep, session: SessionDep, form: DecidedDep) -> Response:
    """Store the decision and go on to the next sample."""
    if form.data is None:
        return _refused(request, access, session, form, Invalid(next(iter(form.errors.values()))))
    sent = form.data
    try:
        with session.begin_nested():
            adjudicating.decide(session, access.dataset, access.user, sent.sample, sent.verdict, sent.key)
    except DomainError as refusal:
        return _refused(request, access, session, form, refusal)
    return _to(request, access, "decided")


@router.post("/datasets/{dataset_id}/quality/adjudicate/undo", name="undo_dispute")
def undo(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """Take one's latest decision back and show its sample again."""
    adjudicating.undo(session, access.dataset, access.user)
    return _to(request, access, "undone")


def _page(
    request: Request,
    access: Access,
    session: Session,
    *,
    after: int = 0,
    wanted: int = 0,
    names_shown: bool = False,
    note: str | None = None,
    form: Submission[Decided] | None = None,
    refusal: DomainError | None = None,
) -> Response:
    dataset, lead = access.dataset, access.user
    wanted_id = _wanted(session, access, wanted) if wanted else None
    sample_id = wanted_id or adjudication_holds.next_sample(session, dataset, lead, after)
    latest = adjudicating.latest(session, dataset, lead)
    shown = dispute.of(session, sample_id) if sample_id else None
    is_same = form is not None and shown is not None and str(form.values.get("sample")) == str(shown.sample.id)
    return render(
        request,
        "adjudicate.html",
        status=STATUS[type(refusal)] if refusal else 200,
        dataset=dataset,
        access=access,
        dispute=shown,
        waiting=_waiting(session, dataset.id),
        latest=latest,
        before=_named(session, latest) if note == "decided" and latest else "",
        note=note,
        refusal=refusal,
        passed_by=after,
        is_elsewhere=bool(wanted and not wanted_id),
        names_shown=names_shown,
        typed=_typed(form if is_same else None),
        lost_note="" if is_same or form is None else str(form.values.get("note", "")),
        key=uuid4().hex,
        ordinals=ORDINALS,
        keys=KEYS,
        evidence=_source(session, access, shown),
        source_keys=_source_keys(access),
        causes=CAUSES,
        reason_title=reasons.title,
        diff_of=_diff,
    )


def _source(session: Session, access: Access, shown: dispute.Dispute | None) -> evidence.Evidence | None:
    found = sources.of_sample(session, access.dataset.id, shown.sample.id) if shown else None
    return evidence.of(found, shown.sample) if found and shown else None


def _source_keys(access: Access) -> dict[str, str]:
    """The lead's own keys for the source, as far as nothing on this page has them."""
    mine = desk_keys.of(access.user)
    return {name: mine[name] for name in ("earlier", "later", "own", "page") if mine[name] not in (*KEYS, *TAKEN)}


def _wanted(session: Session, access: Access, sample_id: int) -> int | None:
    """The sample that was asked for, where it waits and nobody else has it before them."""
    waits = dispute.waits(session, access.dataset, sample_id)
    return sample_id if waits and adjudication_holds.take(session, access.dataset, access.user, sample_id) else None


def _waiting(session: Session, dataset_id: int) -> int:
    cells = state_counts.of(session, dataset_id)
    return sum(number for (_, state), number in cells.items() if state == SampleState.FLAGGED)


def _named(session: Session, made: Adjudication) -> str:
    """Who had said what: names are told once the decision is made."""
    words = {Decision.APPROVE: say("approved it"), Decision.REJECT: say("rejected it"), Decision.FLAG: say("flagged it")}
    told = ""
    for one in dispute.of(session, made.sample_id).said:
        did = {"name": one.name, "did": words[one.review.decision]}
        had = say("%(name)s had %(did)s with an edit", **did) if one.changes else say("%(name)s had %(did)s", **did)
        told = say("%(told)s; %(more)s", told=told, more=had) if told else had
    return say("%(told)s.", told=told) if told else ""


def _typed(form: Submission[Decided] | None) -> dict[str, Any]:
    values = form.values if form else {}
    return {
        "cause": values.get("cause", ""),
        "note": values.get("note", ""),
        "texts": dict(zip(values.get("piece", []), values.get("text", []), strict=False)),
        "is_own": values.get("outcome") == "own",
    }


def _diff(change: Any) -> Any:
    return word_diff.word_diff(change.before, change.after)


def _refused(
    request: Request, access: Access, session: Session, form: Submission[Decided], refusal: DomainError
) -> Response:
    """The page again with what was typed; where the sample is gone, the next one, and the note to copy."""
    sample = str(form.values.get("sample", ""))
    wanted = int(sample) if sample.isascii() and sample.isdecimal() and len(sample) < 19 else 0
    return _page(request, access, session, wanted=wanted, form=form, refusal=refusal)


def _to(request: Request, access: Access, note: str) -> Response:
    path = request.app.url_path_for("adjudicate", dataset_id=access.dataset.id)
    return RedirectResponse(f"{path}?note={note}", 303)
