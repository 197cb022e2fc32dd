"""Composing a release: one page in three steps. Its whole state stands in its address, so that it can be sent on."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from app.curation.releasing.composition import Composition
from app.messages import say
from app.models import Release
from app.services import release_preview, release_selecting, releases, selections
from app.services.errors import DomainError, Invalid, NotFound
from app.web import forms, release_choices, release_words
from app.web.dependencies import Access, DatasetAdminDep, Id, SessionDep
from app.web.errors import STATUS
from app.web.forms import Submission, submission
from app.web.release_form import Composed, narrows, selected, values_of
from app.web.rendering import render

router = APIRouter()
ComposedDep = Annotated[Submission[Composed], Depends(submission(Composed))]
PLACES = ("again", "selection", "saved")
"""What an address may say beside the fields of the form."""


@router.get("/datasets/{dataset_id}/releases/new", name="compose")
def show_form(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    """The form as its address says, counted. htmx asks for the counts alone."""
    return _page(request, access, session, _asked(request, access, session))


@router.post("/datasets/{dataset_id}/releases/new", name="freeze")
def freeze(request: Request, access: DatasetAdminDep, session: SessionDep, form: ComposedDep) -> Response:
    """Freeze what is selected, and start the checks."""
    if form.data is None:
        return _page(request, access, session, form, 422)
    try:
        with session.begin_nested():
            made = releases.compose(session, access.dataset, form.data.composition(), access.user.id)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, access, session, form, STATUS[type(refusal)])
    return RedirectResponse(request.url_for("release", dataset_id=access.dataset.id, release_id=made.id).path, 303)


@router.post("/datasets/{dataset_id}/releases/selections", name="save_selection")
def save(request: Request, access: DatasetAdminDep, session: SessionDep, form: ComposedDep) -> Response:
    """Keep which samples are chosen under a name."""
    if form.data is None:
        return _page(request, access, session, form, 422)
    try:
        made = selections.save(session, access.dataset, form.data.name, form.data.selection(), access.user.id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(request, access, session, form, 422)
    return _back(request, access, form.values, saved=made.id)


@router.post("/datasets/{dataset_id}/releases/selections/{selection_id}/delete", name="delete_selection")
def delete(
    request: Request, access: DatasetAdminDep, session: SessionDep, selection_id: Id, form: ComposedDep
) -> Response:
    """Forget a selection; releases that were composed with it stay as they are."""
    selections.remove(session, access.dataset.id, selection_id)
    return _back(request, access, form.values)


def _back(request: Request, access: Access, values: dict[str, Any], **more: object) -> Response:
    path = request.url_for("compose", dataset_id=access.dataset.id).path
    given = {name: value for name, value in values.items() if name != "name" and value not in ("", [])} | more
    return RedirectResponse(f"{path}?{urlencode(given, doseq=True)}#goes-in", 303)


def _asked(request: Request, access: Access, session: Session) -> Submission[Composed]:
    """Fields in the address go before those of a selection or an earlier release that it names."""
    places = {name: request.query_params.get(name, "") for name in PLACES}
    given = [(name, value) for name, value in request.query_params.multi_items() if name not in PLACES]
    start = _start(session, access, places["again"])
    typed = forms.read(Composed, QueryParams([("format", start["format"]), *given]))
    if given and not places["selection"]:
        return typed
    values = {name: value for name, value in typed.values.items() if not _chooses(name)} if given else start
    if places["selection"]:
        saved = selections.load(session, access.dataset.id, _number(places["selection"]))
        values = {name: value for name, value in values.items() if not _chooses(name)} | selected(saved)
    return forms.check(Composed, values)


def _start(session: Session, access: Access, again: str) -> dict[str, Any]:
    """As the release that is named; else everything approved, in the format of the newest one."""
    if again:
        release = session.get(Release, _number(again))
        if release is None or release.dataset_id != access.dataset.id:
            raise NotFound(say("There is no such release in this dataset. Look for it in the list of releases."))
        return _values(release)
    newest = next(iter(releases.of(session, access.dataset.id)), None)
    format = newest.format if newest is not None and newest.format in releases.formats() else "messages"
    return values_of(Composition(format=format))


def _values(release: Release) -> dict[str, Any]:
    try:
        return values_of(Composition.model_validate({"format": release.format, **release.composition}))
    except ValidationError:  # of an earlier version, with settings that are gone
        return values_of(Composition(format=release.format))


def _chooses(name: str) -> bool:
    """Whether a field is one of the selection's."""
    return name.startswith(Composed.many) or name in _OF_SELECTION


_OF_SELECTION = {"corpora", "languages", "licences", "score", "agreement", "low_agreement", "decided_from",
                 "decided_until", "most_corpus", "most_cluster", "most_label", "label", "budget", "name"}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _page(
    request: Request, access: Access, session: Session, form: Submission[Composed], status: int = 200
) -> Response:
    composition = form.data.composition() if form.data else None
    format = str(form.values.get("format", ""))
    return render(
        request,
        "release_new.html",
        "counts",
        "example",
        "freeze",
        status=status,
        dataset=access.dataset,
        access=access,
        form=form,
        preview=release_selecting.preview(session, access.dataset.id, composition) if composition else None,
        choices=release_choices.of(session, access.dataset),
        formats=release_choices.formats(),
        kinds=release_choices.KINDS,
        example=release_preview.examples(session, access.dataset.id).get(format),
        title=release_words.formats().get(format, format),
        is_narrow=narrows(form.values),
        saved=_number(request.query_params.get("saved") or request.query_params.get("selection", "")),
        again=_again(session, access, request.query_params.get("again", "")),
    )


def _again(session: Session, access: Access, number: str) -> Release | None:
    found = session.get(Release, _number(number)) if number else None
    return found if found is not None and found.dataset_id == access.dataset.id else None
