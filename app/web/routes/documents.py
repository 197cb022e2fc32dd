"""Documents: the list, one document with its passages in reading order, and its file as it was uploaded."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from app.messages import say
from app.models import Corpus
from app.services import blobs, documents
from app.services.documents import PASSAGES, Search
from app.services.errors import NotFound
from app.web import material  # noqa: F401 - gives words to the templates
from app.web.dependencies import ExpertDep, Id, SessionDep
from app.web.downloads import attachment
from app.web.rendering import render

router = APIRouter()

Number = Annotated[int, Query(ge=0, le=2**63 - 1)]


@router.get("/datasets/{dataset_id}/documents", name="documents")
def show_documents(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    q: Annotated[str, Query(max_length=500)] = "",
    corpus: Number | None = None,
    after: Number = 0,
) -> Response:
    """All documents, or those of one corpus, with what became of each."""
    search = Search(q.replace("\x00", "").strip(), corpus)
    of_corpus = session.get(Corpus, corpus) if corpus is not None else None
    if corpus is not None and (of_corpus is None or of_corpus.dataset_id != access.dataset.id):
        raise NotFound(say("There is no such corpus in this dataset. Look for it in the list of corpora."))
    return render(
        request,
        "documents.html",
        dataset=access.dataset,
        access=access,
        search=search,
        corpus=of_corpus,
        totals=documents.totals(session, access.dataset.id, corpus),
        found=documents.page(session, access.dataset.id, search, after),
        after=after,
    )


@router.get("/datasets/{dataset_id}/documents/{document_id}", name="document")
def show_document(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    document_id: Id,
    start: Annotated[int, Query(alias="from", ge=0, le=2**31)] = 0,
) -> Response:
    """One document, some passages at a time; passage number N has the address ?from=N#p-N."""
    document = documents.find(session, access.dataset.id, document_id)
    corpus = session.get_one(Corpus, document.corpus_id)
    passages = documents.passages(session, document, start)
    newer = documents.find(session, access.dataset.id, document.replaced_by) if document.replaced_by else None
    return render(
        request,
        "document.html",
        dataset=access.dataset,
        access=access,
        document=document,
        corpus=corpus,
        newer=newer,
        passages=passages[:PASSAGES],
        next_from=passages[PASSAGES].passage.number if len(passages) > PASSAGES else None,
        previous_from=max(start - PASSAGES, 0) if start else None,
        total=documents.count(session, document),
        refusals=documents.refusals(session, document, corpus),
    )


@router.get("/datasets/{dataset_id}/documents/{document_id}/file", name="document_file")
def download_document(access: ExpertDep, session: SessionDep, document_id: Id) -> Response:
    """The document as it was uploaded, byte for byte; always saved, never shown, whatever it holds."""
    document = documents.find(session, access.dataset.id, document_id)
    path = blobs.path(document.sha256)
    if not path.is_file():
        raise NotFound(say("The file of this document is not stored any more. Its passages are."))
    headers = attachment(document.name.rpartition("/")[2])
    return FileResponse(path, media_type="application/octet-stream", headers=headers)
