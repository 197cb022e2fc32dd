"""The people of a dataset: members, their roles, and the links that invite more of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.models import Role
from app.services import declaring, invitations, people
from app.settings import get_settings
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render

router = APIRouter()


class InviteForm(Input):
    name: Line = Field("", max_length=200)
    email: Line = Field("", max_length=254)
    specialty: Line = Field("", max_length=200)
    role: Role = Role.EXPERT


class RoleForm(Input):
    role: Role


@router.get("/datasets/{dataset_id}/people")
def people_page(request: Request, access: LeadDep, session: SessionDep) -> Response:
    return people_page_with(request, access, session)


@router.post("/datasets/{dataset_id}/people/invite")
def invite(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    form: Annotated[Submission[InviteForm], Depends(submission(InviteForm))],
) -> Response:
    """Make a link and show it, this once: what is stored of it cannot be shown again."""
    if form.data is None:
        return people_page_with(request, access, session, form, status=422)
    token = invitations.invite(session, access.dataset, access.user, **form.data.model_dump())
    link = f"{own_address(request)}/invitations/{token}"
    return people_page_with(request, access, session, link=link, invited=form.data.name)


@router.post("/datasets/{dataset_id}/people/{user_id}/role")
def change_role(
    request: Request,
    access: DatasetAdminDep,
    session: SessionDep,
    user_id: Id,
    form: Annotated[Submission[RoleForm], Depends(submission(RoleForm))],
) -> Response:
    if form.data is None:
        return people_page_with(request, access, session, status=422)
    people.change_role(session, access.dataset, user_id, form.data.role)
    return _back(access)


@router.post("/datasets/{dataset_id}/people/{user_id}/remove")
def remove_member(access: DatasetAdminDep, session: SessionDep, user_id: Id) -> Response:
    people.remove(session, access.dataset, user_id)
    return _back(access)


@router.post("/datasets/{dataset_id}/people/invitations/{invitation_id}/revoke")
def revoke_invitation(access: DatasetAdminDep, session: SessionDep, invitation_id: Id) -> Response:
    invitations.revoke(session, access.dataset, invitation_id)
    return _back(access)


def people_page_with(
    request: Request,
    access: Access,
    session: Session,
    form: Submission[InviteForm] | None = None,
    *,
    link: str = "",
    invited: str = "",
    purpose: str = "invitation",
    status: int = 200,
) -> Response:
    """The page, with a link that was just made: its `purpose` is an invitation or a new password."""
    return render(
        request,
        "people.html",
        dataset=access.dataset,
        access=access,
        members=people.members(session, access.dataset),
        serving=declaring.of(session, access.dataset),
        pending=invitations.pending(session, access.dataset),
        form=form or Submission[InviteForm](),
        link=link,
        purpose=purpose,
        invited=invited,
        days=invitations.DAYS,
        status=status,
    )


def own_address(request: Request) -> str:
    """The address that people know this installation by: the configured one, else the one this request came to."""
    return (get_settings().base_url or str(request.base_url)).rstrip("/")


def _back(access: Access) -> Response:
    return RedirectResponse(f"/datasets/{access.dataset.id}/people", 303)
