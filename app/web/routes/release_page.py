"""One release: what holds it back and who let it pass, what it holds, and its files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Release, User
from app.services import progress, release_expiry, release_told, releases
from app.services.errors import DomainError, NotFound
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.errors import STATUS
from app.web.forms import Input, Submission, submission
from app.web.release_words import LEVELS, PARTS, STATES, formats
from app.web.rendering import render

router = APIRouter()


class LetPass(Input):
    """Which check, and why it may pass all the same."""

    check: str = Field(max_length=80)
    because: str = Field("", max_length=2_000)


LetPassDep = Annotated[Submission[LetPass], Depends(submission(LetPass))]


@router.get("/datasets/{dataset_id}/releases/{release_id}", name="release")
def show_release(request: Request, access: LeadDep, session: SessionDep, release_id: Id) -> Response:
    """One release, which follows the work on it until it ends."""
    return _page(request, access, session, find(session, access, release_id), Submission[LetPass]())


@router.post("/datasets/{dataset_id}/releases/{release_id}/let-pass", name="let_pass")
def let_pass(
    request: Request, access: DatasetAdminDep, session: SessionDep, release_id: Id, form: LetPassDep
) -> Response:
    """Let a check pass under one's name, with a reason."""
    release = find(session, access, release_id)
    if form.data is None:
        return _page(request, access, session, release, form, 422)
    try:
        releases.override(session, release, form.data.check, access.user.id, form.data.because)
    except DomainError as refusal:
        form.errors["because"] = refusal.message
        return _page(request, access, session, release, form, STATUS[type(refusal)])
    return _to(request, access, release, "#gate" if releases.blocks(session, release.id) else "")


@router.post("/datasets/{dataset_id}/releases/{release_id}/publish", name="publish_release")
def publish(request: Request, access: DatasetAdminDep, session: SessionDep, release_id: Id) -> Response:
    """Start writing a release that was held back."""
    release = find(session, access, release_id)
    releases.publish(session, release, access.user.id)
    return _to(request, access, release)


@router.post("/datasets/{dataset_id}/releases/{release_id}/remove-files", name="remove_release_files")
def remove_files(request: Request, access: DatasetAdminDep, session: SessionDep, release_id: Id) -> Response:
    """Make room; what was released stays known."""
    release = find(session, access, release_id)
    release_expiry.remove(session, release)
    return _to(request, access, release, "#files")


@router.post("/datasets/{dataset_id}/releases/{release_id}/write-again", name="write_release_again")
def write_again(request: Request, access: DatasetAdminDep, session: SessionDep, release_id: Id) -> Response:
    """Write removed files from the frozen rows."""
    release = find(session, access, release_id)
    release_expiry.write_again(session, release, access.user.id)
    return _to(request, access, release)


@router.get("/datasets/{dataset_id}/releases/{release_id}/checks/{check}", name="release_findings")
def show_findings(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    release_id: Id,
    check: str,
    after: Annotated[int, Query(ge=-1, le=2**31)] = -1,
) -> Response:
    """The rows that a check points at."""
    release = find(session, access, release_id)
    told, pointed, more = release_told.findings(session, release, check, after)
    return render(
        request,
        "release_findings.html",
        dataset=access.dataset,
        access=access,
        release=release,
        told=told,
        level=LEVELS[told.level],
        pointed=pointed,
        following=pointed[-1].position if more and pointed else None,
        is_first=after < 0,
    )


def find(session: Session, access: Access, release_id: int) -> Release:
    """A release of the dataset in the address. NotFound."""
    release = session.get(Release, release_id)
    if release is None or release.dataset_id != access.dataset.id:
        raise NotFound(say("There is no such release in this dataset. Look for it in the list of releases."))
    return release


def _page(
    request: Request, access: Access, session: Session, release: Release, form: Submission[LetPass], status: int = 200
) -> Response:
    now = progress.of(session, release.job_id) if release.job_id else None
    written = bool(release.sha256)
    key = release_told.signed_with(session, release) if written else None
    return render(
        request,
        "release.html",
        "state",
        status=status,
        dataset=access.dataset,
        access=access,
        release=release,
        state=release.state.value,
        states=STATES,
        parts=PARTS,
        levels=LEVELS,
        progress=now,
        checks=release_told.checks(session, release),
        splits=release_told.splits(session, release) if written or release.state.value == "held" else {},
        left_out=release_told.left_out(session, release) if written or release.state.value == "held" else {},
        files=releases.files(session, release) if written else [],
        key=key,
        others=release_told.compared_with(session, release) if written else [],
        formats=formats(),
        command=f"winnow verify {releases.name_of(access.dataset, release)}.zip --key {key.line}" if key else "",
        maker=_maker(session, release),
        manifest=release.manifest or {},
        manifest_text=releases.manifest_bytes(release).decode() if written else "",
        open_question=releases.ASKED,
        form=form,
    )


def _maker(session: Session, release: Release) -> str:
    return session.get_one(User, release.created_by).name if release.created_by else ""


def _to(request: Request, access: Access, release: Release, place: str = "") -> Response:
    path = request.url_for("release", dataset_id=access.dataset.id, release_id=release.id).path
    return RedirectResponse(path + place, 303)
