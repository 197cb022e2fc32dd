"""How far the rules can be trusted: what experts said about the samples on which each of them fired."""

from fastapi import APIRouter, Request, Response

from app.services import runs, trust
from app.web.dependencies import LeadDep, SessionDep
from app.web.rendering import render
from app.web.trust_lines import lines

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe/trust", name="trust")
def show_trust(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """Every rule of the published recipe, those that experts contradict first."""
    found = lines(trust.of_rules(session, access.dataset))
    return render(
        request,
        "trust.html",
        dataset=access.dataset,
        access=access,
        run=runs.latest(session, access.dataset.id),
        lines=found,
        target=trust.TARGET,
    )
