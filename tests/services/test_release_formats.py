"""Every format through the whole machinery: checked, written by the worker, packed, and counted."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
import zstandard
from sqlalchemy import select, update

from app import db
from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition, Layout
from app.models import Dataset, JobState, Release, ReleaseState, Revision, Sample, SampleState
from app.services import release_rows, release_writing, releases
from tests import factories
from tests.services.engine import hurry, make_dataset, work_off

SUITED = {"messages", "sharegpt", "alpaca", "prompt_completion", "prompt_completion_chat", "kto", "llama_factory"}
SUITED |= {"axolotl", "parquet", "fewshot"}
"""Formats that a question with an answer fits, without edits and labels."""
APPROVED, REJECTED = 30, 6


class Tight(Composition):
    """Files of seven rows, fewer than a person may ask for."""

    layout: Layout = Layout.model_construct(shard_rows=7)

    @classmethod
    def model_validate(cls, stored: Any, **more: Any) -> "Tight":
        return super().model_validate({key: value for key, value in stored.items() if key != "layout"}, **more)


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(release_rows, "PAGE", 10)


@pytest.fixture
def dataset_id() -> int:
    made = make_dataset(name="Ward answers", goal="Good ones.")
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, made))
        factories.make_samples(session, corpus, APPROVED, state=SampleState.APPROVED)
        factories.make_samples(session, corpus, REJECTED, state=SampleState.REJECTED)
    return made


def write(dataset_id: int, **asked: Any) -> tuple[Release, dict[str, Path]]:
    """The release, and its files by name."""
    with db.transaction() as session:
        composition = Composition.model_validate(asked)
        release = releases.compose(session, session.get_one(Dataset, dataset_id), composition)
        release_id, job_id = release.id, int(release.job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        job_id = int(session.get_one(Release, release_id).job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        release = session.get_one(Release, release_id)
        found = {one.name: releases.file_path(session, release, one.name) for one in releases.files(session, release)}
        return release, found


def is_held_as_nothing_fits(dataset_id: int, format: str) -> bool:
    """Whether a release is checked and waits, with every row left out and no file."""
    with db.transaction() as session:
        release = releases.compose(session, session.get_one(Dataset, dataset_id), Composition(format=format))
        release_id, job_id = release.id, int(release.job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        release = session.get_one(Release, release_id)
        is_empty = not release_rows.remaining(session, release_id) and not releases.files(session, release)
        return is_empty and release.state is ReleaseState.HELD


def edit(dataset_id: int, response: str) -> Sample:
    """Another answer for the first approved sample."""
    with db.transaction() as session:
        mine = (Sample.dataset_id == dataset_id, Sample.state == SampleState.APPROVED)
        sample = session.scalars(select(Sample).where(*mine).order_by(Sample.id).limit(1)).one()
        content = {**sample.content, "response": response}
        revision = Revision(sample_id=sample.id, content=content, author_id=factories.make_user(session).id)
        session.add(revision)
        session.flush()
        session.execute(update(Sample).where(Sample.id == sample.id).values(revision_id=revision.id))
        return sample


@pytest.mark.parametrize("key", sorted(exporters()))
def test_what_suits_a_format_is_in_its_files_and_the_rest_is_counted(dataset_id: int, key: str) -> None:
    if key not in SUITED:
        assert is_held_as_nothing_fits(dataset_id, key)
        return
    release, files = write(dataset_id, format=key)
    data = [name for name in files if name.startswith("data/")]
    left_out = sum(release.manifest["left_out"].values())
    (name,) = data
    assert name == f"data/train-00000-of-00001.{exporters()[key].suffix}"
    assert release.rows == {"fewshot": 8, "kto": APPROVED + REJECTED}.get(key, APPROVED)
    assert left_out == 0
    if name.endswith(".parquet"):
        assert pq.read_table(files[name]).num_rows == APPROVED
    if name.endswith(".jsonl"):
        assert len([orjson.loads(line) for line in files[name].open("rb")]) == release.rows
    assert set(exporters()[key]().beside({"train": [name]})) <= set(files)


@pytest.mark.parametrize("key", ["alpaca", "parquet"])
def test_what_is_packed_by_itself_is_not_packed_again(dataset_id: int, key: str) -> None:
    _, plain = write(dataset_id, format=key)
    _, files = write(dataset_id, format=key, layout={"compression": "zstd"})
    if key == "parquet":
        assert files["data/train-00000-of-00001.parquet"] == plain["data/train-00000-of-00001.parquet"]
        return
    packed = files["data/train-00000-of-00001.jsonl.zst"].read_bytes()
    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    assert unpacked == plain["data/train-00000-of-00001.jsonl"].read_bytes()


def test_a_format_of_one_file_stays_one_file(dataset_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_writing, "Composition", Tight)
    _, files = write(dataset_id, format="alpaca")
    assert len([name for name in files if name.startswith("data/")]) == 5
    _, files = write(dataset_id, format="fewshot")
    assert [name for name in files if name.startswith("data/")] == ["data/train-00000-of-00001.txt"]


def test_an_edit_becomes_a_pair_and_what_nobody_edited_is_counted(dataset_id: int) -> None:
    original = edit(dataset_id, "Better words.")
    release, files = write(dataset_id, format="preference")
    (line,) = files["data/train-00000-of-00001.jsonl"].read_bytes().splitlines()
    pair = orjson.loads(line)
    assert pair["prompt"][-1]["content"].startswith(original.content["prompt"])
    assert (pair["chosen"][0]["content"], pair["rejected"][0]["content"]) == ("Better words.", original.content["response"])
    ((why, left_out),) = release.manifest["left_out"].items()
    assert why.startswith("Nobody edited")
    assert left_out == APPROVED - 1


def test_decisions_become_good_and_bad_answers(dataset_id: int) -> None:
    edit(dataset_id, "Better words.")
    _, files = write(dataset_id, format="kto")
    labels = [orjson.loads(line)["label"] for line in files["data/train-00000-of-00001.jsonl"].open("rb")]
    assert (labels.count(True), labels.count(False)) == (APPROVED, REJECTED + 1)

