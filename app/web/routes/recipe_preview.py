"""The recipe's form before it is saved: what was typed, shown again with what it would change."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.web import recipe_form
from app.web.dependencies import LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.recipe_form import Unreadable
from app.web.routes.recipe import Begun, page, sent

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe/preview", name="preview_again")
def back_to_the_recipe(request: Request, access: LeadDep) -> Response:
    """The address of a preview, opened by hand."""
    return RedirectResponse(request.url_for("recipe", dataset_id=access.dataset.id).path, 303)


@router.post("/datasets/{dataset_id}/recipe/preview", name="preview_recipe")
def preview(request: Request, access: LeadDep, session: SessionDep, form: FormDep) -> Response:
    """The form as typed, with a filter switched on or a limit put in where a button asked for that. Saves nothing."""
    typed, on = sent(form)
    if filter_key := typed.get("use"):
        on |= recipe_form.usual(filter_key)
    if (name := typed.get("set", "")) and recipe_form.typed_limit(name.partition("=")[0], typed, on):
        name, _, typed[name.partition("=")[0]] = name.partition("=")
        on |= {name}
    begun = Begun.at(session, access, typed.get("start", ""), typed.get("version", ""))
    try:
        recipe = recipe_form.read(typed, on, begun.recipe)
    except Unreadable as error:
        return page(request, access, session, error.form, begun, status=422)
    return page(request, access, session, recipe_form.shown(recipe), begun, note="Nothing is saved until you save it.")
