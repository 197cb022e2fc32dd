"""The source of a sample: its passage with the ones around it, and the pages of its document as pictures."""

import asyncio
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.messages import say
from app.models import Document
from app.services import keys, page_images, samples, sources
from app.services.errors import NotFound
from app.web import evidence, key_caps, material  # noqa: F401 - the last two give templates their words
from app.web.dependencies import Access, ExpertDep, Id, SessionDep, access_of, get_viewer, somebody
from app.web.rendering import render
from app.web.uploading import short_transaction

router = APIRouter()
PAGES = "/datasets/{dataset_id}/documents/{document_id}/pages"
AT_A_TIME = 2
"""Pages that this process draws at once; who asks for more waits, holding neither a thread nor a connection."""
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]
Place = Annotated[int, Query(ge=1, le=2**63 - 1)]
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@router.get("/datasets/{dataset_id}/samples/{sample_id}/source", name="source")
def show_source(
    request: Request, access: ExpertDep, session: SessionDep, sample_id: Id, passage: Number | None = None
) -> Response:
    """The passage that a sample comes from, or one near it in the same document."""
    sample, _ = samples.get(session, access.dataset.id, sample_id)
    found = sources.get(session, access.dataset.id, sample_id, passage)
    return render(
        request,
        "source.html",
        "passage",
        dataset=access.dataset,
        access=access,
        sample_id=sample.id,
        evidence=evidence.of(found, sample),
        keys=keys.of(access.user),
    )


@router.get(f"{PAGES}/{{page}}.png", name="page_image")
async def page_image(request: Request, dataset_id: Id, document_id: Id, page: Id, wide: bool = False) -> Response:
    """A page as a picture; the browser may keep it, as a document's bytes never change."""
    document = await run_in_threadpool(_document, request, dataset_id, document_id, page)
    width = page_images.WIDTHS[wide]
    mark = f'"{document.sha256[:24]}-{page}-{width}"'
    headers = {"ETag": mark, "Cache-Control": "private, max-age=604800", "Vary": "Cookie"}
    if request.headers.get("If-None-Match") == mark:
        return Response(status_code=304, headers=headers)
    picture = await run_in_threadpool(page_images.kept, document.sha256, page, width)
    if picture is None:
        async with _turn():
            picture = await run_in_threadpool(page_images.drawn, document.sha256, document.format, page, width)
    return Response(picture, media_type="image/png", headers=headers)


@router.get(f"{PAGES}/{{page}}", name="document_page")
def show_page(
    request: Request,
    access: ExpertDep,
    session: SessionDep,
    document_id: Id,
    page: Id,
    sample: Place | None = None,
    passage: Number | None = None,
) -> Response:
    """A page with a passage marked on it: a sample's own one, or the one that is named."""
    document = sources.document(session, access.dataset.id, document_id)
    _refuse_beyond(document, page)
    found = _evidence(session, access, document, sample, passage)
    return render(
        request,
        "document_page.html",
        "view",
        dataset=access.dataset,
        access=access,
        document=document,
        number=page,
        boxes=found.boxes(page) if found else [],
        evidence=found,
        asked={"sample": sample, "passage": passage},
    )


def _evidence(
    session: Session, access: Access, document: Document, sample_id: int | None, number: int | None
) -> evidence.Evidence | None:
    if sample_id is not None:
        sample, _ = samples.get(session, access.dataset.id, sample_id)
        return evidence.of(sources.get(session, access.dataset.id, sample_id, number), sample)
    if number is not None:
        return evidence.alone(document, sources.passage(session, document.id, number))
    return None


def _refuse_beyond(document: Document, page: int) -> None:
    if not sources.is_drawn(document):
        raise NotFound(say("This kind of document has no pages that could be shown. Read its passages instead."))
    if page > (document.pages or 0):
        raise NotFound(say("The document has no page %(page)s.", page=str(page)))


def _document(request: Request, dataset_id: int, document_id: int, page: int) -> Document:
    """In a transaction of its own, which is over before anything is drawn. SignInNeeded, NotFound."""
    with short_transaction(request) as session:
        somebody(get_viewer(request, session))
        access = access_of(request.state.entered, dataset_id)
        document = sources.document(session, access.dataset.id, document_id)
        _refuse_beyond(document, page)
        session.expunge(document)
        return document


def _turn() -> asyncio.Semaphore:
    """Of the loop that asks: tests have several in one process."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_A_TIME))
