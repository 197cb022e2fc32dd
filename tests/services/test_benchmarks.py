"""Benchmarks of a dataset: taken in, looked for in every run, edit and release, and judged by a person."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import db
from app.models import Benchmark, Contamination, Dataset, Decision, JobState, Sample, SampleState, Suspect
from app.services import benchmarks, blobs, checking, contaminations, releases, reviewing
from app.services.blobs import Stored
from app.services.errors import Conflict, Invalid, NotFound
from app.services.gates.benchmarks import HELD
from tests import factories
from tests.services.engine import (
    hurry,
    jsonl,
    make_dataset,
    read,
    release_of,
    released,
    rows,
    run,
    start_run,
    work_off,
    write_release,
)

ASKED = "A gardener plants eleven rows of tulips and each row holds twenty three bulbs, how many bulbs does she plant?"
OTHER = "Which of the two harbours did the lighthouse keeper see from his window on the morning of the storm?"
REPHRASED = (
    "Eleven rows of tulips get planted by a gardener with twenty three bulbs for each of the rows. "
    "What number of bulbs does the gardener plant?"
)
ANSWER = (
    "She plants two hundred and fifty three bulbs, because eleven times twenty three is two hundred and fifty three."
)


def keep(content: bytes) -> Stored:
    with blobs.incoming() as file:
        file.write(content)
        return file.keep()


def add(session: Session, dataset_id: int, content: bytes | None = None, **values: Any) -> Benchmark:
    stored = keep(content or jsonl([{"id": "q1", "question": ASKED}, {"id": "q2", "question": OTHER}]))
    return benchmarks.add(session, dataset_id, stored, file_name="tulips.jsonl", **values)


def test_a_benchmark_is_taken_in_under_its_files_name(session: Session, dataset: Dataset) -> None:
    found = add(session, dataset.id)
    assert (found.name, found.items, found.unread, found.hidden) == ("tulips", 2, 0, False)
    assert benchmarks.question(found, "q1") == ASKED
    assert benchmarks.of(session, dataset.id) == [found]


def test_a_hidden_benchmark_leaves_no_text_behind(session: Session, dataset: Dataset) -> None:
    content = jsonl([{"question": ASKED}])
    found = add(session, dataset.id, content, hidden=True)
    assert found.sha256 is None
    assert benchmarks.question(found, "0") == ""
    files = [path.read_bytes() for path in blobs.get_settings().blob_dir.rglob("*") if path.is_file()]
    assert files
    assert not any(b"tulips and" in data or b"gardener" in data for data in files)


def test_a_file_that_a_corpus_needs_stays(session: Session, dataset: Dataset) -> None:
    content = jsonl([{"question": ASKED}])
    factories.make_corpus(session, dataset).sha256 = keep(content).sha256
    session.flush()
    add(session, dataset.id, content, hidden=True)
    assert blobs.path(keep(content).sha256).exists()


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b'{"a": 1}\n', b""])
def test_what_is_no_benchmark_is_refused_and_not_kept(session: Session, dataset: Dataset, content: bytes) -> None:
    stored = keep(content)
    with pytest.raises(Invalid):
        benchmarks.add(session, dataset.id, stored, file_name="x.jsonl")
    assert not stored.path.exists()
    assert benchmarks.of(session, dataset.id) == []


def test_names_are_taken_once_per_dataset(session: Session, dataset: Dataset) -> None:
    add(session, dataset.id, name="test")
    with pytest.raises(Conflict):
        add(session, dataset.id, name="test")
    add(session, factories.make_dataset(session).id, name="test")


def test_a_benchmark_of_another_dataset_is_not_found(session: Session, dataset: Dataset) -> None:
    found = add(session, factories.make_dataset(session).id)
    with pytest.raises(NotFound):
        benchmarks.find(session, dataset.id, found.id)


class TestRuns:
    """Through the whole river, with real commits."""

    @pytest.fixture(autouse=True)
    def _engine(self, database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        hurry()
        monkeypatch.setattr(checking, "BLOCKS_PER_SHARD", 1)

    def make(self, *prompts: str, **values: Any) -> int:
        dataset_id = make_dataset()
        with db.transaction() as session:
            add(session, dataset_id, **values)
        read(
            dataset_id, jsonl([{"prompt": prompt, "response": ANSWER + f" {at}"} for at, prompt in enumerate(prompts)])
        )
        return dataset_id

    def test_a_run_drops_what_holds_an_item_and_says_where(self) -> None:
        dataset_id = self.make(f"Please solve this: {ASKED}", "Name a flower that blooms in early spring.", hidden=True)
        run_id = run(dataset_id)
        [(first,), (second,)] = rows("SELECT id FROM samples ORDER BY id")
        assert rows("SELECT sample_id, reasons FROM verdicts WHERE run_id = :run", run=run_id) == [
            (first, ["contaminated"])
        ]
        assert dict(rows("SELECT id, state FROM samples")) == {first: "dropped", second: "queued"}
        [(item, tier, score, path, start, end)] = rows(
            "SELECT item, tier, score, path, first, last FROM contaminations"
        )
        assert (item, tier, score, path) == ("q1", "contained", 1.0, ["prompt"])
        assert f"Please solve this: {ASKED}"[start:end] == ASKED.rstrip("?")
        assert rows("SELECT details->'rules'->'contaminated' FROM runs") == [({"failed": 1, "alone": 1},)]

    def test_only_new_samples_are_looked_at_again(self) -> None:
        dataset_id = self.make("Name a flower that blooms in early spring.")
        run(dataset_id)
        before = rows("SELECT block_id, xmin::text FROM block_checks ORDER BY 1")
        read(dataset_id, jsonl([{"prompt": ASKED, "response": ANSWER}]), "more.jsonl")
        run(dataset_id)
        after = rows("SELECT block_id, xmin::text FROM block_checks ORDER BY 1")
        assert len(before) == 1
        assert after[:1] == before
        assert len(after) == 2
        assert rows("SELECT item, tier FROM contaminations") == [("q1", "exact")]

    def test_another_benchmark_is_looked_for_in_all_samples(self) -> None:
        dataset_id = self.make(ASKED, OTHER, content=jsonl([{"id": "q1", "question": ASKED}]))
        run(dataset_id)
        with db.transaction() as session:
            add(session, dataset_id, jsonl([{"id": "q2", "question": OTHER}]), name="second")
        run(dataset_id)
        assert rows("SELECT item FROM contaminations ORDER BY item") == [("q1",), ("q2",)]
        with db.transaction() as session:
            for one in benchmarks.of(session, dataset_id):
                benchmarks.delete(session, one)
        run(dataset_id)
        assert rows("SELECT state FROM samples") == [("queued",), ("queued",)]
        assert rows("SELECT count(*) FROM block_checks") == [(0,)]

    def test_a_benchmark_that_comes_during_a_run_is_looked_for_in_the_next(self) -> None:
        dataset_id = self.make(ASKED, OTHER, content=jsonl([{"id": "q1", "question": ASKED}]))
        _, job_id = start_run(dataset_id)
        with db.transaction() as session:
            add(session, dataset_id, jsonl([{"id": "q2", "question": OTHER}]), name="another")
        assert work_off(job_id).state is JobState.SUCCEEDED
        run(dataset_id)
        assert rows("SELECT item FROM contaminations ORDER BY item") == [("q1",), ("q2",)]

    def test_what_a_run_could_not_check_the_next_one_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        dataset_id = self.make(ASKED)
        with monkeypatch.context() as patch:
            patch.setattr(checking, "check", lambda *given: None)
            run(dataset_id)
        assert rows("SELECT count(*) FROM check_sets") == [(0,)]
        run(dataset_id)
        assert rows("SELECT item FROM contaminations") == [("q1",)]

    def test_a_run_without_benchmarks_checks_nothing(self) -> None:
        dataset_id = make_dataset()
        read(dataset_id, jsonl([{"prompt": ASKED, "response": ANSWER}]))
        run(dataset_id)
        assert rows("SELECT count(*) FROM check_sets") == [(0,)]

    def test_common_knowledge_of_many_samples_does_not_count(self) -> None:
        quotation = ASKED.replace("gardener", "neighbour")
        dataset_id = self.make(*(f"{quotation} Write line {at} of a poem about it, please." for at in range(11)))
        run(dataset_id)
        assert rows("SELECT count(*) FROM contaminations") == [(0,)]
        release_id = self.release(dataset_id)
        assert rows("SELECT rows FROM releases WHERE id = :id", id=release_id) == [(11,)], "nor in a release"

    def test_a_persons_verdict_on_a_suspect_counts_in_the_next_run(self) -> None:
        dataset_id = self.make(REPHRASED, "Where do herons sleep?")
        run(dataset_id)
        [(suspect, sample, item, tier)] = rows(
            "SELECT id, sample_id, item, tier FROM suspects ORDER BY score DESC LIMIT 1"
        )
        assert (item, tier) == ("q1", "paraphrase")
        assert rows("SELECT state FROM samples WHERE id = :id", id=sample) == [("queued",)]
        with db.transaction() as session:
            user = factories.make_user(session)
            [benchmark] = benchmarks.of(session, dataset_id)
            to_judge = contaminations.summaries(session, dataset_id)[0].to_judge
            contaminations.judge(session, benchmark, suspect, True, user.id)
        run(dataset_id)
        assert rows("SELECT state FROM samples WHERE id = :id", id=sample) == [("dropped",)]
        with db.transaction() as session:
            [summary] = contaminations.summaries(session, dataset_id)
            assert (summary.hit, summary.samples, summary.to_judge, summary.share) == (1, 1, to_judge - 1, 0.5)
            contaminations.judge(session, summary.benchmark, suspect, False, user.id)
        run(dataset_id)
        assert rows("SELECT state FROM samples WHERE id = :id", id=sample) == [("queued",)]

    def release(self, dataset_id: int) -> int:
        """A release of all samples, approved one and all."""
        with db.transaction() as session:
            for sample in session.query(Sample).all():
                sample.state = SampleState.APPROVED
            release = releases.start(session, session.get_one(Dataset, dataset_id), "prompt_completion")
            job_id, release_id = release.job_id, release.id
        assert job_id is not None
        write_release(release_id, job_id)
        return release_id

    def test_a_release_leaves_out_what_a_later_benchmark_holds(self) -> None:
        dataset_id = make_dataset()
        read(dataset_id, jsonl([{"prompt": one, "response": ANSWER} for one in (ASKED, "Name a spring flower.")]))
        with db.transaction() as session:
            add(session, dataset_id)
        release_id = self.release(dataset_id)
        [(count, manifest)] = rows("SELECT rows, manifest FROM releases WHERE id = :id", id=release_id)
        assert (count, manifest["left_out"]) == (1, {HELD: 1})
        assert [(one["name"], one["items"]) for one in manifest["benchmarks"]] == [("tulips", 2)]
        assert b"gardener" not in released(release_of(release_id))


def test_an_experts_edit_is_checked_at_once(session: Session, dataset: Dataset) -> None:
    add(session, dataset.id)
    expert = factories.make_user(session)
    corpus = factories.make_corpus(session, dataset)
    [sample] = factories.make_samples(session, corpus, 1, state=SampleState.QUEUED)
    slot = factories.make_slot(session, sample)
    outcome = reviewing.submit(
        session, dataset, expert, slot.id, Decision.APPROVE, idempotency_key="k", edits={1: f"Compare: {ASKED}"}
    )
    [found] = contaminations.of_sample(session, sample, sample.content)
    assert (found.item, found.how, found.is_edited) == ("q1", "holds the whole question", True)
    [stored] = session.scalars(select(Contamination)).all()
    assert (stored.revision_id, stored.tier) == (outcome.review.revision_id, "contained")
    assert contaminations.contaminated(session, dataset.id).tolist() == [], "the original holds nothing"


def test_verdicts_on_a_benchmarks_suspects_are_its_own(session: Session, dataset: Dataset) -> None:
    mine, other = add(session, dataset.id), add(session, dataset.id, name="other")
    [sample] = factories.make_samples(session, factories.make_corpus(session, dataset), 1)
    suspect = Suspect(
        dataset_id=dataset.id,
        sample_id=sample.id,
        benchmark_id=mine.id,
        item="q1",
        tier="paraphrase",
        score=0.4,
        path=["text"],
        first=0,
        last=4,
    )
    session.add(suspect)
    session.flush()
    with pytest.raises(NotFound):
        contaminations.judge(session, other, suspect.id, True, factories.make_user(session).id)
