"""A recipe's versions: who saved what and when, two of them beside one another, and using an older one again."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.curation.recipe import Recipe
from app.messages import say
from app.models import RecipeVersion, Run
from app.services import recipe_changes, recipes, runs
from app.services.errors import Conflict, NotFound
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.recipe_difference import differences
from app.web.rendering import render

router = APIRouter()


@router.get("/datasets/{dataset_id}/recipe/versions", name="recipe_versions")
def show_versions(
    request: Request, access: LeadDep, session: SessionDep, before: str = "", after: str = ""
) -> Response:
    """All versions, newest first, and the difference of two where two are chosen."""
    newest = recipes.current(session, access.dataset)
    versions = list(recipes.versions(session, access.dataset.id))
    older, newer = _pair(versions, before, after)
    return render(
        request,
        "recipe_versions.html",
        dataset=access.dataset,
        access=access,
        newest=newest,
        versions=recipe_changes.described(session, versions),
        runs=_last_runs(session, access),
        older=older,
        newer=newer,
        differences=_differences(older, newer) if older and newer else None,
    )


@router.post("/datasets/{dataset_id}/recipe/versions/{version}/use", name="use_version")
def use(request: Request, access: DatasetAdminDep, session: SessionDep, version: Id, form: FormDep) -> Response:
    """Save an older version as the newest, and apply it where that was asked for."""
    chosen = next((one for one in recipes.versions(session, access.dataset.id) if one.version == version), None)
    if chosen is None:
        raise NotFound(say("There is no such version of this recipe. Look for it in the list of versions."))
    recipe = _loaded(chosen)
    if recipe is None:
        raise Conflict(f"Version {version} uses a rule that this installation does not have. Nothing was changed.")
    recipes.save(session, access.dataset, recipe, access.user.id)
    if form.get("do") == "run":
        run = runs.start(session, access.dataset, access.user.id)
        return RedirectResponse(request.url_for("run", dataset_id=access.dataset.id, run_id=run.id).path, 303)
    return RedirectResponse(request.url_for("recipe_versions", dataset_id=access.dataset.id).path, 303)


def _pair(versions: list[RecipeVersion], before: str, after: str) -> tuple[RecipeVersion | None, RecipeVersion | None]:
    """The two versions in the address; without them none. Of one alone, the other side is the one before it."""
    found = {str(one.version): one for one in versions}
    newer = found.get(after)
    return (found.get(before) or found.get(str(newer.version - 1)) if newer else None), newer


def _differences(older: RecipeVersion, newer: RecipeVersion) -> list[object] | None:
    """None where one of them uses a rule that is gone."""
    before, after = _loaded(older), _loaded(newer)
    return None if before is None or after is None else [*differences(before, after)]


def _loaded(version: RecipeVersion) -> Recipe | None:
    try:
        return recipes.loaded(version)
    except ValidationError:
        return None


def _last_runs(session: Session, access: Access) -> dict[int, Run]:
    """The newest finished run of each version, by its number."""
    found = [(version.version, run) for run, _, version in runs.of(session, access.dataset.id) if run.published]
    return dict(reversed(found))
