"""Trusting a corpus: of near-duplicates, its samples stay where the recipe says so."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.web.dependencies import DatasetAdminDep, Id, SessionDep
from app.web.forms import FormDep
from app.web.routes.corpora import find

router = APIRouter()


@router.post("/datasets/{dataset_id}/corpora/{corpus_id}/trust", name="trust_corpus")
def trust(request: Request, access: DatasetAdminDep, session: SessionDep, corpus_id: Id, form: FormDep) -> Response:
    """Trust the corpus, or do so no longer. It counts from the next run on."""
    find(session, access, corpus_id).trusted = form.get("trusted") == "yes"
    session.flush()
    page = request.url_for("corpus", dataset_id=access.dataset.id, corpus_id=corpus_id).path
    return RedirectResponse(f"{page}#about-h", 303)
