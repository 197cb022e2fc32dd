"""The recipe: its rules as a form with the measures drawn beside them."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.curation.recipe import Recipe, packaged_recipes
from app.models import RecipeVersion, Run
from app.services import histograms, recipes, runs
from app.services.errors import NotFound
from app.web import recipe_drawings, recipe_form, rule_groups
from app.web.dependencies import Access, DatasetAdminDep, LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.recall_drawing import recall
from app.web.recipe_form import Form, Unreadable
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe", name="recipe")
def show_recipe(request: Request, access: LeadDep, session: SessionDep, start: str = "", version: str = "") -> Response:
    """The newest version, or one to begin from that is not saved yet."""
    begun = Begun.at(session, access, start, version)
    return page(request, access, session, recipe_form.shown(begun.recipe), begun, note=begun.note)


@router.post("/datasets/{dataset_id}/recipe", name="save_recipe")
def save_recipe(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormDep) -> Response:
    """Save as a new version, and start a run where that was asked for."""
    typed, on = sent(form)
    begun = Begun.at(session, access, typed.get("start", ""), typed.get("version", ""))
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
        raise NotFound("There is no such rule. Load the page again.")
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
        raise NotFound("There is no such way of finding copies. Load the page again.")
    return render(request, "recipe_recall.html", dataset=access.dataset, access=access, part=one, drawn=recall(one))


def sent(form: FormDep) -> tuple[dict[str, str], set[str]]:
    """What was typed into each control, and what is switched on."""
    typed = {name: str(value) for name, value in form.items() if name != "on"}
    return typed, {str(value) for value in form.getlist("on")}


def saved_bounds(session: Session, access: Access) -> dict[str, float]:
    """The limits of the newest version; none where it uses a rule that this installation does not have."""
    try:
        return recipe_drawings.saved_bounds(recipes.loaded(recipes.current(session, access.dataset)))
    except ValidationError:
        return {}


@dataclass(frozen=True)
class Begun:
    """The recipe that the form began with: the newest version, an older one, or a built-in one. `note` says which."""

    recipe: Recipe
    start: str = ""
    version: str = ""
    note: str = ""

    @classmethod
    def at(cls, session: Session, access: Access, start: str, version: str) -> "Begun":
        """What the address asks for; the newest version where that cannot be had."""
        packaged = packaged_recipes()
        if start in packaged:
            title = packaged[start].title or start
            note = f"This is the built-in recipe “{title}”. Nothing is saved until you save it."
            return cls(packaged[start], start=start, note=note)
        newest, all_versions = recipes.current(session, access.dataset), recipes.versions(session, access.dataset.id)
        older = next((one for one in all_versions if str(one.version) == version), newest)
        is_newest = older.version == newest.version
        try:
            recipe = recipes.loaded(older)
        except ValidationError:
            gone = (
                f"Version {older.version} uses a rule that this installation does not have, so its rules are not shown."
            )
            return cls(Recipe(), note=gone)
        note = "" if is_newest else f"This is version {older.version}. Save it to make it the newest again."
        return cls(recipe, version="" if is_newest else version, note=note)


def page(
    request: Request, access: Access, session: Session, form: Form, begun: Begun, *, note: str = "", status: int = 200
) -> Response:
    """The form as it stands, saved or not."""
    run = runs.latest(session, access.dataset.id)
    found, saved, used = histograms.values(session, run), saved_bounds(session, access), rule_groups.used(form.rules)
    return render(
        request,
        "recipe.html",
        status=status,
        dataset=access.dataset,
        access=access,
        newest=recipes.current(session, access.dataset),
        form=form,
        begun=begun,
        used=used,
        more=rule_groups.more(form.rules),
        usual=recipe_form.usual,
        note=note,
        run=run,
        run_version=_version(session, run),
        saved=saved,
        drawings={
            one.name: recipe_drawings.drawn(found, one, saved.get(one.name))
            for part in used
            for one in part.limits
            if one.is_on
        },
        recalls={part.name: recall(part) for part in form.copies},
        failing=dict(runs.reasons(run)) if run else {},
        dropped_as_copies=run.counts.get("duplicates", 0) if run else 0,
        looked_at=histograms.LOOKED_AT,
        has_errors=status == 422,
        built_in=packaged_recipes(),
    )


def _version(session: Session, run: Run | None) -> int | None:
    return session.get_one(RecipeVersion, run.recipe_version_id).version if run else None
