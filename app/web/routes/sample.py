"""One sample: its words, why it was dropped, where it comes from, what people did with it, and keeping it anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.measuring import measuring
from app.curation.recipe import Recipe
from app.curation.sample import Form, Json, Path, turns
from app.curation.shapes._note import NOTE
from app.messages import say, say_many
from app.models import Corpus, RecipeVersion, Run, Sample, User
from app.services import (
    adjudicating,
    cluster_list,
    contaminations,
    gold,
    histories,
    judged,
    keys,
    marks,
    overruling,
    people,
    precedents,
    reasons,
    recipes,
    runs,
    samples,
    sources,
    threads,
    verdicts,
    why,
)
from app.services.contaminations import Held
from app.services.marks import Mark
from app.web import drawing, evidence, key_caps, material, word_diff  # noqa: F401 - the last three give templates words
from app.web.dependencies import Access, Id, LeadDep, SessionDep
from app.web.marking import Marks
from app.web.rendering import render

router = APIRouter()

MOST_PARTNERS = 5
MOST_OF_A_NOTE = 500
ROLES = {
    "system": say("Instruction to the model"),
    "user": say("Question"),
    "assistant": say("Answer"),
    "context": say("Context"),
    "text": say("Text"),
    "chosen": say("Better answer"),
    "rejected": say("Worse answer"),
}


@dataclass(frozen=True)
class Shown:
    """One piece of a sample with its name for people."""

    role: str
    title: str
    text: str
    path: Path


@dataclass(frozen=True)
class Partner:
    """The kept sample that another one duplicates, and where the two differ."""

    sample: Sample
    corpus: Corpus
    turns: list[Shown]
    pairs: list[tuple[str, str, str]]


@router.get("/datasets/{dataset_id}/samples/{sample_id}", name="sample")
def show_sample(request: Request, access: LeadDep, session: SessionDep, sample_id: Id) -> Response:
    """One sample whole: its words, where they come from, its verdict, and what people did with it."""
    sample, corpus = samples.get(session, access.dataset.id, sample_id)
    run = runs.latest(session, access.dataset.id)
    verdict = verdicts.finding(session, run, sample.id)
    content = histories.current_content(session, sample)
    failed = why.in_words(verdict.failures) if verdict else []
    held = contaminations.of_sample(session, sample, content)
    source = sources.of_sample(session, access.dataset.id, sample.id)
    return render(
        request,
        "sample.html",
        dataset=access.dataset,
        access=access,
        sample=sample,
        corpus=corpus,
        kind=_kind(sample),
        turns=shown(sample.form, content),
        marks=_marks(session, run, sample.form, content, [reason.code for reason in failed], held),
        edited=sample.revision_id is not None,
        held=held,
        verdict=verdict,
        reasons=[(reason, drawing.line(reason.value, reason.bound, reason.side, reason.scale)) for reason in failed],
        partner=_partner(session, access, verdict.duplicate_of, sample.form, content)
        if verdict and verdict.duplicate_of
        else None,
        contradicting=_contradicting(session, access, verdict.failures if verdict else []),
        near=cluster_list.near(session, run, sample.id),
        recipe_version=_recipe_version(session, run),
        steps=histories.of_sample(session, sample),
        roles=ROLES,
        reason_title=reasons.title,
        overruler=_name(session, sample.overruled_by),
        metadata=_notes(sample),
        settled=_settled(session, sample),
        evidence=evidence.of(source, sample) if source else None,
        sample_id=sample.id,
        keys=keys.of(access.user),
        judged=judged.of_sample(session, sample),
        threads=threads.beside(session, access.dataset, access.user, sample.id),
        colleagues=people.names(session, access.dataset),
    )


@router.post("/datasets/{dataset_id}/samples/{sample_id}/overrule", name="overrule")
def overrule(request: Request, access: LeadDep, session: SessionDep, sample_id: Id) -> Response:
    """Keep a dropped sample anyway: it goes to review."""
    overruling.overrule(session, access.dataset, sample_id, access.user)
    return _to_sample(request, access, sample_id)


@router.post("/datasets/{dataset_id}/samples/{sample_id}/take-back", name="take_back")
def take_back(request: Request, access: LeadDep, session: SessionDep, sample_id: Id) -> Response:
    """Undo that, as long as nobody has reviewed it."""
    overruling.take_back(session, access.dataset, sample_id)
    return _to_sample(request, access, sample_id)


def shown(form: str, content: Json) -> list[Shown]:
    """The pieces of a sample with a name for each that a person understands."""
    return [
        Shown(turn.role, ROLES.get(turn.role, turn.role.capitalize()), turn.text, turn.path)
        for turn in turns(Form(form), content)
    ]


def _marks(session: Session, run: Run | None, form: str, content: Json, failed: list[str], held: list[Held]) -> Marks:
    """Items of benchmarks, the words behind the verdict as the rules of its recipe see them, and personal data."""
    try:
        recipe = recipes.of_run(session, run) if run else Recipe()
    except ValidationError:  # it uses a filter that is gone
        recipe = Recipe()
    items = [
        Mark("benchmark", f"{one.benchmark.id} {one.item}", _place(one), *one.span)
        for one in held
        if one.span
    ]
    return Marks([*items, *marks.of_sample(form, content, measuring(recipe.filters), failed)])


def _place(one: Held) -> str:
    return say("In %(benchmark)s, %(item)s", benchmark=one.benchmark.name, item=str(one.item))


def _partner(session: Session, access: Access, survivor_id: int, form: str, content: Json) -> Partner | None:
    """Both texts side by side, piece by piece."""
    survivor, corpus = samples.get(session, access.dataset.id, survivor_id)
    theirs, ours = shown(survivor.form, survivor.content), shown(form, content)
    before = {(piece.role, at): piece.text for at, piece in enumerate(theirs)}
    pairs = [(piece.title, before.get((piece.role, at), ""), piece.text) for at, piece in enumerate(ours)]
    return Partner(survivor, corpus, theirs, pairs)


def _contradicting(session: Session, access: Access, failures: Sequence[Json]) -> list[tuple[Sample, float]]:
    """Samples that answer the same question otherwise, each with the share of words in common; a few of them."""
    agreements = {one["sample"]: one["agreement"] for failure in failures for one in failure.get("partners", [])}
    chosen = sorted(agreements, key=lambda sample_id: (agreements[sample_id], sample_id))[:MOST_PARTNERS]
    rows = session.scalars(select(Sample).where(Sample.dataset_id == access.dataset.id, Sample.id.in_(chosen)))
    found = {one.id: one for one in rows}
    return [(found[sample_id], agreements[sample_id]) for sample_id in chosen if sample_id in found]


def _kind(sample: Sample) -> str:
    """A sample has no title: its heading is its kind."""
    if sample.form == Form.CHAT:
        count = len(sample.content["messages"])
        return say_many("Conversation, %(num)s turn", "Conversation, %(num)s turns", count)
    kinds = {Form.TEXT: say("Text"), Form.PREFERENCE: say("Two answers compared")}
    return kinds.get(Form(sample.form), say("Question and answer"))


def _recipe_version(session: Session, run: Run | None) -> int | None:
    return session.get_one(RecipeVersion, run.recipe_version_id).version if run else None


def _notes(sample: Sample) -> list[tuple[str, str]]:
    """What else the record held, cut for reading; Winnow's own note on the record's shape is not the record's."""
    given = {
        name: value for name, value in (sample.meta or {}).items() if name != NOTE and value not in (None, "", [], {})
    }
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in given.items()}
    return [
        (name, text if len(text) <= MOST_OF_A_NOTE else text[:MOST_OF_A_NOTE] + " …") for name, text in texts.items()
    ]


def _settled(session: Session, sample: Sample) -> dict[str, Any]:
    """The lead's decision by which it stands, and its known answer where it is a gold sample."""
    made = adjudicating.of_sample(session, sample)
    return {
        "adjudication": made,
        "lead": _name(session, made.lead_id) if made else "",
        "cause": dict(precedents.CAUSES)[made.cause] if made else "",
        "gold": gold.of_sample(session, sample.id),
    }


def _name(session: Session, user_id: int | None) -> str:
    return session.get_one(User, user_id).name if user_id else ""


def _to_sample(request: Request, access: Access, sample_id: int) -> Response:
    return RedirectResponse(request.url_for("sample", dataset_id=access.dataset.id, sample_id=sample_id).path, 303)
