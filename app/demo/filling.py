"""Filling the demonstration: its dataset with guidelines and recipe, then imports and run, all in this process."""

import logging
from importlib.resources import as_file, files
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app.curation.recipe import Recipe, default_recipe
from app.curation.sample import Form
from app.db import session_factory, transaction
from app.models import Dataset, DatasetForm, Guideline, Purpose
from app.services import blobs, corpora, recipes, runs, working
from app.services.errors import Conflict

log = logging.getLogger("winnow.demo")

NAME = "Workshop answers"
GOAL = "An assistant that answers customers and apprentices of a bicycle workshop: correct, safe and friendly."
TARGET = 150
LICENCE = "CC0-1.0"
ORIGIN = "Written for this demonstration"
WORKER = "demo"


class _File(NamedTuple):
    file: str
    name: str


_FILES = (
    _File("samples.jsonl", "Counter, telephone and drafts"),
    _File("chats.jsonl", "Web chats"),
    _File("more.csv", "Short answers"),
)


def fill() -> None:
    """All steps in order. Another worker may take a part of it: then the dataset's page says what is left to do."""
    with transaction() as session:
        if session.scalar(select(Dataset.id).where(Dataset.name == NAME)) is not None:
            return
        dataset = _dataset(session)
        imports = [_import(session, dataset, one) for one in _FILES]
    for job_id in imports:
        working.work(session_factory(), job_id, WORKER)
    _run(dataset)


def recipe() -> Recipe:
    """The usual recipe for instructions, which also drops what is asked and answered in another language."""
    plain = default_recipe(Form.INSTRUCTION).model_dump(mode="json")
    plain["filters"]["language"]["languages"] = ["en"]
    return Recipe.model_validate(plain)


def _run(dataset: Dataset) -> None:
    try:
        with transaction() as session:
            run = runs.start(session, dataset)
    except Conflict as conflict:
        log.warning("demonstration not run dataset=%s: %s", dataset.id, conflict.message)
        return
    if run.job_id is not None:
        working.work(session_factory(), run.job_id, WORKER)


def _dataset(session: Session) -> Dataset:
    dataset = Dataset(
        name=NAME, goal=GOAL, purpose=Purpose.TASK, form=DatasetForm.INSTRUCTION, target=TARGET, reviews_per_sample=1
    )
    session.add(dataset)
    session.flush()
    session.add(Guideline(dataset_id=dataset.id, version=1, text=_text("guidelines.md")))
    recipes.save(session, dataset, recipe(), None)
    session.refresh(dataset)
    return dataset


def _import(session: Session, dataset: Dataset, one: _File) -> int:
    """The number of the job that reads the file."""
    with as_file(files("app.demo") / one.file) as path:
        stored = blobs.keep(path)
    corpus = corpora.add(session, dataset.id, stored, file_name=one.file, name=one.name, licence=LICENCE, origin=ORIGIN)
    job = corpora.import_job(session, corpus)
    if job is None:
        raise RuntimeError(f"{one.file} was not understood")
    return job.id


def _text(name: str) -> str:
    return (files("app.demo") / name).read_text(encoding="utf-8")
