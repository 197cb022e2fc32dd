"""Corpora: the list, the upload, one corpus's import and its mapping."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.curation.sample import Form
from app.messages import say
from app.models import Corpus, CorpusState
from app.services import blobs, corpora, documents, jobs, progress, replanning, stale
from app.services.blobs import Stored
from app.services.errors import DomainError, NotFound
from app.settings import get_settings
from app.web import columns, passage_form, uploading
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep, dataset_admin
from app.web.drawing import pieces
from app.web.errors import STATUS
from app.web.forms import FormDep
from app.web.rendering import render
from app.web.uploading import UploadRefused, plain_name

router = APIRouter()

LICENCES = (
    "unknown",
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "Apache-2.0",
    "MIT",
    "BSD-3-Clause",
    "ODC-By-1.0",
    "ODbL-1.0",
    "PDDL-1.0",
    "GPL-3.0-only",
    "proprietary",
)
Words = Annotated[str, Query(max_length=500)]


@router.get("/datasets/{dataset_id}/corpora", name="corpora")
def show_corpora(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All corpora, with lines = samples + refused + exact copies, and the upload."""
    return _list(request, access, session)


@router.put("/datasets/{dataset_id}/corpora/file", name="receive_file")
async def receive_file(
    request: Request,
    dataset_id: Id,
    file_name: Words,
    name: Words = "",
    licence: Words = "",
    origin: Words = "",
    making: Words = "",
    size: Words = "",
    overlap: Words = "",
    previous: Words = "",
) -> Response:
    """One file as the raw body of the request; answers with the new corpus's address, or with a sentence."""
    try:
        await run_in_threadpool(_check_access, request, dataset_id)
        stored = await uploading.receive_body(request)
        fields = {"name": name, "licence": licence, "origin": origin}
        fields |= {"making": making, "size": size, "overlap": overlap, "previous": previous}
        [corpus_id] = await run_in_threadpool(_add, request, dataset_id, [(file_name, stored)], fields)
    except UploadRefused as refused:
        return PlainTextResponse(refused.sentence, refused.status)
    except DomainError as error:
        await uploading.drain(request)
        return PlainTextResponse(error.message, STATUS.get(type(error), 422))
    address = request.app.url_path_for("corpus", dataset_id=dataset_id, corpus_id=corpus_id)
    return PlainTextResponse("Uploaded.", 201, {"Location": request.scope.get("root_path", "") + str(address)})


@router.post("/datasets/{dataset_id}/corpora", name="upload")
async def upload(request: Request, dataset_id: Id) -> Response:
    """The same for browsers without script: an ordinary form with one or more files."""
    await run_in_threadpool(_check_access, request, dataset_id)
    try:
        received = await uploading.receive_form(request)
        if not received.files:
            raise UploadRefused(422, say("No file was chosen. Choose a file and upload it."))
        added = await run_in_threadpool(_add, request, dataset_id, received.files, received.fields)
    except (UploadRefused, DomainError) as error:
        status = error.status if isinstance(error, UploadRefused) else STATUS.get(type(error), 422)
        return await run_in_threadpool(_show_refusal, request, dataset_id, status, str(error))
    name, parameters = ("corpus", {"corpus_id": added[0]}) if len(added) == 1 else ("corpora", {})
    return RedirectResponse(request.url_for(name, dataset_id=dataset_id, **parameters).path, 303)


@router.get("/datasets/{dataset_id}/corpora/{corpus_id}", name="corpus")
def show_corpus(request: Request, access: LeadDep, session: SessionDep, corpus_id: Id) -> Response:
    """One corpus: its import while it works, then every line accounted for. The block asks for itself until done."""
    corpus = find(session, access, corpus_id)
    job = corpora.import_job(session, corpus)
    now = progress.of(session, job.id) if job else None
    return render(
        request,
        "corpus.html",
        "state",
        dataset=access.dataset,
        access=access,
        corpus=corpus,
        progress=now,
        documents=documents.totals(session, access.dataset.id, corpus.id),
        earlier=session.get(Corpus, corpus.previous_id) if corpus.previous_id else None,
        stale=stale.count(session, access.dataset.id),
        upload_limit=get_settings().upload_limit,
        free=blobs.free_bytes(),
        queue_change=replanning.shown(session, access.dataset),
        squares=pieces(now.pieces.done, now.pieces.again, now.pieces.doing, now.pieces.waiting) if now else [],
    )


@router.post("/datasets/{dataset_id}/corpora/{corpus_id}/import", name="import_again")
def import_again(request: Request, access: DatasetAdminDep, session: SessionDep, corpus_id: Id) -> Response:
    """Go on with an import that stopped."""
    corpus = find(session, access, corpus_id)
    corpora.start_import(session, corpus, access.user.id)
    return _to_corpus(request, corpus)


