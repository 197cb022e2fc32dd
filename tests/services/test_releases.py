"""Releases: the approved words and nothing else, the same bytes for the same state, and whole or not at all."""

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from app import db
from app.curation.recipe import Recipe
from app.curation.releasing.files import JsonLines
from app.curation.sample import Form
from app.models import Corpus, Dataset, JobState, Release, ReleaseState, Revision, Run, Sample, SampleState, User
from app.services import blobs, comments, jobs, recipes, release_rows, releases
from app.services.errors import Conflict, Invalid, NotFound
from app.settings import get_settings
from tests import factories
from tests.services.engine import (
    forsake,
    hurry,
    job,
    make_dataset,
    release_of,
    released,
    run_sql,
    work_off,
    write_release,
    writing,
)


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(release_rows, "PAGE", 10)


@pytest.fixture
def dataset_id() -> int:
    """Sixty samples, every other one approved, the rest in all other states."""
    made = make_dataset(name="Ward answers", goal="Good ones.")
    others = [state for state in SampleState if state is not SampleState.APPROVED]
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, made))
        for number in range(60):
            state = SampleState.APPROVED if number % 2 else others[number // 2 % len(others)]
            factories.make_samples(session, corpus, 1, state=state)
    return made


def start(dataset_id: int, format: str = "prompt_completion") -> tuple[int, int]:
    with db.transaction() as session:
        release = releases.start(session, session.get_one(Dataset, dataset_id), format)
        assert release.job_id is not None
        return release.id, release.job_id


def write(dataset_id: int, format: str = "prompt_completion") -> Release:
    return write_release(*start(dataset_id, format))


def lines(release: Release) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in released(release).splitlines()]


def approved(dataset_id: int) -> list[Sample]:
    with db.transaction() as session:
        found = session.query(Sample).filter_by(dataset_id=dataset_id, state=SampleState.APPROVED).order_by(Sample.id)
        return found.all()


def test_a_release_holds_what_is_approved_in_the_order_of_lines(dataset_id: int) -> None:
    release = write(dataset_id)
    assert [line["prompt"] for line in lines(release)] == [sample.content["prompt"] for sample in approved(dataset_id)]
    assert release.rows == 30


def test_an_expert_s_words_stand_in_for_the_original(dataset_id: int) -> None:
    chosen = approved(dataset_id)[3]
    with db.transaction() as session:
        expert = factories.make_user(session)
        old = Revision(sample_id=chosen.id, content={**chosen.content, "response": "A first try."}, author_id=expert.id)
        new = Revision(
            sample_id=chosen.id, content={**chosen.content, "response": "Better words."}, author_id=expert.id
        )
        session.add_all([old, new])
        session.flush()
        session.execute(update(Sample).where(Sample.id == chosen.id).values(revision_id=new.id))
    text = released(write(dataset_id)).decode()

    assert "Better words." in text
    assert chosen.content["response"] not in text
    assert "A first try." not in text


def test_personal_data_leave_under_the_pseudonyms_of_their_dataset(dataset_id: int) -> None:
    told = "Write to anna.berg@example.org or to Anna.Berg@example.org."
    chosen = approved(dataset_id)[0]
    with db.transaction() as session:
        expert = factories.make_user(session)
        session.add(Revision(sample_id=chosen.id, content={**chosen.content, "response": told}, author_id=expert.id))
        session.flush()
        session.execute(
            update(Sample)
            .where(Sample.id == chosen.id)
            .values(revision_id=select(func.max(Revision.id)).scalar_subquery())
        )
        recipe = Recipe.model_validate({"filters": {"pii": {"masked": ["email"]}}})
        version = recipes.save(session, session.get_one(Dataset, dataset_id), recipe, None)
        session.add(Run(dataset_id=dataset_id, recipe_version_id=version.id, published=True))
    first, second = (lines(write(dataset_id)) for _ in range(2))

    found = re.fullmatch(r"Write to (<EMAIL_\w+>) or to (<EMAIL_\w+>)\.", first[0]["completion"])
    assert found
    assert found[1] == found[2]
    assert first == second
    assert [line["prompt"] for line in first] == [sample.content["prompt"] for sample in approved(dataset_id)]


