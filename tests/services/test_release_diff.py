"""What differs between two releases of a dataset, and why: each reason caused once, as people cause it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import db
from app.cli.root import app
from app.models import Dataset, Release, Revision, Sample, SampleState
from app.services import comments, release_diff
from app.services.errors import Invalid
from app.services.release_diff import Difference
from tests import factories
from tests.services.engine import hurry, make_dataset, run_sql
from tests.services.release_folders import released


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    made = make_dataset()
    with db.transaction() as session:
        for _ in range(2):
            corpus = factories.make_corpus(session, session.get_one(Dataset, made))
            factories.make_samples(session, corpus, 6, state=SampleState.APPROVED)
            factories.make_samples(session, corpus, 2, state=SampleState.QUEUED)
    return made


def samples(dataset_id: int, state: SampleState) -> list[int]:
    with db.transaction() as session:
        found = session.query(Sample).filter_by(dataset_id=dataset_id, state=state).order_by(Sample.id)
        return [sample.id for sample in found]


def differences(old: Release, new: Release, **asked: object) -> list[Difference]:
    with db.transaction() as session:
        return list(release_diff.page(session, old, new, **asked))  # type: ignore[arg-type]


def test_every_reason_is_told(dataset_id: int) -> None:
    approved, queued = (samples(dataset_id, state) for state in (SampleState.APPROVED, SampleState.QUEUED))
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, dataset_id), factories.make_user(session)
        factories.join(session, dataset, expert)
        comments.ask(session, dataset, expert, approved[0], "Sure?")
        resolved = comments.ask(session, dataset, expert, approved[1], "Sure?").id
    old = released(dataset_id)
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        comments.resolve(session, dataset, expert, resolved)
        comments.ask(session, dataset, expert, approved[2], "And now?")
        edit = Revision(sample_id=approved[3], content={"prompt": "P", "response": "Better."}, author_id=expert.id)
        session.add(edit)
        session.flush()
        session.get_one(Sample, approved[3]).revision_id = edit.id
        corpus = factories.make_corpus(session, dataset)
        (new_one,) = factories.make_samples(session, corpus, 1, state=SampleState.APPROVED)
    for state, sample in (("rejected", approved[4]), ("queued", approved[5]), ("dropped", approved[6])):
        run_sql("UPDATE samples SET state = :state WHERE id = :sample", state=state, sample=sample)
    run_sql("UPDATE samples SET state = 'approved', decided_at = now() WHERE id = :sample", sample=queued[0])
    new = released(dataset_id)

    found = {one.sample_id: (one.kind, str(one.why)) for one in differences(old, new)}
    assert found == {
        approved[1]: ("came", "A question about it was resolved"),
        approved[2]: ("went", "A question about it is open"),
        approved[3]: ("changed", "An expert edited it"),
        approved[4]: ("went", "It was rejected"),
        approved[5]: ("went", "It was sent back to review"),
        approved[6]: ("went", "The recipe drops it"),
        queued[0]: ("came", "It was decided since"),
        new_one.id: ("came", "Its corpus is new"),
    }
    with db.transaction() as session:
        counts = release_diff.counts(session, old, new)
    assert sum(counts.values()) == len(found)
    assert counts["went", "It was rejected"] == 1


def test_words_of_both_sides_are_shown(dataset_id: int) -> None:
    chosen = samples(dataset_id, SampleState.APPROVED)[3]
    old = released(dataset_id)
    with db.transaction() as session:
        expert = factories.make_user(session)
        edit = Revision(sample_id=chosen, content={"prompt": "P", "response": "Better."}, author_id=expert.id)
        session.add(edit)
        session.flush()
        session.get_one(Sample, chosen).revision_id = edit.id
    (one,) = differences(old, released(dataset_id))
    assert (one.old["response"].startswith("Step"), one.new["response"]) == (True, "Better.")
    assert one.told().text == '{"prompt":"P","response":"Better."}'


def test_another_selection_and_checks_are_reasons(dataset_id: int) -> None:
    with db.transaction() as session:
        corpus = session.get_one(Sample, samples(dataset_id, SampleState.APPROVED)[0]).corpus_id
    old = released(dataset_id)
    new = released(dataset_id, selection={"corpora": [corpus]})
    assert {(one.kind, str(one.why)) for one in differences(old, new)} == {("went", "The selection is another one")}
    assert {(one.kind, str(one.why)) for one in differences(new, old)} == {("came", "The selection is another one")}
    run_sql(
        "UPDATE release_rows SET left_out = 'It holds a question.' WHERE release_id = :release AND position < 2",
        release=new.id,
    )
    run_sql("UPDATE release_rows SET split = 'test' WHERE release_id = :r AND position = 3", r=new.id)
    told = [(one.kind, str(one.why)) for one in differences(old, new) if one.why != "The selection is another one"]
    assert told == [("went", "Left out: It holds a question.")] * 2 + [("moved", "It stands in another split")]


def test_pages_follow_each_other_and_can_be_narrowed(dataset_id: int) -> None:
    old = released(dataset_id)
    run_sql("UPDATE samples SET state = 'rejected' WHERE state = 'approved' AND id % 2 = 0")
    run_sql("UPDATE samples SET state = 'approved', decided_at = now() WHERE state = 'queued'")
    new = released(dataset_id)
    whole = differences(old, new)
    first = differences(old, new, most=3)
    assert [*first, *differences(old, new, after=first[-1].sample_id)] == whole
    gone = differences(old, new, kind="went")
    assert gone == [one for one in whole if one.kind == "went"]
    assert differences(old, new, kind="went", why="rejected") == gone
    assert differences(old, new, kind="went", why="queued") == []


def test_releases_of_two_datasets_are_not_compared(dataset_id: int) -> None:
    other = make_dataset()
    with db.transaction() as session:
        factories.make_samples(
            session, factories.make_corpus(session, session.get_one(Dataset, other)), 1, state=SampleState.APPROVED
        )
    one, two = released(dataset_id), released(other)
    with pytest.raises(Invalid, match="two datasets"):
        differences(one, two)


def test_a_terminal_fetches_and_compares_releases(dataset_id: int, tmp_path: Path) -> None:
    released(dataset_id)
    run_sql("UPDATE samples SET state = 'rejected' WHERE id = (SELECT min(id) FROM samples WHERE state = 'approved')")
    released(dataset_id)

    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, [str(word) for word in words])
        return done.exit_code, done.output

    code, said = run("diff", 1, 2, "--dataset", dataset_id)
    assert code == 0
    assert said.startswith("1\twent\tIt was rejected\nwent: Corpus ")
    for number in (1, 2):
        assert run("fetch", dataset_id, number, tmp_path / f"v{number}")[0] == 0
        assert run("verify", tmp_path / f"v{number}")[0] == 0
    assert run("diff", tmp_path / "v1", tmp_path / "v2")[1].startswith("1\twent\tnot in the second\n")
    assert "no release 3" in str(
        CliRunner().invoke(app, ["fetch", str(dataset_id), "3", str(tmp_path / "v3")]).exception
    )
