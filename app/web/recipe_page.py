"""The recipe's page: the form with everything that stands beside its rules, or only what a change to it would do."""

from typing import Any

from fastapi import Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.curation.recipe import packaged_recipes
from app.models import RecipeVersion, Run
from app.services import histograms, recipes, runs
from app.web import recipe_drawings, recipe_form, rule_groups
from app.web.dependencies import Access
from app.web.recall_drawing import recall
from app.web.recipe_begun import Begun
from app.web.recipe_form import Form
from app.web.recipe_preview import Preview
from app.web.rendering import render, wants_part

NOT_SAVED = "Nothing is saved until you save it."


def sent(form: FormData) -> tuple[dict[str, str], set[str]]:
    """What was typed into each control, and what is switched on."""
    typed = {name: str(value) for name, value in form.items() if name != "on"}
    return typed, {str(value) for value in form.getlist("on")}


def saved_bounds(session: Session, access: Access) -> dict[str, float]:
    """The limits of the newest version; none where it uses a rule that this installation does not have."""
    try:
        return recipe_drawings.saved_bounds(recipes.loaded(recipes.current(session, access.dataset)))
    except ValidationError:
        return {}


def page(
    request: Request,
    access: Access,
    session: Session,
    form: Form,
    begun: Begun,
    *,
    preview: Preview | None = None,
    note: str = "",
    status: int = 200,
) -> Response:
    """The form as it stands, saved or not; while it is being typed in, only what it would change."""
    run, newest = runs.latest(session, access.dataset.id), recipes.current(session, access.dataset)
    is_part = wants_part(request)
    beside = {} if is_part else _beside(session, access, run, form)
    return render(
        request,
        "recipe.html",
        "effects",
        "tally",
        "fails",
        status=status,
        dataset=access.dataset,
        access=access,
        form=form,
        begun=begun,
        newest=newest,
        run=run,
        run_version=session.get_one(RecipeVersion, run.recipe_version_id).version if run else None,
        preview=preview,
        is_part=is_part,
        failing=dict(runs.reasons(run)) if run else {},
        fired=run.details.get("rules", {}) if run else {},
        note=note,
        has_errors=status == 422,
        **beside,
    )


def _beside(session: Session, access: Access, run: Run | None, form: Form) -> dict[str, Any]:
    """What the whole page shows besides the form itself."""
    found, saved, used = histograms.values(session, run), saved_bounds(session, access), rule_groups.used(form.rules)
    return {
        "used": used,
        "more": rule_groups.more(form.rules),
        "usual": recipe_form.usual,
        "preferences": recipe_form.PREFERENCES,
        "saved": saved,
        "drawings": {
            one.name: recipe_drawings.drawn(found, one, saved.get(one.name))
            for part in used
            for one in part.limits
            if one.is_on
        },
        "recalls": {part.name: recall(part) for part in form.copies},
        "looked_at": histograms.LOOKED_AT,
        "built_in": packaged_recipes(),
    }
