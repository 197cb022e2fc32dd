"""The recipe: its rules as a form with the measures drawn beside them."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.messages import say
from app.services import histograms, recipes, runs
from app.services.errors import NotFound
from app.web import recipe_drawings, recipe_form
from app.web.dependencies import DatasetAdminDep, LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.recall_drawing import recall
from app.web.recipe_begun import Begun
from app.web.recipe_form import Unreadable
from app.web.recipe_page import NOT_SAVED, page, saved_bounds, sent
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe", name="recipe")
def show_recipe(request: Request, access: LeadDep, session: SessionDep, start: str = "", version: str = "") -> Response:
    """The newest version, or one to begin from that is not saved yet; `set` puts one limit in."""
    begun = Begun.at(session, access.dataset, start, version)
    form = recipe_form.shown(begun.recipe)
    if wish := request.query_params.get("set"):
        return page(request, access, session, recipe_form.put(form, wish), begun, note=NOT_SAVED)
    return page(request, access, session, form, begun, note=begun.note)


@router.post("/datasets/{dataset_id}/recipe", name="save_recipe")
def save_recipe(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormDep) -> Response:
    """Save as a new version, and start a run where that was asked for."""
    typed, on = sent(form)
    begun = Begun.at(session, access.dataset, typed.get("start", ""), typed.get("version", ""))
    try:
        recipe = recipe_form.read(typed, on, begun.recipe)
    except Unreadable as error:
        return page(request, access, session, error.form, begun, status=422)
    recipes.save(session, access.dataset, recipe, access.user.id)
    if typed.get("do") == "run":
        run = runs.start(session, access.dataset, access.user.id)
        return RedirectResponse(request.url_for("run", dataset_id=access.dataset.id, run_id=run.id).path, 303)
    return RedirectResponse(request.url_for("recipe", dataset_id=access.dataset.id).path, 303)


@router.get("/datasets/{dataset_id}/recipe/drawing", name="recipe_drawing")
def draw(request: Request, access: LeadDep, session: SessionDep, rule: str = "", part: str = "") -> Response:
    """One rule's drawing with the limit that stands in the form: whole when it comes in sight, then its bars alone."""
    given = request.query_params
    one = recipe_form.typed_limit(rule, dict(given), set(given.getlist("on")))
    if one is None:
        raise NotFound(say("There is no such rule. Load the page again."))
    saved = saved_bounds(session, access)
    drawn = recipe_drawings.drawn(
        histograms.values(session, runs.latest(session, access.dataset.id)), one, saved.get(rule)
    )
    bars = part == "bars"
    return render(
        request,
        "recipe_drawing.html",
        dataset=access.dataset,
        access=access,
        one=one,
        drawn=drawn,
        saved=saved,
        only_bars=bars,
    )


@router.get("/datasets/{dataset_id}/recipe/recall", name="recall_drawing")
def draw_recall(request: Request, access: LeadDep, part: str = "") -> Response:
    """How surely copies are found under the settings that stand in the form."""
    given = request.query_params
    one = recipe_form.typed_copies(part, dict(given), set(given.getlist("on")))
    if one is None:
        raise NotFound(say("There is no such way of finding copies. Load the page again."))
    return render(request, "recipe_recall.html", dataset=access.dataset, access=access, part=one, drawn=recall(one))
