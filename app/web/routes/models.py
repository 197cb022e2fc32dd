"""Language models that the installation may ask: the list, one of them, and a request to see whether it answers."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from app.models import ModelEndpoint
from app.services import endpoints
from app.services.endpoints import Draft
from app.services.errors import DomainError, Forbidden
from app.web import money, uploading  # noqa: F401 - the first gives templates a filter
from app.web.dependencies import AdminDep, Id, SessionDep, get_viewer, somebody
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()


class ModelForm(Input):
    """One language model. Ticks that are not set are not sent."""

    name: Line = Field(min_length=1, max_length=80)
    base_url: Line = Field(max_length=500)
    model: Line = Field(min_length=1, max_length=200)
    key: str = Field("", max_length=2_000)
    forget_key: bool = False
    currency: Line = Field("USD", max_length=8)
    price_in: float = Field(0, ge=0, le=1_000_000)
    price_out: float = Field(0, ge=0, le=1_000_000)
    concurrency: int = Field(4, ge=1, le=64)
    per_minute: int = Field(0, ge=0, le=100_000)
    timeout_seconds: int = Field(120, ge=5, le=900)
    has_schema: bool = False
    has_logprobs: bool = False

    def draft(self) -> Draft:
        values = self.model_dump()
        values |= {name: Decimal(str(values[name])) for name in ("price_in", "price_out")}
        return Draft(**values)


FormOf = Annotated[Submission[ModelForm], Depends(submission(ModelForm))]


@router.get("/models", name="models")
def show_models(request: Request, user: AdminDep, session: SessionDep) -> Response:
    """Those on offer, and the retired ones below."""
    return render(request, "models.html", found=endpoints.of(session, retired=True))


@router.get("/models/new", name="new_model")
def new_model(request: Request, user: AdminDep) -> Response:
    return _form(request, None, Submission())


@router.post("/models/new", name="add_model")
def add_model(request: Request, user: AdminDep, session: SessionDep, form: FormOf) -> Response:
    """Then its page, where it can be tested."""
    if form.data is None:
        return _form(request, None, form, 422)
    try:
        made = endpoints.add(session, form.data.draft(), user.id)
    except DomainError as error:
        form.refuse(error)
        return _form(request, None, form, 422)
    return _to(request, made.id)


@router.get("/models/{endpoint_id}", name="model")
def show_model(request: Request, user: AdminDep, session: SessionDep, endpoint_id: Id) -> Response:
    """Its settings; the key is not among them."""
    return _form(request, endpoints.find(session, endpoint_id), Submission())


@router.post("/models/{endpoint_id}", name="change_model")
def change_model(request: Request, user: AdminDep, session: SessionDep, endpoint_id: Id, form: FormOf) -> Response:
    endpoint = endpoints.find(session, endpoint_id)
    if form.data is None:
        return _form(request, endpoint, form, 422)
    try:
        with session.begin_nested():
            endpoints.change(session, endpoint, form.data.draft())
    except DomainError as error:
        form.refuse(error)
        return _form(request, endpoints.find(session, endpoint_id), form, 422)
    return _to(request, endpoint_id)


@router.post("/models/{endpoint_id}/test", name="test_model")
async def test_model(request: Request, endpoint_id: Id) -> Response:
    """One small request. No transaction is open while the model thinks."""
    await run_in_threadpool(_test, request, endpoint_id)
    return _to(request, endpoint_id)


@router.post("/models/{endpoint_id}/retire", name="retire_model")
def retire_model(request: Request, user: AdminDep, session: SessionDep, endpoint_id: Id) -> Response:
    """Offer it no more, or again."""
    endpoint = endpoints.find(session, endpoint_id)
    endpoints.retire(session, endpoint, back=endpoint.retired_at is not None)
    return RedirectResponse(request.url_for("models").path, 303)


def _test(request: Request, endpoint_id: int) -> None:
    with uploading.short_transaction(request) as session:
        if not somebody(get_viewer(request, session)).is_admin:
            raise Forbidden("Only an administrator of this installation may do this.")
        endpoint = endpoints.find(session, endpoint_id)
        session.expunge(endpoint)
    error = endpoints.ask_for_a_word(endpoint)
    with uploading.short_transaction(request) as session:
        endpoints.note_test(session, endpoint_id, error)


def _form(request: Request, endpoint: ModelEndpoint | None, form: Submission[ModelForm], status: int = 200) -> Response:
    return render(request, "model.html", status=status, endpoint=endpoint, form=form, usual=Draft)


def _to(request: Request, endpoint_id: int) -> Response:
    return RedirectResponse(request.url_for("model", endpoint_id=endpoint_id).path, 303)
