"""The recipe's form before it is saved: what was typed, shown again with what it would change."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.web import recipe_form
from app.web.dependencies import LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.recipe_begun import Begun
from app.web.recipe_form import Unreadable
from app.web.recipe_page import NOT_SAVED, page, sent
from app.web.recipe_preview import Preview, preview
from app.web.rendering import wants_part

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe/preview", name="preview_again")
def back_to_the_recipe(request: Request, access: LeadDep) -> Response:
    """The address of a preview, opened by hand."""
    return RedirectResponse(request.url_for("recipe", dataset_id=access.dataset.id).path, 303)


@router.post("/datasets/{dataset_id}/recipe/preview", name="preview_recipe")
def show_preview(request: Request, access: LeadDep, session: SessionDep, form: FormDep) -> Response:
    """The form as typed, with a filter switched on where a button asked for that. Saves nothing."""
    typed, on = sent(form)
    if filter_key := typed.get("use"):
        on |= recipe_form.usual(filter_key)
    begun = Begun.at(session, access.dataset, typed.get("start", ""), typed.get("version", ""))
    try:
        recipe = recipe_form.read(typed, on, begun.recipe)
    except Unreadable as error:
        faulty = [one.title for part in error.form.parts for one in part.fields if one.error]
        unread = Preview(f"Not counted yet: {', '.join(faulty)} cannot be read.")
        return page(request, access, session, error.form, begun, preview=unread, status=_status(request))
    found = preview(session, access.dataset, recipe)
    return page(request, access, session, recipe_form.shown(recipe), begun, preview=found, note=NOT_SAVED)


def _status(request: Request) -> int:
    """A form that is half typed is no error yet."""
    return 200 if wants_part(request) else 422
