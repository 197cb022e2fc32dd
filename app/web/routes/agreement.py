"""How far experts agree, and the samples on which two of them differ."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Decision, User
from app.services import agreement, differing, reasons
from app.services.dispute import in_words as answer_in_words
from app.services.errors import NotFound
from app.services.questions import DECISION
from app.web import agreement_drawing
from app.web.dependencies import LeadDep, SessionDep
from app.web.rendering import render

router = APIRouter()

MOST_EXPERTS = 30
Key = Annotated[int, Query(ge=0, le=2**63 - 1)]
Of = Annotated[str, Query(max_length=200)]


@router.get("/datasets/{dataset_id}/quality/agreement", name="agreement")
def agreement_page(request: Request, access: LeadDep, session: SessionDep, of: Of = DECISION) -> Response:
    """Figures for every question; `of` names the one that is shown in full."""
    report = agreement.of(session, access.dataset)
    chosen = next((one for one in report.figures if one.key == of), report.figures[0])
    experts = _busiest(report)
    return render(
        request,
        "agreement.html",
        dataset=access.dataset,
        access=access,
        figures=[(one, agreement_drawing.line(one.alpha)) for one in report.figures],
        chosen=chosen,
        chart=agreement_drawing.chart(chosen.weeks, chosen.title),
        in_words=agreement_drawing.in_words,
        band=agreement_drawing.band,
        figure=agreement_drawing.figure,
        names=_names(session, experts),
        experts=experts,
        counted_at=report.at,
        left_out=len(report.experts) - len(experts),
        pair=lambda one, other: report.pairs.get((min(one, other), max(one, other))),
    )


@router.get("/datasets/{dataset_id}/quality/agreement/differing", name="differing")
def differing_page(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    one: Key = 0,
    other: Key = 0,
    of: Of = DECISION,
    after: Key = 0,
) -> Response:
    """The samples on which two experts differ, with both answers."""
    report = agreement.of(session, access.dataset)
    if (min(one, other), max(one, other)) not in report.pairs:
        raise NotFound(
            say("These two have answered no sample of this dataset together. Choose two on the page about agreement.")
        )
    found = differing.page(session, access.dataset, one, other, of, after)
    return render(
        request,
        "differing.html",
        dataset=access.dataset,
        access=access,
        found=found,
        one=one,
        other=other,
        of=of,
        names=_names(session, [one, other]),
        title=next((figure.title for figure in report.figures if figure.key == of), say("this question")),
        states={decision.value: state for decision, state in _STATES.items()},
        reason_title=reasons.title,
        in_words=answer_in_words,
    )


_STATES = {Decision.APPROVE: "approved", Decision.REJECT: "rejected", Decision.FLAG: "flagged"}


def _busiest(report: agreement.Report) -> list[int]:
    """Experts with the most samples in common with others, in a steady order: a table of hundreds helps nobody."""
    shared: Counter[int] = Counter()
    for (one, other), pair in report.pairs.items():
        shared[one] += pair.samples
        shared[other] += pair.samples
    return sorted(expert for expert, _ in shared.most_common(MOST_EXPERTS))


def _names(session: Session, users: list[int]) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(users))).all())
