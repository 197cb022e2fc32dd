"""Personal links: the first administrator's, and those that invite people to a dataset."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.models import Dataset, Invitation, Role, User
from app.services import invitations, sign_ins, welcoming
from app.services.errors import Conflict, Invalid
from app.web import cookies
from app.web.dependencies import SessionDep, ViewerDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render
from app.web.routes.access import Password

router = APIRouter()


class NewAccount(Input):
    name: Line = Field(max_length=200)
    email: Line = Field(max_length=254)
    password: Password


NewAccountDep = Annotated[Submission[NewAccount], Depends(submission(NewAccount))]


@router.get("/first-admin/{token}")
def first_admin_page(request: Request, session: SessionDep, token: str) -> Response:
    """Where the link that `winnow up` prints leads."""
    invitations.find(session, token, first_admin=True)
    return render(request, "first_admin.html", form=Submission[NewAccount](), token=token)


@router.post("/first-admin/{token}")
def first_admin(request: Request, session: SessionDep, token: str, form: NewAccountDep) -> Response:
    """Make the first administrator, who goes to the demonstration where there is one, or else makes the first dataset."""
    invitation = invitations.find(session, token, first_admin=True)
    user = _new_account(session, invitation, form)
    if user is None:
        return render(request, "first_admin.html", form=form, token=token, status=422)
    has_any = session.scalar(select(exists().select_from(Dataset)))
    return _signed_in(request, session, user, "/datasets" if has_any else "/datasets/new")


@router.get("/invitations/{token}")
def invitation_page(request: Request, session: SessionDep, viewer: ViewerDep, token: str) -> Response:
    """What the link is for, and how to accept it."""
    return _page(request, session, invitations.find(session, token), token, Submission[NewAccount]())


@router.post("/invitations/{token}")
def accept(request: Request, session: SessionDep, token: str, form: NewAccountDep) -> Response:
    """Accept with a new account."""
    invitation = invitations.find(session, token)
    user = _new_account(session, invitation, form)
    if user is None:
        return _page(request, session, invitation, token, form, status=422)
    return _signed_in(request, session, user, _work(invitation))


@router.post("/invitations/{token}/join")
def join(request: Request, session: SessionDep, viewer: ViewerDep, token: str) -> Response:
    """Accept with the account that is signed in."""
    invitation = invitations.find(session, token)
    if viewer is None:
        return RedirectResponse(f"/sign-in?next=/invitations/{token}", 303)
    welcoming.with_account(session, invitation, viewer)
    return RedirectResponse(_work(invitation), 303)


def _new_account(session: Session, invitation: Invitation, form: Submission[NewAccount]) -> User | None:
    """The new person, or None with the reason in the form."""
    if form.data is None:
        return None
    try:
        return welcoming.with_new_account(session, invitation, **form.data.model_dump())
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return None


def _page(
    request: Request,
    session: Session,
    invitation: Invitation,
    token: str,
    form: Submission[NewAccount],
    status: int = 200,
) -> Response:
    inviter = session.get(User, invitation.invited_by) if invitation.invited_by else None
    return render(
        request,
        "invitation.html",
        form=form,
        invitation=invitation,
        inviter=inviter,
        token=token,
        status=status,
        to=session.get_one(Dataset, invitation.dataset_id),
    )


def _work(invitation: Invitation) -> str:
    """Where a new member starts."""
    place = f"/datasets/{invitation.dataset_id}"
    return f"{place}/review" if invitation.role == Role.EXPERT else place


def _signed_in(request: Request, session: Session, user: User, target: str) -> Response:
    sign_ins.end(session, cookies.token(request))
    response = RedirectResponse(target, 303)
    cookies.remember(response, sign_ins.start(session, user))
    return response