def test_the_manifest_counts_and_names_what_is_in_the_file(dataset_id: int) -> None:
    release = write(dataset_id)
    content = released(release)
    manifest = json.loads(releases.manifest_bytes(release))

    (listed,) = (file for file in manifest["files"] if "rows" in file)
    assert (listed["name"], listed["split"]) == ("data/train-00000-of-00001.jsonl", "train")
    assert (manifest["rows"], listed["rows"], listed["size"]) == (30, 30, len(content))
    assert listed["sha256"] == sha256(content).hexdigest()
    assert release.sha256 == sha256(releases.manifest_bytes(release)).hexdigest()
    assert content.count(b"\n") == 30
    assert manifest["counts"]["approved"] == manifest["rows"] + sum(manifest["left_out"].values())
    assert sum(manifest["counts"].values()) == 60
    assert manifest["dataset"] == {
        "name": "Ward answers",
        "goal": "Good ones.",
        "purpose": "task",
        "form": "instruction",
    }
    with db.transaction() as session:
        (corpus,) = session.query(Corpus).all()
    (listed,) = manifest["corpora"]
    assert (listed["sha256"], listed["lines"], listed["accepted"]) == (corpus.sha256, 60, 60)
    assert manifest["format"] == "prompt_completion"


def test_the_same_state_gives_the_same_bytes_and_manifest(dataset_id: int) -> None:
    one, two = write(dataset_id), write(dataset_id)
    assert (one.version, two.version) == (1, 2)
    assert one.sha256 == two.sha256
    assert releases.manifest_bytes(one) == releases.manifest_bytes(two)


def test_one_more_sample_gives_another_release(dataset_id: int) -> None:
    one = write(dataset_id)
    run_sql("UPDATE samples SET state = 'approved' WHERE id = (SELECT min(id) FROM samples WHERE state = 'queued')")
    two = write(dataset_id)
    assert one.sha256 != two.sha256
    assert (one.rows, two.rows) == (30, 31)
    assert lines(one) == [line for line in lines(two) if line in lines(one)]


def test_what_is_decided_while_a_release_is_written_comes_too_late(dataset_id: int) -> None:
    undisturbed = write(dataset_id)
    release_id, job_id = start(dataset_id)
    with db.transaction() as session:
        frozen = jobs.stages(session.get_one(type(job(job_id)), job_id))[0]
    assert "Freeze" in frozen.title
    _only_one_stage(job_id)
    run_sql("UPDATE samples SET state = 'approved' WHERE state = 'queued'")
    run_sql("UPDATE samples SET state = 'rejected' WHERE id = (SELECT min(id) FROM samples WHERE state = 'approved')")
    late = write_release(release_id, job_id)

    assert late.sha256 == undisturbed.sha256
    assert releases.manifest_bytes(late) == releases.manifest_bytes(undisturbed)


def _only_one_stage(job_id: int) -> None:
    """Do the first stage of a job and stop there."""
    from app.services.working import Piece

    with db.transaction() as session:
        shard = jobs.claim(session, job_id, "one")
    assert shard is not None
    piece = Piece(db.session_factory(), job(job_id), shard)
    jobs.stages(piece.job)[0].work(piece)
    with db.transaction() as session:
        jobs.finish(session, shard)


def test_rows_that_do_not_fit_the_format_are_left_out_and_counted(dataset_id: int) -> None:
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, dataset_id))
        factories.make_samples(session, corpus, 4, form=Form.TEXT, state=SampleState.APPROVED)
    release = write(dataset_id)

    assert release.rows == 30
    assert list(release.manifest["left_out"].values()) == [4]
    assert release.manifest["counts"]["approved"] == 34


@pytest.fixture
def incoming() -> Path:
    return get_settings().blob_dir / blobs.TEMPORARY


def left(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir() if not path.name.startswith(".")]


