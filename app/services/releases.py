"""Releases: exactly the approved samples, frozen, in a trainer's format, the same bytes every time."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import orjson
from sqlalchemy import exists, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from app import __version__
from app.curation.exporter import Exporter, Unsuitable, exporters
from app.curation.jsonl import JsonLines
from app.curation.recipe import Recipe
from app.curation.sample import Form, Json
from app.db import AnyRow
from app.messages import say
from app.models import (
    Corpus,
    Dataset,
    Job,
    JobKind,
    RecipeVersion,
    Release,
    ReleaseRow,
    Revision,
    Run,
    Sample,
    SampleState,
    Suspect,
)
from app.services import benchmarks, blobs, certificates, checking, contaminations, jobs, pseudonyms, threads
from app.services.errors import Conflict, Invalid, NotFound
from app.services.jobs import JobFailed, Kind, ShardPlan, Stage
from app.services.working import Piece

PAGE = 500
HELD = "It holds a question of a benchmark."
"""Why a sample that is approved is left out of a release."""
ASKED = "A question about it is open."
"""The same, decided when the release is frozen."""


def formats() -> dict[str, tuple[str, str]]:
    """Title and one sentence about every format, by key."""
    return {key: (exporter.title, _description(exporter)) for key, exporter in exporters().items()}


def start(session: Session, dataset: Dataset, format: str, by: int | None = None) -> Release:
    """Make the next release and start writing it. Invalid for an unknown format, Conflict where nothing is approved."""
    if format not in exporters():
        raise Invalid(f"There is no format “{format}”. Choose one of: {', '.join(exporters())}.")
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    if not approved(session, dataset.id):
        if asked(session, dataset.id):
            raise Conflict(say("Every approved sample has an open question. Answer and resolve the questions first."))
        raise Conflict(say("Nothing is approved yet, so there is nothing to release. Review some samples first."))
    version = (session.scalar(select(func.max(Release.version)).where(Release.dataset_id == dataset.id)) or 0) + 1
    release = Release(dataset_id=dataset.id, version=version, format=format, created_by=by)
    session.add(release)
    session.flush()
    job = jobs.start(session, JobKind.RELEASE, dataset.id, {"release_id": release.id}, by)
    release.job_id = job.id
    session.flush()
    session.refresh(release)
    return release


def approved(session: Session, dataset_id: int) -> int:
    """How many samples a release would hold now."""
    is_approved = (Sample.dataset_id == dataset_id, Sample.state == SampleState.APPROVED)
    return (session.scalar(select(func.count()).where(*is_approved)) or 0) - asked(session, dataset_id)


def asked(session: Session, dataset_id: int) -> int:
    """How many approved samples stay out of a release because a question about them is open."""
    return (
        session.scalar(
            select(func.count(Sample.id.distinct())).where(
                Sample.dataset_id == dataset_id, Sample.state == SampleState.APPROVED, threads.open_question()
            )
        )
        or 0
    )


def of(session: Session, dataset_id: int) -> Sequence[Release]:
    """A dataset's releases, newest first."""
    return session.scalars(
        select(Release).where(Release.dataset_id == dataset_id).order_by(Release.version.desc())
    ).all()


def file_path(release: Release) -> Path:
    """The file of a finished release. NotFound while it is not written."""
    if release.sha256 is None:
        raise NotFound(say("This release is not written yet."))
    return blobs.path(release.sha256)


def file_name(dataset: Dataset, release: Release) -> str:
    """A name that says what the file is."""
    words = "".join(c if c.isalnum() else "-" for c in dataset.name.lower()).strip("-") or "dataset"
    return f"{words}-v{release.version}-{release.format}.jsonl"


