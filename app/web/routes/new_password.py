"""A new password for who forgot theirs: an administrator makes a link, the person opens it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.messages import say
from app.models import Membership, User
from app.services import password_links
from app.services.errors import Invalid, NotFound
from app.web import cookies
from app.web.dependencies import AdminDep, ExpertDep, Id, SessionDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render
from app.web.routes.access import Password
from app.web.routes.people import own_address, people_page_with

router = APIRouter()


class NewPassword(Input):
    password: Password


@router.post("/datasets/{dataset_id}/people/{user_id}/password-link")
def make_password_link(
    request: Request, access: ExpertDep, admin: AdminDep, session: SessionDep, user_id: Id
) -> Response:
    """Only an administrator of the installation: the account may have more rights elsewhere than in this dataset."""
    if session.get(Membership, (access.dataset.id, user_id)) is None:
        raise NotFound(say("This person is not a member any more. Load the page again."))
    user = session.get_one(User, user_id)
    link = f"{own_address(request)}/new-password/{password_links.make(session, user, admin)}"
    return people_page_with(request, access, session, link=link, invited=user.name, purpose="password")


@router.get("/new-password/{token}")
def new_password_page(request: Request, session: SessionDep, token: str) -> Response:
    user = password_links.find(session, token)
    return render(request, "new_password.html", form=Submission[NewPassword](), token=token, user=user)


@router.post("/new-password/{token}")
def set_new_password(
    request: Request,
    session: SessionDep,
    token: str,
    form: Annotated[Submission[NewPassword], Depends(submission(NewPassword))],
) -> Response:
    """Set it and sign in."""
    user = password_links.find(session, token)
    if form.data is not None:
        try:
            cookie = password_links.use(session, token, form.data.password)
        except Invalid as error:
            form.refuse(error)
        else:
            response = RedirectResponse("/", 303)
            cookies.remember(response, cookie)
            return response
    return render(request, "new_password.html", form=form, token=token, user=user, status=422)
