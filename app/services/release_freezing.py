"""The moment of a release: which words go in, and what the dataset looked like."""

from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from app import __version__
from app.curation.releasing.composition import Composition
from app.models import Corpus, Dataset, RecipeVersion, Release, ReleaseRow, Run, Sample, SampleState
from app.services import benchmarks, certificates, release_selecting
from app.services.working import Piece


def freeze(piece: Piece) -> None:
    """Write down which words the release holds, and what the dataset looks like at that moment."""
    if piece.checkpoint:  # frozen by an attempt that ended before it could say so
        return
    release_id = piece.params["release_id"]
    with piece.reading() as session:
        release = session.get_one(Release, release_id)
    with piece.step(piece.shard.total, {"frozen": True}) as session:
        composition = Composition.model_validate(release.composition)
        asked = release_selecting.asked(session, release.dataset_id, composition)
        found = {"counts": freeze_rows(session, release, composition), "open_questions": asked, **facts_of(session, release)}
        release_selecting.narrow(session, release_id, composition)
        session.execute(update(Release).where(Release.id == release_id).values(frozen=found))


def freeze_rows(session: Session, release: Release, composition: Composition) -> dict[str, int]:
    """Choose the rows and count the samples by state: in one statement and so at one moment."""
    chosen = release_selecting.chosen(session, release.dataset_id, composition).with_only_columns(
        literal(release.id),
        Sample.id,
        Sample.revision_id,
        Sample.state == SampleState.APPROVED,
        func.row_number().over(order_by=(Sample.corpus_id, Sample.number)) - 1,
        maintain_column_froms=True,
    )
    names = ["release_id", "sample_id", "revision_id", "approved", "position"]
    frozen = insert(ReleaseRow).from_select(names, chosen).cte("frozen")
    states = select(Sample.state, func.count()).where(Sample.dataset_id == release.dataset_id).group_by(Sample.state)
    found = session.execute(states.add_cte(frozen)).all()
    return {state.value: number for state, number in sorted(found, key=lambda row: row[0].value)}


def facts_of(session: Session, release: Release) -> dict[str, Any]:
    """What a release is made of: facts of the dataset alone, so that the same state gives the same manifest."""
    dataset = session.get_one(Dataset, release.dataset_id)
    run = session.scalar(
        select(Run).where(Run.dataset_id == dataset.id, Run.published).order_by(Run.id.desc()).limit(1)
    )
    recipe = session.get(RecipeVersion, run.recipe_version_id) if run else None
    return {
        "tool": {"name": "winnow", "version": __version__},
        "dataset": {"name": dataset.name, "goal": dataset.goal, "purpose": dataset.purpose, "form": dataset.form},
        "composition": release.composition,
        "recipe": {"version": recipe.version, "recipe": recipe.recipe} if recipe else None,
        "benchmarks": [
            {"name": one.name, "items": one.items, "fingerprint": one.fingerprint}
            for one in benchmarks.of(session, dataset.id)
        ],
        "corpora": [
            _corpus(corpus)
            for corpus in session.scalars(select(Corpus).where(Corpus.dataset_id == dataset.id).order_by(Corpus.id))
        ],
        "acceptances": certificates.in_release(session, release.id),
    }


def _corpus(corpus: Corpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "file": corpus.file_name,
        "sha256": corpus.sha256,
        "licence": corpus.licence,
        "origin": corpus.origin,
        "lines": corpus.lines,
        "accepted": corpus.accepted,
        "refused": corpus.refused,
        "copies": corpus.copies,
    }
