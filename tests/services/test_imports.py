"""Imports: every line of a file is answered for, exactly once, whatever happens while it is read."""

import gzip
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import db
from app.curation.sample import Form, Source
from app.curation.sample import Sample as CoreSample
from app.curation.shapes import restore
from app.models import Corpus, CorpusState, Job, JobState, Sample
from app.services import blobs, corpora, imports, jobs, working
from app.services.errors import Invalid
from app.services.working import Piece
from tests.services.engine import (
    add,
    check_sums,
    corpus,
    forsake,
    hurry,
    import_job,
    job,
    jsonl,
    make_dataset,
    read,
    rows,
    together,
    work_off,
)

BAD = Path(__file__).parents[3] / "shared" / "data"
KNOWN = (".json", ".jsonl", ".csv", ".tsv", ".parquet", ".gz", ".zst", ".zip")


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven lines a transaction, so that a short file takes many."""
    monkeypatch.setattr(imports, "LINES_PER_STEP", 7)


BROKEN = [b"{", b"nonsense", b'{"prompt": "no answer"}', b"[1, 2]", b'{"prompt": 1, "response": 2}']


def pair(number: int, answer: str = "") -> dict[str, str]:
    return {"prompt": f"What is {number} and {number}?", "response": answer or f"It is {2 * number}."}


def broken_and_copied(count: int, seed: int = 1) -> bytes:
    """Lines of which about a fifth are broken and a fifth are copies of an earlier line."""
    dice = random.Random(seed)
    lines: list[Any] = []
    for number in range(count):
        match dice.randrange(5):
            case 0:
                lines.append(
                    dice.choice(
                        [b"{", b"nonsense", b'{"prompt": "no answer"}', b"[1, 2]", b'{"prompt": 1, "response": 2}']
                    )
                )
            case 1 if lines:
                lines.append(dice.choice(lines))
            case _:
                lines.append(pair(number))
    return jsonl(lines)


def content_of(corpus_id: int) -> list[list[tuple[Any, ...]]]:
    """Everything that an import writes, without the numbers that the database gives out."""
    return [
        rows(
            """SELECT number, file, position, line, "offset", form, content::text, metadata::text, content_hash,
                   question, answer, search::text, state FROM samples LEFT JOIN sample_search ON sample_id = id
            WHERE corpus_id = :corpus ORDER BY id""",
            corpus=corpus_id,
        ),
        rows(
            """SELECT file, position, line, "offset", code, message, excerpt FROM refused_lines
               WHERE corpus_id = :corpus ORDER BY id""",
            corpus=corpus_id,
        ),
        rows(
            """SELECT e.file, e.position, e.line, s.content::text
               FROM exact_copies e JOIN samples s ON s.id = e.sample_id WHERE e.corpus_id = :corpus ORDER BY e.id""",
            corpus=corpus_id,
        ),
        rows("SELECT lines, accepted, refused, copies, state FROM corpora WHERE id = :corpus", corpus=corpus_id),
    ]


LINE = st.one_of(
    st.integers(0, 8).map(pair),  # few different ones, so that there are copies
    st.builds(pair, st.integers(0, 8), st.text(st.characters(codec="utf-8"), max_size=30)),
    st.sampled_from(
        [
            b"",
            b"   ",
            b"{",
            b"null",
            b'{"prompt": "a"}',
            b'{"prompt": "a", "prompt": "b", "response": "c"}',
            b"\xff\xfe",
        ]
    ),
    st.binary(max_size=20).map(lambda some: some.replace(b"\n", b"").replace(b"\r", b"")),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=60))
def test_every_line_is_accepted_refused_or_a_copy(small_steps: None, lines: list[Any]) -> None:
    good = [pair(1001), pair(1002)]  # so that the file's shape is understood
    content = jsonl(good + lines)
    one = read(make_dataset(), content)

    check_sums(one)
    assert one.state is CorpusState.READY
    read_lines = [
        *(orjson.dumps(record) for record in good),
        *(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines),
    ]
    assert one.lines == sum(bool(line.strip(b" \t\r\n")) for line in read_lines)
    for _, _, text_of_line, stored in rows(
        "SELECT position, line, line, content::text FROM samples WHERE corpus_id = :corpus ORDER BY number",
        corpus=one.id,
    ):
        record = orjson.loads(read_lines[text_of_line - 1])
        assert orjson.loads(stored) == {key: record[key] for key in ("prompt", "response")}


def test_copies_point_at_the_sample_they_equal(small_steps: None) -> None:
    dataset_id = make_dataset()
    first = read(dataset_id, jsonl([pair(number) for number in range(20)]), "first.jsonl")
    second = read(dataset_id, jsonl([pair(3), pair(100), pair(100), pair(19), pair(101), pair(100)]), "second.jsonl")

    assert (first.accepted, second.accepted, second.copies) == (20, 2, 4)
    assert rows(
        """SELECT e.line, s.corpus_id, s.line FROM exact_copies e JOIN samples s ON s.id = e.sample_id
           WHERE e.corpus_id = :corpus ORDER BY e.id""",
        corpus=second.id,
    ) == [(1, first.id, 4), (3, second.id, 2), (4, first.id, 20), (6, second.id, 2)]


def test_samples_are_numbered_in_the_order_of_lines(small_steps: None) -> None:
    one = read(make_dataset(), broken_and_copied(300))
    lines = [line for (line,) in rows("SELECT line FROM samples WHERE corpus_id = :corpus ORDER BY id", corpus=one.id)]
    assert lines == sorted(lines)
    numbers = [number for (number,) in rows("SELECT number FROM samples ORDER BY id")]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    "record",
    [
        b'{"prompt": " two  spaces ", "response": "tab\\there\\r\\n end ", "z": 1.0, "a": 1e5, "n": 12345678901}',
        '{"prompt": "Grüße 你好 \U0001f642 é", "response": "‮right‬", "list": [3, 1, 2.50], "a": null}'.encode(),
        b'{"prompt": "q", "response": "a", "b": {"y": 1, "x": {"z": [], "a": {}}}, "a": {}}',
        b'{"messages": [{"role": "user", "content": "q", "z": 1}, {"role": "assistant", "content": "a"}], "a": -0.0}',
    ],
)
def test_content_is_kept_to_the_letter(record: bytes) -> None:
    read(make_dataset(), record + b"\n")

    with db.transaction() as session:
        sample = session.scalars(select(Sample)).one()
        stored = CoreSample(Form(sample.form), sample.content, Source("", 0), sample.meta)
    assert orjson.dumps(restore(stored)) == orjson.dumps(orjson.loads(record))


def stop(job_id: int) -> None:
    with db.transaction() as session:
        jobs.cancel(session, session.get_one(Job, job_id))


def go_on(corpus_id: int) -> int:
    with db.transaction() as session:
        return corpora.start_import(session, session.get_one(Corpus, corpus_id)).id


@contextmanager
def disturbed(
    monkeypatch: pytest.MonkeyPatch, at: int, do: Callable[[], object], after_rows: bool = False
) -> Iterator[None]:
    """Call `do` once: before the `at`-th step's transaction, or with all its rows written and nothing committed."""
    steps = 0
    step = Piece.step

    @contextmanager
    def changed(self: Piece, done: int, checkpoint: dict[str, Any]) -> Iterator[Session]:
        nonlocal steps
        steps += 1
        now = steps == at
        if now and not after_rows:
            do()
        with step(self, done, checkpoint) as session:
            yield session
            if now and after_rows:
                do()

    with monkeypatch.context() as patch:
        patch.setattr(Piece, "step", changed)
        yield


