"""What stands beside a release's data: facts that add up, no person's name, and the same for the same state."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import db
from app.curation.releasing.composition import Composition
from app.curation.releasing.manifest import Manifest, as_bytes
from app.curation.releasing.verifying import verify
from app.curation.sample import Form
from app.models import (
    Acceptance,
    Adjudication,
    Cause,
    Dataset,
    Decision,
    Guideline,
    JobState,
    Rubric,
    Sample,
    SampleState,
)
from app.services import comments, releases, signing
from app.services.errors import Invalid
from tests import factories
from tests.services.engine import hurry, make_dataset, run_sql, work_off
from tests.services.release_folders import find, laid_out, released


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    """Sixty samples of two corpora in all states; three reviewers, of whom two agree less than fully."""
    made = make_dataset(name="Ward: answers", goal='Good "ones".')
    others = [state for state in SampleState if state is not SampleState.APPROVED]
    with db.transaction() as session:
        dataset = session.get_one(Dataset, made)
        guideline = Guideline(dataset_id=made, version=1, text="Be right.")
        rubric = Rubric(dataset_id=made, version=1, questions=[{"key": "tone", "title": "Tone?"}])
        session.add_all([guideline, rubric])
        session.flush()
        people = [factories.make_user(session, name) for name in ("Zoe Quill", "Adam Ost", "Mia Berg")]
        for person in people:
            member = factories.join(session, dataset, person)
            member.fields = ["cardiology"]
        for licence in ("CC-BY-4.0", ""):
            corpus = factories.make_corpus(session, dataset)
            corpus.licence = licence
            for number in range(30):
                state = SampleState.APPROVED if number % 2 else others[number // 2 % len(others)]
                (sample,) = factories.make_samples(session, corpus, 1, state=state)
                if state is SampleState.APPROVED:
                    for place, person in enumerate(people[: 2 + number % 3 // 2], 1):
                        decision = Decision.REJECT if place == 2 and number % 5 == 0 else Decision.APPROVE
                        factories.make_review(
                            session,
                            sample,
                            person,
                            decision,
                            number=place,
                            guideline_id=guideline.id,
                            rubric_id=rubric.id,
                        )
    return made


def manifest(release: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_bytes(release.manifest))
    return found


def test_every_number_adds_up_and_the_release_verifies(dataset_id: int, tmp_path: Path) -> None:
    release = released(dataset_id)
    found = verify(laid_out(release, tmp_path / "r"), signing.public_key())
    assert found.problems == []
    funnel = manifest(release)["funnel"]
    assert (funnel["lines"], funnel["samples"], funnel["approved"], funnel["released"]) == (60, 60, 30, 30)
    assert manifest(release)["licences"] == {"": 15, "CC-BY-4.0": 15}
    assert [one["released"] for one in manifest(release)["corpora"]] == [15, 15]


def test_samples_that_stay_out_are_in_the_funnel(dataset_id: int, tmp_path: Path) -> None:
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, dataset_id), factories.make_user(session)
        factories.join(session, dataset, expert)
        asked = session.query(Sample).filter_by(state=SampleState.APPROVED).order_by(Sample.id).first()
        assert asked
        comments.ask(session, dataset, expert, asked.id, "Sure?")
        corpus = factories.make_corpus(session, dataset)
        factories.make_samples(session, corpus, 4, form=Form.TEXT, state=SampleState.APPROVED)
        chosen = [asked.corpus_id, corpus.id]
    release = released(dataset_id, selection={"corpora": chosen})
    funnel = manifest(release)["funnel"]
    found = {name: funnel[name] for name in ("taken", "not_selected", "open_questions", "left_out", "released")}
    assert found == {"taken": 34, "not_selected": 15, "open_questions": 1, "left_out": 4, "released": 14}
    assert verify(laid_out(release, tmp_path / "r")).problems == []
    assert all(isinstance(name, str) for name in manifest(release)["composition"]["selection"]["corpora"])


def test_two_releases_of_one_state_have_the_same_manifest_and_signature(dataset_id: int, tmp_path: Path) -> None:
    one, two = (laid_out(released(dataset_id), tmp_path / name) for name in ("one", "two"))
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(names) == 6
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_reviewers_are_numbers_that_stay(dataset_id: int, tmp_path: Path) -> None:
    first = manifest(released(dataset_id))["reviewers"]
    assert [one["name"] for one in first] == ["Reviewer 1", "Reviewer 2", "Reviewer 3"]
    assert sum(one["reviews"] for one in first) == 70
    assert first[0]["fields"] == ["cardiology"]
    with db.transaction() as session:
        newcomer = factories.make_user(session, "Aaron Aal")
        for sample in session.query(Sample).filter_by(state=SampleState.APPROVED).limit(5):
            factories.make_review(session, sample, newcomer, number=9)
    release = released(dataset_id)
    assert manifest(release)["reviewers"][:3] == first
    assert manifest(release)["reviewers"][3]["reviews"] == 5
    folder = laid_out(release, tmp_path / "r")
    for path in folder.rglob("*.*"):
        if path.is_file():
            assert not {b"Zoe", b"Adam", b"Mia", b"Aaron", b"clinic.example"} & {*path.read_bytes().split()}
            assert b"Quill" not in path.read_bytes()


def test_versions_agreement_and_their_hashes_are_said(dataset_id: int) -> None:
    found = manifest(released(dataset_id))
    assert [(one["version"], one["reviews"]) for one in found["guidelines"]] == [(1, 70)]
    assert len(found["guidelines"][0]["sha256"]) == 64
    assert found["rubrics"][0]["questions"] == [{"key": "tone", "title": "Tone?"}]
    (decision,) = found["agreement"]
    assert decision["samples"] == 30
    assert decision["percent"]["low"] < decision["percent"]["value"] < decision["percent"]["high"] < 1


def test_the_card_s_head_is_what_the_hub_reads(dataset_id: int, tmp_path: Path) -> None:
    folder = laid_out(released(dataset_id), tmp_path / "r")
    _, head, body = (folder / "README.md").read_text().split("---\n", 2)
    found = yaml.safe_load(head)
    assert found["pretty_name"] == "Ward: answers"
    assert found["license"] == ["cc-by-4.0", "unknown"]
    assert found["size_categories"] == ["n<1K"]
    assert found["configs"][0]["data_files"] == [{"split": "train", "path": ["data/train-*"]}]
    assert "15 released samples come from corpora without a recorded licence." in body
    assert body.count("Not recorded.") > 20
    cited = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert (cited["cff-version"], cited["title"], cited["abstract"]) == ("1.2.0", "Ward: answers", 'Good "ones".')


def test_datasets_loads_the_folder(dataset_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    folder = laid_out(released(dataset_id, layout={"provenance": True}), tmp_path / "r")
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 30}
    place = loaded["train"][0]["_provenance"]
    assert place["corpus"].startswith("Corpus ")
    assert (place["line"], place["edited"], place["guideline"]) == (2, False, 1)


def test_provenance_says_who_and_how_many_agreed(dataset_id: int, tmp_path: Path) -> None:
    run_sql("UPDATE samples SET decided_at = '2026-03-04T23:30:00Z' WHERE state = 'approved'")
    release = released(dataset_id, layout={"provenance": True})
    (data,) = (laid_out(release, tmp_path / "r") / "data").iterdir()
    rows = [json.loads(line)["_provenance"] for line in data.read_text().splitlines()]
    assert {row["decided_on"] for row in rows} == {"2026-03-04"}
    assert sum(row["reviews"] for row in rows) == 70
    assert sum(row["reviews"] - row["agreeing"] for row in rows) == 6
    assert all(row["reviewers"].count("Reviewer") == row["reviews"] for row in rows)
    assert {type(value) for row in rows for value in row.values()} == {str, int, bool}


def test_the_manifest_names_its_version_and_no_moment(dataset_id: int) -> None:
    release = released(dataset_id)
    assert release.manifest["schema_version"] == 1
    assert Manifest.read(as_bytes(release.manifest)).rows == 30
    assert "unsaid" not in release.manifest


def test_what_is_taken_back_while_a_release_is_written_counts_all_the_same(dataset_id: int) -> None:
    undisturbed = released(dataset_id)
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        late = releases.compose(session, dataset, Composition(format="prompt_completion")).id
    assert work_off(int(find(late).job_id or 0)).state is JobState.SUCCEEDED
    run_sql("UPDATE reviews SET undone_at = now() WHERE id % 2 = 0")
    run_sql("UPDATE reviews SET counted = false, superseded_at = now() WHERE id % 3 = 0")
    assert work_off(int(find(late).job_id or 0)).state is JobState.SUCCEEDED
    one, other = manifest(undisturbed), manifest(find(late))
    assert one == other


def test_a_folder_in_use_is_left_alone(dataset_id: int, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(Invalid, match="Nothing was written"):
        laid_out(released(dataset_id), tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["mine"]


def test_provenance_names_the_lead_who_settled_and_the_acceptance(dataset_id: int, tmp_path: Path) -> None:
    with db.transaction() as session:
        lead = factories.make_user(session, "Lena Lead")
        first, second = session.query(Sample).filter_by(state=SampleState.APPROVED).order_by(Sample.id).limit(2)
        session.add(
            Adjudication(
                dataset_id=dataset_id,
                sample_id=first.id,
                lead_id=lead.id,
                decision=Decision.APPROVE,
                cause=Cause.SLIP,
                idempotency_key="one",
            )
        )
        accepted = Acceptance(
            dataset_id=dataset_id,
            name="The rest",
            stratum={"search": {"corpora": [first.corpus_id]}, "cluster": 7},
            tolerable=0.05,
            confidence=0.95,
            allowed=0,
            seed=1,
            population=1,
            certificate={"judged": 59, "population": 900, "defects": 0, "confidence": 0.95, "released_bound": 0.049},
        )
        session.add(accepted)
        session.flush()
        second.acceptance_id = accepted.id
    release = released(dataset_id, layout={"provenance": True})
    folder = laid_out(release, tmp_path / "r")
    (data,) = (folder / "data").iterdir()
    one, two = (json.loads(line)["_provenance"] for line in data.read_text().splitlines()[:2])
    known = {person["name"]: person for person in manifest(release)["reviewers"]}
    assert known[one["settled_by"]]["settled"] == 1
    assert (two["acceptance"], two["settled_by"]) == ("The rest", "")
    (certificate,) = manifest(release)["acceptances"]
    assert certificate["stratum"]["cluster"] is True
    assert certificate["stratum"]["search"]["corpora"][0].startswith("Corpus ")
    assert "at most 4.90% of the approved ones have one." in (folder / "README.md").read_text()
    assert "Lead" not in data.read_text()
