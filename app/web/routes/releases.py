"""Releases: making one in three steps, the list, and the files."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Release, User
from app.services import progress, release_preview, releases
from app.services.errors import DomainError, NotFound
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.downloads import attachment
from app.web.forms import FormDep
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/releases", name="releases")
def show_releases(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """A new release in three steps, and all that were made; the list asks for itself while a file is being written."""
    return _page(request, access, session)


@router.post("/datasets/{dataset_id}/releases", name="freeze")
def freeze(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormDep) -> Response:
    """Freeze what is approved."""
    try:
        releases.start(session, access.dataset, str(form.get("format", "")), access.user.id)
    except DomainError as error:
        return _page(request, access, session, 422, error.message)
    return RedirectResponse(request.url_for("releases", dataset_id=access.dataset.id).path + "#made", 303)


@router.get("/datasets/{dataset_id}/releases/{release_id}", name="release")
def show_release(request: Request, access: LeadDep, session: SessionDep, release_id: Id) -> Response:
    """One release: what it holds and how it came about."""
    release = _find(session, access, release_id)
    return render(
        request,
        "release.html",
        dataset=access.dataset,
        access=access,
        release=release,
        formats=releases.formats(),
        files=releases.files(session, release),
        maker=_maker(session, release),
        manifest=release.manifest or {},
        open_question=releases.ASKED,
        manifest_text=releases.manifest_bytes(release).decode(),
    )


@router.get("/datasets/{dataset_id}/releases/{release_id}/files/{name:path}", name="release_file")
def download(access: LeadDep, session: SessionDep, release_id: Id, name: str) -> Response:
    """One file, byte for byte as it was written."""
    release = _find(session, access, release_id)
    headers = attachment(f"{releases.name_of(access.dataset, release)}-{name.replace('/', '-')}")
    path = releases.file_path(session, release, name)
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _page(request: Request, access: Access, session: Session, status: int = 200, refusal: str = "") -> Response:
    found = releases.of(session, access.dataset.id)
    working = {
        release.id: progress.of(session, release.job_id)
        for release in found
        if release.sha256 is None and release.job_id
    }
    return render(
        request,
        "releases.html",
        "made",
        status=status,
        dataset=access.dataset,
        access=access,
        releases=found,
        working=working,
        is_working=any(not one.ended for one in working.values()),
        approved=releases.approved(session, access.dataset.id),
        asked=releases.asked(session, access.dataset.id),
        formats=releases.formats(),
        examples=release_preview.examples(session, access.dataset.id),
        refusal=refusal,
    )


def _find(session: Session, access: Access, release_id: int) -> Release:
    release = session.get(Release, release_id)
    if release is None or release.dataset_id != access.dataset.id:
        raise NotFound(say("There is no such release in this dataset. Look for it in the list of releases."))
    return release


def _maker(session: Session, release: Release) -> str:
    return session.get_one(User, release.created_by).name if release.created_by else ""
