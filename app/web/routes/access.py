"""Coming in and going out: the start page, signing in, signing out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field, StringConstraints

from app.messages import say
from app.models import Role
from app.services import accounts, datasets, sign_ins
from app.services.errors import TooManyTries
from app.web import cookies
from app.web.addresses import local
from app.web.dependencies import SessionDep, UserDep, ViewerDep
from app.web.forms import Input, Submission, submission
from app.web.rendering import render

router = APIRouter()

Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=10_000)]
NO_MATCH = say(
    "E-mail and password do not match. Try again, or ask the person who runs Winnow here for a new password."
)


class SignInForm(Input):
    """`next` is the page to go back to."""

    email: str = Field(max_length=1_000)
    password: Password
    next: str = Field("/", max_length=4_000)


@router.get("/")
def home(user: UserDep, session: SessionDep) -> Response:
    """To the work: an expert of one dataset goes straight to the desk."""
    listed = datasets.listed(session, user)
    if len(listed) == 1 and listed[0][1] is Role.EXPERT:
        return RedirectResponse(f"/datasets/{listed[0][0].id}/review", 303)
    return RedirectResponse("/datasets", 303)


@router.get("/sign-in")
def sign_in_page(request: Request, viewer: ViewerDep, session: SessionDep, next: str = "/") -> Response:
    """The form, or the way back for who is signed in already."""
    if viewer is not None:
        return RedirectResponse(local(next), 303)
    form: Submission[SignInForm] = Submission(values={"next": local(next)})
    return render(request, "sign_in.html", form=form, is_empty=accounts.is_empty(session))


@router.post("/sign-in")
def sign_in(
    request: Request, session: SessionDep, form: Annotated[Submission[SignInForm], Depends(submission(SignInForm))]
) -> Response:
    """A new sign-in. One that the browser had before ends here."""
    if form.data is None:
        return render(request, "sign_in.html", form=form, is_empty=False, status=422)
    machine = request.client.host if request.client else ""
    try:
        token = accounts.sign_in(session, form.data.email, form.data.password, machine)
    except TooManyTries as error:
        form.refuse(error)
        return render(request, "sign_in.html", form=form, is_empty=False, status=429)
    if token is None:
        form.errors[""] = NO_MATCH
        return render(request, "sign_in.html", form=form, is_empty=False, status=401)
    sign_ins.end(session, cookies.token(request))
    response = RedirectResponse(local(form.data.next), 303)
    cookies.remember(response, token)
    return response


@router.post("/sign-out")
def sign_out(request: Request, session: SessionDep) -> Response:
    """End this browser's sign-in."""
    sign_ins.end(session, cookies.token(request))
    response = RedirectResponse("/sign-in", 303)
    cookies.forget(response)
    return response