def test_an_interrupted_file_is_begun_anew_and_leaves_nothing_behind(
    dataset_id: int, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = write(dataset_id)
    before = sorted(get_settings().blob_dir.rglob("*"))
    release_id, job_id = start(dataset_id)
    work_off(job_id)
    job_id = writing(release_id)
    write_all, seen = JsonLines.write_all, 0

    def dying(*args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt
        write_all(*args)

    with monkeypatch.context() as patch:
        patch.setattr(JsonLines, "write_all", dying)
        with pytest.raises(KeyboardInterrupt):
            work_off(job_id)
    assert release_of(release_id).sha256 is None
    with db.transaction() as session, pytest.raises(NotFound):
        releases.file_path(session, release_of(release_id), "data/train-00000-of-00001.jsonl")

    forsake(job_id)
    assert work_off(job_id).state is JobState.SUCCEEDED
    assert release_of(release_id).sha256 == undisturbed.sha256
    assert left(incoming) == []
    assert sorted(get_settings().blob_dir.rglob("*")) == before


def test_a_full_disk_is_said_and_leaves_no_file(
    dataset_id: int, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming.mkdir(parents=True)

    class Full:
        hex = "full"

    monkeypatch.setattr(blobs, "uuid4", Full)
    os.symlink("/dev/full", incoming / "full")
    release_id, job_id = start(dataset_id)
    monkeypatch.setattr(blobs, "_is_abandoned", lambda path: False)
    work_off(job_id)
    ended = work_off(writing(release_id))

    assert (ended.state, ended.error_code) == (JobState.FAILED, "disk_full")
    assert "Free some space" in (ended.error or "")
    assert release_of(release_id).sha256 is None
    assert left(incoming) == []


def test_nothing_approved_is_nothing_to_release() -> None:
    with pytest.raises(Conflict, match="Nothing is selected"):
        start(make_dataset())


def test_an_unknown_format_is_refused(dataset_id: int) -> None:
    with pytest.raises(Invalid, match="prompt_completion"):
        start(dataset_id, "excel")


@pytest.mark.parametrize("format", ["messages", "text"])
def test_a_format_writes_its_files_or_says_that_nothing_fits(dataset_id: int, format: str) -> None:
    release_id, job_id = start(dataset_id, format)
    work_off(job_id)
    release = release_of(release_id)
    if release.state is ReleaseState.HELD:
        with db.transaction() as session:
            assert "fits this format" in releases.blocks(session, release_id)[0].words
            releases.override(session, release, "format", factories.make_user(session).id, "Never mind.")
            with pytest.raises(Conflict, match="no row is left"):
                releases.publish(session, session.merge(release))
        return
    work_off(writing(release_id))
    made = release_of(release_id)
    assert made.rows == sum(file["rows"] for file in made.manifest["files"] if "rows" in file) > 0
    title, about = releases.formats()[format]
    assert title
    assert about.endswith(".")


def test_a_file_s_name_says_what_it_is(dataset_id: int) -> None:
    release = write(dataset_id)
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
    assert releases.name_of(dataset, release) == "ward-answers-v1-prompt_completion"


def test_a_sample_with_an_open_question_stays_out_until_it_is_resolved(dataset_id: int) -> None:
    asked, chatted = approved(dataset_id)[:2]
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, dataset_id), factories.make_user(session)
        factories.join(session, dataset, expert)
        question = comments.ask(session, dataset, expert, asked.id, "Is this dose right?").id
        comments.ask(session, dataset, expert, asked.id, "And this one?", is_question=False)
        comments.ask(session, dataset, expert, chatted.id, "Nicely put.", is_question=False)
        user_id = expert.id
    release_id, job_id = start(dataset_id)
    with db.transaction() as session:
        assert (releases.approved(session, dataset_id), releases.asked(session, dataset_id)) == (29, 1)
    release = write_release(release_id, job_id)
    assert release.rows == 29
    assert asked.content["prompt"] not in [line["prompt"] for line in lines(release)]
    assert release.manifest["open_questions"] == 1
    assert release.manifest["left_out"] == {releases.ASKED: 1}
    assert release.manifest["counts"]["approved"] == 30
    with db.transaction() as session:
        comments.resolve(session, session.get_one(Dataset, dataset_id), session.get_one(User, user_id), question)
    again = write(dataset_id)
    assert (again.rows, again.manifest["left_out"], again.manifest["open_questions"]) == (30, {}, 0)


def test_nothing_but_open_questions_is_no_release(dataset_id: int) -> None:
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, dataset_id), factories.make_user(session)
        factories.join(session, dataset, expert)
        for sample in approved(dataset_id):
            comments.ask(session, dataset, expert, sample.id, "Sure?")
    with pytest.raises(Conflict, match="open question"):
        start(dataset_id)
