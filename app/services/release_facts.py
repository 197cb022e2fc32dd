"""What a dataset was when a release was frozen: everything that a manifest says beside files and counts of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app import __version__
from app.curation.exporter import exporters
from app.curation.measuring import all_measures
from app.curation.releasing.manifest import SCHEMA_VERSION
from app.db import Json
from app.models import Corpus, Dataset, RecipeVersion, Release, Run, Sample, SampleState, Verdict
from app.services import agreement, benchmarks, certificates, release_people, release_sources, strata
from app.services.copying import read_numbers
from app.services.release_people import hashed
from app.services.tallies import label_places

_DECIDED = (SampleState.REJECTED, SampleState.APPROVED)


UNSAID = "unsaid"
"""Of the frozen facts, what the manifest needs to be written and does not say: the moment, and the run's number."""


def corpora(dataset_id: int) -> ScalarSelect[Any]:
    """All corpora with their counts, to be read in the statement that counts samples: at one moment."""
    said = ("id", "name", "file_name", "sha256", "licence", "origin")
    names = (*said, "lines", "accepted", "refused", "copies", "passages")
    one = func.json_build_object(*(part for name in names for part in (name, getattr(Corpus, name))))
    return (
        select(func.coalesce(func.json_agg(aggregate_order_by(one, Corpus.id)), func.json_build_array()))
        .where(Corpus.dataset_id == dataset_id)
        .scalar_subquery()
    )


def of(session: Session, release: Release, counts: dict[str, int], listed: Sequence[Json], asked: int) -> Json:
    """Facts of the dataset alone, so that the same state gives the same manifest; no ids but those of `corpora`."""
    dataset = session.get_one(Dataset, release.dataset_id)
    names = {one["id"]: one["name"] for one in listed}
    run = session.scalar(
        select(Run).where(Run.dataset_id == dataset.id, Run.published).order_by(Run.id.desc()).limit(1)
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "winnow", "version": __version__},
        "dataset": {"name": dataset.name, "goal": dataset.goal, "purpose": dataset.purpose, "form": dataset.form},
        "composition": _portable_composition(release.composition, names),
        "counts": counts,
        "open_questions": asked,
        "funnel": _funnel(session, release, counts, listed, run),
        "recipe": _recipe(session, run),
        "benchmarks": [
            {"name": one.name, "items": one.items, "fingerprint": one.fingerprint}
            for one in benchmarks.of(session, dataset.id)
        ],
        "corpora": list(listed),
        "acceptances": [
            {**one, "stratum": _portable_stratum(one["stratum"], names)}
            for one in certificates.in_release(session, release.id)
        ],
        "agreement": _agreement(session, dataset),
        UNSAID: {"at": session.execute(select(func.now())).scalar_one().isoformat(), "run": run.id if run else None},
    }


def _funnel(
    session: Session, release: Release, counts: dict[str, int], listed: Sequence[Json], run: Run | None
) -> Json:
    """Where every line went, as far as it is known before rows are left out."""
    dropped = counts.get(SampleState.DROPPED, 0)
    copies = _duplicates(session, release.dataset_id, run) if dropped and run else 0
    of_corpora = {name: sum(one[name] for one in listed) for name in ("lines", "refused", "copies", "passages", "accepted")}
    samples = sum(counts.values())
    states = [SampleState.APPROVED]
    if exporters()[release.format].takes_rejected:
        states.append(SampleState.REJECTED)
    return {
        "lines": of_corpora["lines"],
        "refused": of_corpora["refused"],
        "copies": of_corpora["copies"],
        "passages": of_corpora["passages"],
        "removed": of_corpora["accepted"] - samples,
        "samples": samples,
        "unjudged": counts.get(SampleState.CANDIDATE, 0),
        "dropped_by_rules": dropped - min(copies, dropped),
        "dropped_as_duplicates": min(copies, dropped),
        "waiting": counts.get(SampleState.QUEUED, 0),
        **{state.value: counts.get(state, 0) for state in (SampleState.FLAGGED, *_DECIDED)},
        "taken": sum(counts.get(state, 0) for state in states),
    }


def _duplicates(session: Session, dataset_id: int, run: Run) -> int:
    mine = (Sample.dataset_id == dataset_id, Sample.state == SampleState.DROPPED, Verdict.duplicate_of.is_not(None))
    query = select(func.count()).join(Verdict, (Verdict.sample_id == Sample.id) & (Verdict.run_id == run.id))
    return session.scalar(query.select_from(Sample).where(*mine)) or 0


def _recipe(session: Session, run: Run | None) -> Json | None:
    recipe = session.get(RecipeVersion, run.recipe_version_id) if run else None
    if run is None or recipe is None:
        return None
    rules = run.details.get("rules") if isinstance(run.details, dict) else None
    found = {"version": recipe.version, "sha256": hashed(recipe.recipe), "recipe": recipe.recipe}
    return found | ({"dropped_by": rules} if rules else {})


def _agreement(session: Session, dataset: Dataset) -> list[Json]:
    """By question. Rounded, so that another processor's last digit makes no other manifest."""
    return [
        {
            "question": one.key,
            "title": one.title,
            "samples": one.samples,
            **{
                name: {"value": _rounded(found.value), "low": _rounded(found.low), "high": _rounded(found.high)}
                for name, found in (("alpha", one.alpha), ("percent", one.percent))
            },
        }
        for one in agreement.compute(session, dataset).figures
    ]


def _portable_composition(composition: Json, names: dict[int, str]) -> Json:
    """Corpora by name: their numbers are this installation's."""
    selection = composition.get("selection")
    if not selection or not selection.get("corpora"):
        return composition
    return {**composition, "selection": {**selection, "corpora": [names.get(one, "") for one in selection["corpora"]]}}


def _portable_stratum(stratum: Json, names: dict[int, str]) -> Json:
    search = stratum.get("search") or {}
    found = {**stratum, "search": {**search, "corpora": [names.get(one, "") for one in search.get("corpora") or []]}}
    return found | ({"cluster": True} if stratum.get("cluster") is not None else {})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def of_rows(session: Session, release: Release) -> Json:
    """What is known only once rows were left out: who reviewed those that leave, and in which languages they are."""
    unsaid = release.frozen[UNSAID]
    run = session.get(Run, unsaid["run"]) if unsaid["run"] else None
    people = release_people.of(session, release, unsaid["at"])
    documents = release_sources.counted(session, release)
    return {**people, **documents, "languages": _languages(session, release, run)}


def _languages(session: Session, release: Release, run: Run | None) -> dict[str, int]:
    """By the code of the language, of the samples that leave; the empty one is unknown."""
    if run is None or strata.LANGUAGE not in run.details.get("labels", {}):
        return {}
    chosen = "SELECT sample_id FROM release_rows WHERE release_id = %(release)s AND left_out = ''"
    of = read_numbers(session, chosen, {"release": release.id}, ["sample"])["sample"]
    labels, places = label_places(all_measures()[strata.LANGUAGE], strata.values(session, run, strata.LANGUAGE, of))
    found = np.bincount(places, minlength=len(labels)).tolist()
    return {label: number for label, number in sorted(zip(labels, found, strict=True)) if number}
