"""Your keys: which key does what on the desk."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.services import keys
from app.services.errors import Invalid
from app.web import key_caps  # noqa: F401 - gives a word to the template
from app.web.dependencies import SessionDep, UserDep
from app.web.forms import FormDep
from app.web.rendering import render

router = APIRouter()


@router.get("/account/keys")
def show_keys(request: Request, user: UserDep, saved: bool = False) -> Response:
    return _page(request, keys.of(user), is_saved=saved)


@router.post("/account/keys")
def choose_keys(request: Request, user: UserDep, session: SessionDep, form: FormDep) -> Response:
    """All keys at once; `first` puts them back to what everybody starts with."""
    given = {action.name: str(form.get(action.name, action.key)) for action in keys.ACTIONS}
    try:
        keys.choose(session, user, {} if "first" in form else given)
    except Invalid as refusal:
        return _page(request, given, refusal, status=422)
    return RedirectResponse("/account/keys?saved=1", 303)


def _page(
    request: Request,
    typed: Mapping[str, str],
    refusal: Invalid | None = None,
    *,
    is_saved: bool = False,
    status: int = 200,
) -> Response:
    return render(
        request,
        "account_keys.html",
        status=status,
        typed=typed,
        refusal=refusal,
        is_saved=is_saved,
        actions=keys.ACTIONS,
    )
