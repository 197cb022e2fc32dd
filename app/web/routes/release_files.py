"""The files of a release: each by itself, or all of them as one."""

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, StreamingResponse
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Release
from app.services import release_archive, releases
from app.services.errors import NotFound
from app.services.release_archive import Member
from app.web.dependencies import Access, Id, LeadDep, SessionDep
from app.web.downloads import attachment
from app.web.forms import storable
from app.web.routes.release_page import find

router = APIRouter()


@router.get("/datasets/{dataset_id}/releases/{release_id}/whole.zip", name="release_zip")
def download_zip(access: LeadDep, session: SessionDep, release_id: Id) -> Response:
    """The whole folder as a ZIP, streamed."""
    name, members = _members(session, access, find(session, access, release_id))
    content = release_archive.as_zip(members)
    return StreamingResponse(content, media_type="application/zip", headers=attachment(f"{name}.zip"))


@router.get("/datasets/{dataset_id}/releases/{release_id}/whole.tar", name="release_tar")
def download_tar(access: LeadDep, session: SessionDep, release_id: Id) -> Response:
    """The whole folder as a TAR, streamed."""
    name, members = _members(session, access, find(session, access, release_id))
    content = release_archive.as_tar(members)
    return StreamingResponse(content, media_type="application/x-tar", headers=attachment(f"{name}.tar"))


@router.get("/datasets/{dataset_id}/releases/{release_id}/files/{file:path}", name="release_file")
def download(access: LeadDep, session: SessionDep, release_id: Id, file: str) -> Response:
    """One file, byte for byte as it was written. A name is looked up in the release's list; no path is made of it."""
    release = find(session, access, release_id)
    path = releases.file_path(session, release, file if storable(file) else "")
    headers = attachment(f"{releases.name_of(access.dataset, release)}-{file.replace('/', '-')}")
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _members(session: Session, access: Access, release: Release) -> tuple[str, list[Member]]:
    """The archive's name, and in a folder of that name all files. NotFound where one is not there to be sent."""
    name = releases.name_of(access.dataset, release)
    files = releases.files(session, release)
    members = [(f"{name}/{one.name}", releases.file_path(session, release, one.name)) for one in files]
    if not members or not all(path.is_file() for _, path in members):
        raise NotFound(say("This release has no files to download. Its page shows how far it is."))
    return name, members
