"""Your account: name, password, language, and signing out everywhere."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.models import User
from app.services import accounts, declaring, sign_ins
from app.services.errors import Invalid
from app.web import cookies, locales
from app.web.dependencies import SessionDep, UserDep
from app.web.forms import Input, Line, Submission, submission
from app.web.rendering import render
from app.web.routes.access import Password

router = APIRouter()


class NameForm(Input):
    name: Line = Field(max_length=200)
    specialty: Line = Field("", max_length=200)


class PasswordForm(Input):
    current: Password
    password: Password


class LanguageForm(Input):
    language: Literal["", *locales.LANGUAGES] = ""  # type: ignore[valid-type]


@router.get("/account")
def account(request: Request, user: UserDep, session: SessionDep, saved: str = "") -> Response:
    """The page. `saved` says what has just been changed."""
    return _page(request, user, session, saved=saved)


@router.post("/account")
def change_name(
    request: Request,
    user: UserDep,
    session: SessionDep,
    form: Annotated[Submission[NameForm], Depends(submission(NameForm))],
) -> Response:
    if form.data is None:
        return _page(request, user, session, name_form=form, status=422)
    accounts.change_name(session, user, form.data.name, form.data.specialty)
    return RedirectResponse("/account?saved=name", 303)


@router.post("/account/password")
def change_password(
    request: Request,
    user: UserDep,
    session: SessionDep,
    form: Annotated[Submission[PasswordForm], Depends(submission(PasswordForm))],
) -> Response:
    """A new password ends all sign-ins but this browser's, which gets a new one."""
    if form.data is None:
        return _page(request, user, session, password_form=form, status=422)
    try:
        token = accounts.change_password(session, user, form.data.current, form.data.password)
    except Invalid as error:
        form.refuse(error)
        return _page(request, user, session, password_form=form, status=422)
    response = RedirectResponse("/account?saved=password", 303)
    cookies.remember(response, token)
    return response


@router.post("/account/language")
def change_language(
    user: UserDep, session: SessionDep, form: Annotated[Submission[LanguageForm], Depends(submission(LanguageForm))]
) -> Response:
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    accounts.change_language(session, user, form.data.language)
    return RedirectResponse("/account?saved=language", 303)


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(user: UserDep, session: SessionDep) -> Response:
    sign_ins.end_all(session, user)
    response = RedirectResponse("/sign-in", 303)
    cookies.forget(response)
    return response


def _page(
    request: Request,
    user: User,
    session: Session,
    *,
    name_form: Submission[NameForm] | None = None,
    password_form: Submission[PasswordForm] | None = None,
    saved: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "account.html",
        user=user,
        serving=declaring.of_person(session, user),
        saved=saved,
        status=status,
        name_form=name_form or Submission[NameForm](),
        password_form=password_form or Submission[PasswordForm](),
    )