def die() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("after_rows", [False, True])
def test_an_import_that_dies_at_any_step_ends_like_one_that_did_not(
    small_steps: None, monkeypatch: pytest.MonkeyPatch, after_rows: bool
) -> None:
    content = broken_and_copied(60)
    undisturbed = content_of(read(make_dataset(), content).id)
    assert undisturbed[3] == [(60, *undisturbed[3][0][1:4], "ready")]
    for at in range(1, 10):
        corpus_id = add(make_dataset(), content)
        job_id = import_job(corpus_id).id
        with disturbed(monkeypatch, at, die, after_rows), pytest.raises(KeyboardInterrupt):
            work_off(job_id)
        check_sums(corpus(corpus_id))
        forsake(job_id)
        assert work_off(job_id).state is JobState.SUCCEEDED
        assert content_of(corpus_id) == undisturbed


def test_a_worker_thought_dead_adds_nothing_to_what_a_new_import_read(
    small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = broken_and_copied(60)
    undisturbed = content_of(read(make_dataset(), content).id)
    corpus_id = add(make_dataset(), content)
    old = import_job(corpus_id).id

    def overtaken() -> None:
        forsake(old)
        stop(old)
        assert job(old).state is JobState.CANCELLED
        assert work_off(go_on(corpus_id)).state is JobState.SUCCEEDED

    with disturbed(monkeypatch, 3, overtaken):
        work_off(old)
    assert content_of(corpus_id) == undisturbed
    assert job(old).state is JobState.CANCELLED


def test_a_batch_stored_already_is_not_stored_again(small_steps: None) -> None:
    one = read(make_dataset(), jsonl([pair(number) for number in range(5)]))
    lines = next(imports._batches(imports._open(_unread(one)), _unread(one)))
    with pytest.raises(jobs.Fenced), db.transaction() as session:
        imports.store(session, one, lines)
    check_sums(corpus(one.id))


def _unread(one: Corpus) -> Corpus:
    one.lines = 0
    return one


def test_overlapping_imports_at_once_into_one_dataset(small_steps: None) -> None:
    dataset_id = make_dataset()
    dice = random.Random(5)
    numbers = list(range(150))
    found = []
    for name in "abc":
        dice.shuffle(numbers)
        found.append(add(dataset_id, jsonl([pair(number) for number in numbers[:120]]), f"{name}.jsonl"))
    together(*[partial(working.work, db.session_factory(), import_job(one).id, f"worker {one}") for one in found])

    for one in found:
        assert import_job(one).state is JobState.SUCCEEDED
        check_sums(corpus(one))
    assert sum(corpus(one).lines for one in found) == 360
    assert rows("SELECT count(*), count(DISTINCT content::text) FROM samples") == [(150, 150)]
    assert rows("""SELECT count(*) FROM exact_copies e JOIN samples s ON s.id = e.sample_id
                   WHERE e.corpus_id = s.corpus_id AND e.position = s.position""") == [(0,)]


def test_two_files_in_a_zip_are_one_corpus(small_steps: None) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.jsonl", jsonl([pair(number) for number in range(10)]))
        archive.writestr("more/two.jsonl", jsonl([pair(3), b"{", *(pair(number) for number in range(50, 60))]))
    one = read(make_dataset(), packed.getvalue(), "both.zip")

    check_sums(one)
    assert (one.state, one.lines, one.accepted, one.refused, one.copies) == (CorpusState.READY, 22, 20, 1, 1)
    assert rows("SELECT file, count(*), min(position), max(line) FROM samples GROUP BY 1 ORDER BY 1") == [
        ("both.zip/more/two.jsonl", 10, 2, 12),
        ("both.zip/one.jsonl", 10, 0, 10),
    ]
    assert rows("SELECT file, position, line FROM refused_lines") == [("both.zip/more/two.jsonl", 1, 2)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_stopped_import_goes_on_later(small_steps: None, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    content = gzip.compress(broken_and_copied(60)) if packed else broken_and_copied(60)
    name = "corpus.jsonl.gz" if packed else "corpus.jsonl"
    undisturbed = content_of(read(make_dataset(), content, name).id)
    corpus_id = add(make_dataset(), content, name)
    first = import_job(corpus_id).id
    with disturbed(monkeypatch, 4, partial(stop, first)):
        ended = work_off(first)
    stopped = corpus(corpus_id)
    assert (ended.state, stopped.state, stopped.lines) == (JobState.CANCELLED, CorpusState.FAILED, 21)
    assert "go on" in (stopped.error or "")
    check_sums(stopped)

    assert work_off(go_on(corpus_id)).state is JobState.SUCCEEDED
    assert content_of(corpus_id) == undisturbed
    assert corpus(corpus_id).error is None


def test_a_file_that_breaks_off_keeps_what_was_read_and_says_so(small_steps: None) -> None:
    noise = random.Random(1)
    content = gzip.compress(jsonl([{**pair(number), "noise": noise.randbytes(40).hex()} for number in range(2000)]))
    one = read(make_dataset(), content[: len(content) // 2], "corpus.jsonl.gz")

    check_sums(one)
    assert 0 < one.accepted < 2000
    assert rows("SELECT code FROM refused_lines") == [("file_truncated",)]


@pytest.mark.skipif(not BAD.is_dir(), reason="needs the shared test data at ../shared/data")
@pytest.mark.parametrize("folder", ["bad_text", "bad_binary"])
def test_no_bad_file_does_more_than_be_refused(folder: str) -> None:
    files = [path for path in sorted((BAD / folder).rglob("*")) if path.name.lower().endswith(KNOWN)]
    for path in files:
        began = perf_counter()
        check_bad_file(path)
        assert perf_counter() - began < 20, path


def check_bad_file(path: Path) -> None:
    """Refused in a sentence, waiting for a mapping, or read so that the sums hold."""
    with db.transaction() as session:
        stored = blobs.keep(path)
    try:
        with db.transaction() as session:
            corpus_id = corpora.add(session, make_dataset(), stored, file_name=path.name).id
    except Invalid:
        return
    if corpus(corpus_id).state is CorpusState.UNMAPPED:
        return
    ended = work_off(import_job(corpus_id).id)
    assert ended.state in {JobState.SUCCEEDED, JobState.FAILED}, path
    assert ended.error_code != "unexpected", path
    check_sums(corpus(corpus_id))
