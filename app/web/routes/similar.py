"""Beside a sample: decided samples like it, once one has voted, and the near-duplicates that were dropped for it."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Sample
from app.services import copies, histories, reasons, runs, samples, similar, threads
from app.services.desk import holds
from app.services.errors import Conflict
from app.web import material, word_diff  # noqa: F401 - they give the templates what bears their name
from app.web.dependencies import Access, ExpertDep, Id, SessionDep
from app.web.rendering import render, wants_part
from app.web.routes.sample import shown

router = APIRouter()


@router.get("/datasets/{dataset_id}/review/similar/{sample_id}", name="similar")
def similar_samples(request: Request, access: ExpertDep, session: SessionDep, sample_id: Id) -> Response:
    """What was decided on similar samples; to htmx in one sentence. Closed to experts who have not voted yet."""
    sample, corpus = samples.get(session, access.dataset.id, sample_id)
    if not access.is_lead and not threads.has_voted(session, access.user, sample.id):
        raise Conflict(
            say(
                "Similar samples open after your answer on this one, so that they cannot steer it. Decide it first; "
                "if you took your answer back, decide it again."
            )
        )
    if wants_part(request):
        number = similar.count(session, access.dataset, sample)
        return render(
            request, "_similar_offer.html", dataset=access.dataset, access=access, sample=sample, number=number
        )
    return render(
        request,
        "similar.html",
        dataset=access.dataset,
        access=access,
        sample=sample,
        corpus=corpus,
        turns=shown(sample.form, histories.current_content(session, sample)),
        found=[
            (one, shown(one.sample.form, histories.current_content(session, one.sample)))
            for one in similar.decided_like(session, access.dataset, sample)
        ],
        threads=threads.beside(session, access.dataset, access.user, sample.id),
        reason_title=reasons.title,
    )


@router.get("/datasets/{dataset_id}/review/copies/{sample_id}", name="copies")
def near_copies(request: Request, access: ExpertDep, session: SessionDep, sample_id: Id) -> Response:
    """The near-duplicates that were dropped for a sample, word by word against it."""
    sample, _ = samples.get(session, access.dataset.id, sample_id)
    _check(access, session, sample)
    run = runs.latest(session, access.dataset.id)
    return render(
        request,
        "copies.html",
        "found",
        dataset=access.dataset,
        access=access,
        sample=sample,
        found=[(one, _against(sample, one)) for one in copies.of(session, run, sample.id)],
        size=copies.count(session, run, sample.id),
    )


def _against(sample: Sample, copy: copies.Copy) -> list[tuple[str, str, str]]:
    """(title, the sample's words, the copy's) of each turn that differs."""
    ours = {(turn.role, at): turn.text for at, turn in enumerate(shown(sample.form, sample.content))}
    pairs = [
        (turn.title, ours.get((turn.role, at), ""), turn.text) for at, turn in enumerate(shown(copy.form, copy.content))
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _check(access: Access, session: Session, sample: Sample) -> None:
    """Experts see what belongs to a sample in their hands, or to one that they have decided."""
    if access.is_lead or holds(session, access.user, sample.id) or threads.has_voted(session, access.user, sample.id):
        return
    raise Conflict(say("This sample is not on your desk any more. Go back to the desk; the next sample waits there."))
