"""Samples: the list that can be searched."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Decision, SampleState
from app.services import corpora, histories, reasons, runs, samples, why
from app.services.samples import Search
from app.services.strata import Stratum
from app.web.dependencies import LeadDep, SessionDep
from app.web.queries import is_key, query_of, search_of
from app.web.rendering import render

router = APIRouter()

STATES = (
    SampleState.APPROVED,
    SampleState.REJECTED,
    SampleState.FLAGGED,
    SampleState.QUEUED,
    SampleState.CANDIDATE,
    SampleState.DROPPED,
)
DECIDED = {
    Decision.APPROVE: say("approved it"),
    Decision.REJECT: say("rejected it"),
    Decision.FLAG: say("flagged it"),
}


@router.get("/datasets/{dataset_id}/samples", name="samples")
def show_samples(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """Everything that was uploaded, what became of it, and why."""
    search, dataset = search_of(request.query_params), access.dataset
    run = runs.latest(session, dataset.id)
    counts = samples.counts(session, dataset.id, run, search)
    found = samples.page(
        session, dataset.id, run, search, after=_key(request, "after") or 0, before=_key(request, "before")
    )
    all_corpora = corpora.of(session, dataset.id)
    everything = sum(corpus.accepted for corpus in all_corpora)
    chosen = [
        (code, why.title(code), counts.reasons.get(code, 0))
        for code in {**counts.reasons, **dict.fromkeys(search.reasons, 0)}
    ]
    return render(
        request,
        "samples.html",
        dataset=dataset,
        access=access,
        search=search,
        counts=counts,
        found=found,
        states=STATES,
        reasons=chosen,
        corpora=all_corpora,
        everything=everything,
        has_samples=everything > 0,
        page_size=samples.PAGE,
        answers=_answers(session, found),
        decidable=_decidable(search, counts),
        query=query_of(Stratum(search)),
        next_page=_page_link(search, after=found.samples[-1].id if found.samples else 0),
        previous_page=_page_link(search, before=found.samples[0].id if found.samples else 0),
    )


def _decidable(search: Search, counts: samples.Counts) -> int:
    """How many of those shown wait for review."""
    is_meant = not search.states or SampleState.QUEUED in search.states
    return counts.states.get(SampleState.QUEUED, 0) if is_meant else 0


def _key(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    return int(value) if is_key(value) else None


def _page_link(search: Search, **key: int) -> str:
    given = {
        "q": search.words,
        "state": [state.value for state in search.states],
        "why": list(search.reasons),
        "corpus": list(search.corpora),
        **key,
    }
    return "?" + urlencode({name: value for name, value in given.items() if value}, doseq=True)


def _answers(session: Session, found: samples.Page) -> dict[int, list[str]]:
    """What experts said of each sample on the page, one line per answer."""
    answers = histories.last_answers(session, [row.id for row in found.samples])
    return {sample_id: [_answer(*answer) for answer in given] for sample_id, given in answers.items()}


def _answer(name: str, decision: Decision, reason: str, edited: bool) -> str:
    did = DECIDED[decision]
    told = say("%(name)s edited and %(did)s", name=name, did=did) if edited else say("%(name)s %(did)s", name=name, did=did)
    return say("%(told)s: %(reason)s", told=told, reason=reasons.title(reason)) if reason else told
