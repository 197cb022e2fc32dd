"""One uploaded file added to a dataset by an admin: asked before, taken in, and asked again, for it can last long."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.messages import say
from app.services.blobs import Stored
from app.services.errors import DomainError
from app.web import uploading
from app.web.dependencies import Access, dataset_admin
from app.web.errors import STATUS
from app.web.uploading import Received, UploadRefused, plain_name


@dataclass(frozen=True)
class Uploaded:
    """The one file of a form, by the plain name it had, and the form's other fields."""

    name: str
    file: Stored
    fields: dict[str, str]


Add = Callable[[Session, Access, Uploaded], object]
Show = Callable[[Request, Access, Session, int, str], Response]


async def add_file(request: Request, dataset_id: int, page: str, add: Add, show: Show) -> Response:
    """Back to the page of this name; where the file is refused, `show` answers with a status and a sentence."""
    await run_in_threadpool(_check_access, request, dataset_id)
    try:
        uploaded = _only(await uploading.receive_form(request))
        await run_in_threadpool(_add, request, dataset_id, uploaded, add)
    except (UploadRefused, DomainError) as error:
        status = error.status if isinstance(error, UploadRefused) else STATUS.get(type(error), 422)
        return await run_in_threadpool(_refuse, request, dataset_id, show, status, error.args[0])
    return RedirectResponse(request.url_for(page, dataset_id=dataset_id).path, 303)


def _only(received: Received) -> Uploaded:
    if len(received.files) != 1:
        raise UploadRefused(422, say("No file was chosen. Choose one file and upload it."))
    name, stored = received.files[0]
    return Uploaded(plain_name(name), stored, received.fields)


def _check_access(request: Request, dataset_id: int) -> None:
    with uploading.short_transaction(request) as session:
        dataset_admin(request, session, dataset_id)


def _add(request: Request, dataset_id: int, uploaded: Uploaded, add: Add) -> None:
    with uploading.short_transaction(request) as session:
        add(session, dataset_admin(request, session, dataset_id), uploaded)


def _refuse(request: Request, dataset_id: int, show: Show, status: int, sentence: str) -> Response:
    with uploading.short_transaction(request) as session:
        return show(request, dataset_admin(request, session, dataset_id), session, status, sentence)