@router.post("/datasets/{dataset_id}/corpora/{corpus_id}/stop", name="stop_import")
def stop_import(request: Request, access: DatasetAdminDep, session: SessionDep, corpus_id: Id) -> Response:
    """Stop reading; the lines read so far are kept."""
    corpus = find(session, access, corpus_id)
    if (job := corpora.import_job(session, corpus)) is not None:
        jobs.cancel(session, job)
    return _to_corpus(request, corpus)


@router.get("/datasets/{dataset_id}/corpora/{corpus_id}/mapping", name="mapping")
def show_mapping(request: Request, access: DatasetAdminDep, session: SessionDep, corpus_id: Id) -> Response:
    """Which column is what, beside the first rows as they are."""
    corpus = find(session, access, corpus_id)
    if corpus.state is not CorpusState.UNMAPPED:
        return _to_corpus(request, corpus)
    found = corpora.rows(corpus)
    return _mapping_page(request, access, corpus, columns.suggested(found, access.dataset.form))


@router.post("/datasets/{dataset_id}/corpora/{corpus_id}/mapping", name="map_columns")
def map_columns(
    request: Request, access: DatasetAdminDep, session: SessionDep, corpus_id: Id, form: FormDep
) -> Response:
    """Start the import with these columns, or show the first row as a sample to look at."""
    corpus = find(session, access, corpus_id)
    if corpus.state is not CorpusState.UNMAPPED:
        return _to_corpus(request, corpus)
    chosen = columns.chosen(corpora.rows(corpus), form)
    if chosen.errors or form.get("do") != "import":
        return _mapping_page(request, access, corpus, chosen, 422 if chosen.errors else 200)
    corpora.map_columns(session, corpus, Form(chosen.form), chosen.fields, access.user.id)
    return _to_corpus(request, corpus)


def find(session: Session, access: Access, corpus_id: int) -> Corpus:
    """A corpus of this dataset. NotFound."""
    corpus = session.get(Corpus, corpus_id)
    if corpus is None or corpus.dataset_id != access.dataset.id:
        raise NotFound(say("There is no such corpus in this dataset. Look for it in the list of corpora."))
    return corpus


def _mapping_page(
    request: Request, access: Access, corpus: Corpus, chosen: columns.Chosen, status: int = 200
) -> Response:
    return render(
        request,
        "mapping.html",
        status=status,
        dataset=access.dataset,
        access=access,
        corpus=corpus,
        chosen=chosen,
        forms=columns.FORMS,
    )


def _list(request: Request, access: Access, session: Session, status: int = 200, refusal: str = "") -> Response:
    found = corpora.of(session, access.dataset.id)
    totals = {
        column: sum(getattr(one, column) for one in found) for column in ("lines", "accepted", "refused", "copies", "passages")
    }
    return render(
        request,
        "corpora.html",
        status=status,
        dataset=access.dataset,
        access=access,
        corpora=found,
        totals=totals,
        has_documents=documents.has_any(session, access.dataset.id),
        stale=stale.count(session, access.dataset.id),
        refusal=refusal,
        licences=LICENCES,
        upload_limit=get_settings().upload_limit,
        free=blobs.free_bytes(),
    )


def _to_corpus(request: Request, corpus: Corpus) -> Response:
    return RedirectResponse(request.url_for("corpus", dataset_id=corpus.dataset_id, corpus_id=corpus.id).path, 303)


def _check_access(request: Request, dataset_id: int) -> None:
    with uploading.short_transaction(request) as session:
        dataset_admin(request, session, dataset_id)


def _show_refusal(request: Request, dataset_id: int, status: int, sentence: str) -> Response:
    with uploading.short_transaction(request) as session:
        return _list(request, dataset_admin(request, session, dataset_id), session, status, sentence)


def _add(request: Request, dataset_id: int, files: list[tuple[str, Stored]], fields: dict[str, str]) -> list[int]:
    """Take in stored files in one transaction, by a person who still may: an upload can last an hour."""
    with uploading.short_transaction(request) as session:
        access = dataset_admin(request, session, dataset_id)
        asked = passage_form.asked(session, dataset_id, fields)
        return [
            corpora.add(
                session,
                dataset_id,
                stored,
                file_name=plain_name(file_name),
                by=access.user.id,
                making=asked.making,
                chunking=asked.chunking,
                previous=asked.previous,
                **{key: fields.get(key, "").replace("\x00", "")[:500] for key in ("name", "licence", "origin")}
                if len(files) == 1
                else {key: fields.get(key, "").replace("\x00", "")[:500] for key in ("licence", "origin")},
            ).id
            for file_name, stored in files
        ]
