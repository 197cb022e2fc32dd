"""Tokenizers of a dataset: uploaded tokenizer.json files that the length of a release's rows is counted with."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.messages import say
from app.services import tokenizers
from app.services.blobs import Stored
from app.services.errors import DomainError
from app.web import uploading
from app.web.dependencies import Access, DatasetAdminDep, Id, SessionDep, dataset_admin
from app.web.errors import STATUS
from app.web.forms import FormDep
from app.web.rendering import render
from app.web.uploading import UploadRefused, plain_name

router = APIRouter()


@router.get("/datasets/{dataset_id}/releases/tokenizers", name="tokenizers")
def show_tokenizers(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    """All that were uploaded, and the upload."""
    return _list(request, access, session)


@router.post("/datasets/{dataset_id}/releases/tokenizers", name="add_tokenizer")
async def add(request: Request, dataset_id: Id) -> Response:
    """Take in a tokenizer.json; one of the same name is replaced."""
    await run_in_threadpool(_check_access, request, dataset_id)
    try:
        received = await uploading.receive_form(request)
        if len(received.files) != 1:
            raise UploadRefused(422, say("No file was chosen. Choose one file and upload it."))
        await run_in_threadpool(_add, request, dataset_id, received.files[0], received.fields)
    except (UploadRefused, DomainError) as error:
        status = error.status if isinstance(error, UploadRefused) else STATUS.get(type(error), 422)
        return await run_in_threadpool(_show_refusal, request, dataset_id, status, error.args[0])
    return RedirectResponse(request.url_for("tokenizers", dataset_id=dataset_id).path, 303)


@router.post("/datasets/{dataset_id}/releases/tokenizers/delete", name="delete_tokenizer")
def delete(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormDep) -> Response:
    """Take one out of the choice."""
    tokenizers.remove(session, access.dataset, str(form.get("name", "")))
    return RedirectResponse(request.url_for("tokenizers", dataset_id=access.dataset.id).path, 303)


def _list(request: Request, access: Access, session: Session, status: int = 200, refusal: str = "") -> Response:
    found = tokenizers.of(session, access.dataset.id)
    return render(
        request,
        "tokenizers.html",
        status=status,
        dataset=access.dataset,
        access=access,
        tokenizers=found,
        refusal=refusal,
    )


def _check_access(request: Request, dataset_id: int) -> None:
    with uploading.short_transaction(request) as session:
        dataset_admin(request, session, dataset_id)


def _add(request: Request, dataset_id: int, file: tuple[str, Stored], fields: dict[str, str]) -> None:
    """In one transaction, by a person who still may: an upload can last long."""
    name = fields.get("name", "").replace("\x00", "").strip() or plain_name(file[0])
    with uploading.short_transaction(request) as session:
        access = dataset_admin(request, session, dataset_id)
        tokenizers.add(session, access.dataset, name, file[1], access.user.id)


def _show_refusal(request: Request, dataset_id: int, status: int, sentence: str) -> Response:
    with uploading.short_transaction(request) as session:
        return _list(request, dataset_admin(request, session, dataset_id), session, status, sentence)
