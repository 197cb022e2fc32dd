"""The recipe: its rules as a form with the measures drawn beside them, and its versions."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.curation.recipe import Recipe, packaged_recipes
from app.models import RecipeVersion, Run
from app.services import histograms, recipe_changes, recipes, runs
from app.web import recipe_form
from app.web.dependencies import Access, DatasetAdminDep, LeadDep, SessionDep
from app.web.drawing import Histogram, histogram
from app.web.forms import FormDep
from app.web.recipe_form import Field, Part, Unreadable
from app.web.rendering import render

router = APIRouter()

TITLES = {"instruction": "Questions with answers", "documents": "Plain documents", "none": "Keep everything"}


@dataclass(frozen=True)
class Beside:
    """What stands beside a rule: how its measure spreads, and how many samples it dropped in the newest run."""

    drawing: Histogram | None
    dropped: int


@router.get("/datasets/{dataset_id}/recipe", name="recipe")
def show_recipe(request: Request, access: LeadDep, session: SessionDep, start: str = "", version: str = "") -> Response:
    """The newest version, or one to begin from that is not saved yet."""
    newest = recipes.current(session, access.dataset)
    recipe, note = _to_begin_with(session, access, newest, start, version)
    rules, copies = recipe_form.shown(recipe)
    return _page(request, access, session, newest, rules, copies, title=recipe.title, note=note)


@router.post("/datasets/{dataset_id}/recipe", name="save_recipe")
def save_recipe(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormDep) -> Response:
    """Save as a new version, and start a run where that was asked for."""
    typed = {name: str(value).replace("\x00", "") for name, value in form.items() if name != "on"}
    on = {str(value) for value in form.getlist("on")}
    try:
        recipe = recipe_form.read(typed, on, typed.get("title", "")[:200].strip())
    except Unreadable as error:
        newest = recipes.current(session, access.dataset)
        return _page(
            request, access, session, newest, error.rules, error.copies, title=typed.get("title", ""), status=422
        )
    recipes.save(session, access.dataset, recipe, access.user.id)
    if typed.get("do") == "run":
        run = runs.start(session, access.dataset, access.user.id)
        return RedirectResponse(request.url_for("run", dataset_id=access.dataset.id, run_id=run.id).path, 303)
    return RedirectResponse(request.url_for("recipe", dataset_id=access.dataset.id).path, 303)


def _to_begin_with(
    session: Session, access: Access, newest: RecipeVersion, start: str, version: str
) -> tuple[Recipe, str]:
    packaged = packaged_recipes()
    if start in packaged:
        return packaged[
            start
        ], f"This is the built-in recipe “{TITLES.get(start, start)}”. Nothing is saved until you save it."
    older = next((one for one in recipes.versions(session, access.dataset.id) if str(one.version) == version), newest)
    try:
        recipe = recipes.loaded(older)
    except ValidationError:
        return (
            Recipe(),
            f"Version {older.version} uses a rule that this installation does not have, so its rules are not shown.",
        )
    if older.version != newest.version:
        return recipe, f"This is version {older.version}. Save it to make it the newest again."
    return recipe, ""


def _page(
    request: Request,
    access: Access,
    session: Session,
    newest: RecipeVersion,
    rules: list[Part],
    copies: list[Part],
    *,
    title: str,
    note: str = "",
    status: int = 200,
) -> Response:
    run = runs.latest(session, access.dataset.id)
    return render(
        request,
        "recipe.html",
        status=status,
        dataset=access.dataset,
        access=access,
        newest=newest,
        rules=rules,
        copies=copies,
        recipe_title=title,
        note=note,
        run=run,
        run_version=_version(session, run),
        built_in=TITLES,
        beside=_beside(session, run, rules),
        dropped_as_copies=run.counts.get("duplicates", 0) if run else 0,
        looked_at=histograms.LOOKED_AT,
        has_errors=status == 422,
        versions=recipe_changes.described(session, list(recipes.versions(session, access.dataset.id))),
    )


def _version(session: Session, run: Run | None) -> int | None:
    return session.get_one(RecipeVersion, run.recipe_version_id).version if run else None


def _beside(session: Session, run: Run | None, parts: list[Part]) -> dict[str, Beside]:
    """For each limit, by the name of its control."""
    found = histograms.values(session, run)
    dropped = dict(runs.reasons(session, run.id)) if run else {}
    return {
        one.name: Beside(_drawing(found, one), dropped.get(one.rule.reason, 0))
        for part in parts
        for one in part.limits
        if one.rule
    }


def _drawing(found: dict[str, Any], one: Field) -> Histogram | None:
    if one.rule is None or one.control == "switch":
        return None
    bound, measure = one.bound, one.rule.measure
    spread = histograms.spread(found, measure, [] if bound is None else [bound])
    if spread is None:
        return None
    words = [
        measure.words(max(spread.edges[0], 0)),
        measure.words(spread.edges[-1]),
        "" if bound is None else measure.words(bound),
    ]
    at = None if bound is None else histograms.drawn_at(bound, spread, one.rule.side)
    return histogram(spread.edges, spread.counts, bound=at, side=one.rule.side, words=words, title=measure.title)
