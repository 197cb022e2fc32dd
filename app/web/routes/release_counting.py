"""Tokenizers of a dataset: uploaded tokenizer.json files that the length of a release's rows is counted with."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.services import tokenizers
from app.web.dependencies import Access, DatasetAdminDep, Id, SessionDep
from app.web.forms import FormDep
from app.web.rendering import render
from app.web.upload_page import Uploaded, add_file

router = APIRouter()


@router.get("/datasets/{dataset_id}/releases/tokenizers", name="tokenizers")
def show_tokenizers(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    """All that were uploaded, and the upload."""
    return _list(request, access, session)


@router.post("/datasets/{dataset_id}/releases/tokenizers", name="add_tokenizer")
async def add(request: Request, dataset_id: Id) -> Response:
    """Take in a tokenizer.json; one of the same name is replaced."""
    return await add_file(request, dataset_id, "tokenizers", _add, _list)


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


def _add(session: Session, access: Access, uploaded: Uploaded) -> None:
    name = uploaded.fields.get("name", "").replace("\x00", "").strip() or uploaded.name
    tokenizers.add(session, access.dataset, name, uploaded.file, access.user.id)