def manifest_bytes(release: Release) -> bytes:
    """The manifest as a file."""
    return orjson.dumps(release.manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _description(exporter: type[Exporter]) -> str:
    """What follows the colon in the first line of the exporter's module."""
    first = (sys.modules[exporter.__module__].__doc__ or "").strip().splitlines()[0]
    words = first.partition(": ")[2] or first
    return words[:1].upper() + words[1:]


def _plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    release = session.get_one(Release, job.params["release_id"])
    return [ShardPlan({"release_id": release.id}, approved(session, release.dataset_id))]


def _freeze(piece: Piece) -> None:
    """Write down which words the release holds, and what the dataset looks like at that moment."""
    if piece.checkpoint:  # frozen by an attempt that ended before it could say so
        return
    release_id = piece.params["release_id"]
    with piece.reading() as session:
        release = session.get_one(Release, release_id)
    with piece.step(piece.shard.total, {"frozen": True}) as session:
        counts, open_questions = _freeze_rows(session, release)
        facts = {"counts": counts, "open_questions": open_questions, **_facts(session, release)}
        session.execute(update(Release).where(Release.id == release_id).values(manifest=facts))


def _freeze_rows(session: Session, release: Release) -> tuple[dict[str, int], int]:
    """Choose the rows, count the samples by state and those left out for an open question: in one statement and so
    at one moment."""
    approved = (Sample.dataset_id == release.dataset_id, Sample.state == SampleState.APPROVED)
    chosen = select(literal(release.id), Sample.id, Sample.revision_id).where(*approved, ~threads.open_question())
    frozen = insert(ReleaseRow).from_select(["release_id", "sample_id", "revision_id"], chosen).cte("frozen")
    open_questions = select(func.count()).where(*approved, threads.open_question()).scalar_subquery()
    states = (
        select(Sample.state, func.count(), open_questions)
        .where(Sample.dataset_id == release.dataset_id)
        .group_by(Sample.state)
    )
    found = session.execute(states.add_cte(frozen)).all()
    counts = {state.value: number for state, number, _ in sorted(found, key=lambda row: row[0].value)}
    return counts, found[0][2] if found else 0


def _plan_writing(session: Session, job: Job) -> Sequence[ShardPlan]:
    rows = session.scalar(select(func.count()).where(ReleaseRow.release_id == job.params["release_id"])) or 0
    return [ShardPlan(job.params, rows)]


def _write(piece: Piece) -> None:
    """Stream the rows into a file, page by page, so that no snapshot stays open; an interrupted file is begun anew."""
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
    left_out = Counter({ASKED: release.manifest["open_questions"]} if release.manifest.get("open_questions") else {})
    try:
        with blobs.incoming() as file:
            lines = JsonLines(cast("IO[bytes]", file))
            _write_rows(piece, release, lines, left_out)
            stored = file.keep()
    except blobs.NoSpace as error:
        raise JobFailed("disk_full", error.message) from error
    with piece.step(piece.shard.total, {}) as session:
        release = session.get_one(Release, release.id)
        release.sha256, release.size, release.rows = stored.sha256, stored.size, lines.written.rows
        written = {
            "rows": release.rows,
            "left_out": dict(sorted(left_out.items())),
            "sha256": stored.sha256,
            "size": stored.size,
        }
        release.manifest = {**release.manifest, **written}


def _write_rows(piece: Piece, release: Release, lines: JsonLines, left_out: "Counter[str]") -> None:
    exporter = exporters()[release.format]()
    seen = 0
    with piece.reading() as session:
        tally = checking.tally(session, release.dataset_id)
        masked = pseudonyms.masker(session, session.get_one(Dataset, release.dataset_id), _recipe(release))
    for page in _pages(piece, release.id):
        with piece.reading() as session:
            held = contaminations.in_release(session, release.dataset_id, page, tally)
        for place, row in enumerate(page):
            if place in held:
                left_out[HELD] += 1
            else:
                _write_row(exporter, lines, row, masked(row.form, row.content), left_out)
        seen += len(page)
        with piece.step(seen, {}):
            pass


def _recipe(release: Release) -> Recipe | None:
    """The one under which the samples of the release were chosen."""
    frozen = release.manifest["recipe"]
    return Recipe.model_validate(frozen["recipe"]) if frozen else None


def _write_row(exporter: Exporter, lines: JsonLines, row: AnyRow, content: Json, left_out: "Counter[str]") -> None:
    try:
        lines.write(exporter.row(Form(row.form), content, row.metadata))
    except Unsuitable as reason:
        left_out[str(reason)] += 1


def _pages(piece: Piece, release_id: int) -> Iterator[Sequence[AnyRow]]:
    """(form, content, metadata) in the order of corpora and lines; an expert's revision stands in for the original."""
    after = (0, -1)
    words = func.coalesce(Revision.content, Sample.content).label("content")
    while True:
        with piece.reading() as session:
            page = session.execute(
                select(
                    Sample.corpus_id,
                    Sample.number,
                    Sample.form,
                    words,
                    Sample.meta.label("metadata"),
                    Sample.overruled_at.is_not(None).label("is_overruled"),
                    exists().where(Suspect.sample_id == Sample.id, Suspect.contaminated.is_(True)).label("is_judged"),
                )
                .join(ReleaseRow, ReleaseRow.sample_id == Sample.id)
                .outerjoin(Revision, Revision.id == ReleaseRow.revision_id)
                .where(ReleaseRow.release_id == release_id, tuple_(Sample.corpus_id, Sample.number) > after)
                .order_by(Sample.corpus_id, Sample.number)
                .limit(PAGE)
            ).all()
        if not page:
            return
        yield page
        after = (page[-1].corpus_id, page[-1].number)


def _facts(session: Session, release: Release) -> dict[str, Any]:
    """What a release is made of: facts of the dataset alone, so that the same state gives the same manifest."""
    dataset = session.get_one(Dataset, release.dataset_id)
    run = session.scalar(
        select(Run).where(Run.dataset_id == dataset.id, Run.published).order_by(Run.id.desc()).limit(1)
    )
    recipe = session.get(RecipeVersion, run.recipe_version_id) if run else None
    return {
        "tool": {"name": "winnow", "version": __version__},
        "dataset": {"name": dataset.name, "goal": dataset.goal, "purpose": dataset.purpose, "form": dataset.form},
        "format": release.format,
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


jobs.KINDS[JobKind.RELEASE] = Kind(
    [
        Stage("Freeze what is approved", "samples", _plan, _freeze),
        Stage("Write the file", "samples", _plan_writing, _write),
    ]
)
