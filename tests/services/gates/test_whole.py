"""Checks of a release as a whole: each catches the fault that was planted for it, across shards, and lets the rest pass."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import db
from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.curation.rubric import loaded
from app.models import Comment, Decision, Guideline, Job, JobKind, Release, ReleaseFile, Rubric, Sample, User
from app.services import jobs, release_checking
from app.services.gate import checks
from app.services.gates import conflicts, duplicates
from tests import factories
from tests.services.engine import work_off
from tests.services.gates.gating import Gate, expert_of, gate, more, planted

CAPITAL = "What is the capital of Australia?"


def asked(prompt: str, response: str) -> dict[str, str]:
    return {"prompt": prompt, "response": response}


# Licences


def test_rows_without_a_stated_licence_are_told() -> None:
    dataset_id, _ = planted(8)
    bad = more(dataset_id, 2, licence=" ")
    found = gate(dataset_id)
    assert found.told("licences")[:2] == ("warn", 2)
    assert found.findings["licences"] == [(one, "No licence is stated for the corpus that it comes from.") for one in bad]
    assert found.checks["licences"].facts["licences"] == {"": 2, "CC-BY-4.0": 8}


def test_a_licence_that_is_not_allowed_holds_the_release() -> None:
    dataset_id, _ = planted(8)
    bad = more(dataset_id, 1, licence="CC-BY-NC-4.0") + more(dataset_id, 1, licence="")
    found = gate(dataset_id, gate={"licences": ["CC-BY-4.0"]})
    assert found.told("licences")[:2] == ("block", 2)
    assert [sample for sample, _ in found.findings["licences"]] == bad
    assert "“CC-BY-NC-4.0”" in found.findings["licences"][0][1]


def test_allowed_licences_pass() -> None:
    dataset_id, _ = planted(8)
    assert gate(dataset_id, gate={"licences": ["CC-BY-4.0"]}).told("licences")[0] == "pass"


# Copies


def test_a_record_that_stands_there_twice_is_found_in_another_shard_too(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, samples = planted(10)
    with db.transaction() as session:
        content = session.get_one(Sample, samples[1]).content
    bad = more(dataset_id, [{**content, "context": ""}])  # imported it is another sample; in this format the same row
    found = gate(dataset_id)
    assert found.told("duplicates")[:2] == ("block", 1)
    assert found.findings["duplicates"] == [(bad[0], duplicates.WHY)]
    assert found.checks["duplicates"].facts == {"copies": 1, "share": 0.0909}

    monkeypatch.setattr(duplicates, "FEW", 0.1)
    assert gate(dataset_id).told("duplicates")[:2] == ("warn", 1)


def test_a_row_that_was_left_out_since_is_no_copy() -> None:
    dataset_id, _ = planted([asked(CAPITAL, "Canberra."), {**asked(CAPITAL, "Canberra."), "context": ""}])
    found = gate(dataset_id)
    with db.transaction() as session:
        session.execute(text("UPDATE release_rows SET left_out = 'Too near to the test split.' WHERE position = 1"))
        release = session.get_one(Release, found.release_id)
        composition = Composition.model_validate(release.composition)
        outcome = checks()["duplicates"].outcome(session, release, composition, Counter())
    assert (found.checks["duplicates"].level.value, outcome.level.value) == ("block", "pass")


def test_different_records_pass() -> None:
    dataset_id, _ = planted(10)
    assert gate(dataset_id).told("duplicates")[:2] == ("pass", 0)


# Conflicts


def test_two_answers_to_one_question_name_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = planted([asked(CAPITAL, "Canberra."), *(asked(f"How far is {n} miles?", f"It is {n}.") for n in range(9))])
    with db.transaction() as session:
        (first,) = [one.id for one in session.query(Sample).filter_by(dataset_id=dataset_id, number=0)]
    (second,) = more(dataset_id, [asked("what is the capital of australia", "Sydney.")], name="Atlas")
    found = gate(dataset_id)

    assert found.told("conflicts")[:2] == ("block", 2)
    assert [sample for sample, _ in found.findings["conflicts"]] == [first, second]
    assert found.findings["conflicts"][0][1] == "It answers differently from line 1 of Atlas."
    assert found.checks["conflicts"].facts == {"pairs": 1, "compared": 1, "compared_all": True, "share": 0.1818}

    monkeypatch.setattr(conflicts, "FEW", 0.2)
    assert gate(dataset_id).told("conflicts")[:2] == ("warn", 2)


def test_the_same_answer_in_other_words_is_no_conflict() -> None:
    dataset_id, _ = planted([asked(CAPITAL, "Canberra."), asked(CAPITAL, "It is Canberra."), asked("", "A."), asked("", "B.")])
    assert gate(dataset_id).told("conflicts")[:2] == ("pass", 0)


def test_where_not_all_pairs_are_compared_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "MOST_PAIRS", 1)
    dataset_id, _ = planted([asked(CAPITAL, "Canberra."), asked(CAPITAL, "It is Canberra."), asked(CAPITAL, "Sydney.")])
    level, _, words = gate(dataset_id).told("conflicts")
    assert (level, words) == ("warn", "Of rows with the same question, only 1 pairs were compared; they agree.")


def test_a_rejected_answer_conflicts_with_nothing() -> None:
    dataset_id, samples = planted([asked(CAPITAL, "Canberra."), asked(CAPITAL, "Sydney.")])
    with db.transaction() as session:
        session.execute(text("UPDATE samples SET state = 'rejected' WHERE id = :id"), {"id": samples[1]})
    found = gate(dataset_id, "kto")
    assert found.checks["format"].level.value == "pass"
    assert found.told("conflicts")[:2] == ("pass", 0)


# Questions


def opened_after_freezing(monkeypatch: pytest.MonkeyPatch, sample_id: int) -> None:
    """Somebody asks before the checks come to their end."""
    kind = jobs.KINDS[JobKind.CHECK]

    def succeeded(session: Session, job: Job) -> None:
        sample = session.get_one(Sample, sample_id)
        author = factories.make_user(session)
        values = {"dataset_id": sample.dataset_id, "sample_id": sample.id, "author_id": author.id}
        session.add(Comment(**values, text="Is this still right?", is_question=True))
        session.flush()
        kind.succeeded(session, job)

    monkeypatch.setitem(jobs.KINDS, JobKind.CHECK, replace(kind, succeeded=succeeded))


def test_a_question_that_was_opened_since_holds_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, samples = planted(8)
    opened_after_freezing(monkeypatch, samples[3])
    found = gate(dataset_id)
    assert found.told("questions")[:2] == ("block", 1)
    assert found.findings["questions"] == [(samples[3], "A question about it was opened after the release was frozen.")]


def reviewed(sample_ids: list[int], *decisions: Decision, answers: dict[str, Any] | None = None, guideline: int | None = None) -> None:
    """Each decision by another expert, the same ones for all samples."""
    experts = [expert_of(sample_ids[0]) for _ in decisions]
    with db.transaction() as session:
        for sample_id in sample_ids:
            sample = session.get_one(Sample, sample_id)
            for number, (expert, decision) in enumerate(zip(experts, decisions, strict=True), 1):
                user = session.get_one(User, expert)
                values = {"answers": answers or {}, "guideline_id": guideline, "counted": True}
                factories.make_review(session, sample, user, decision, number=number, **values)


def guideline(dataset_id: int, version: int) -> int:
    with db.transaction() as session:
        made = Guideline(dataset_id=dataset_id, version=version, text=f"Rule {version}.")
        session.add(made)
        session.flush()
        return made.id


def test_rows_decided_under_older_guidelines_are_told() -> None:
    dataset_id, samples = planted(8)
    reviewed(samples[:2], Decision.APPROVE, guideline=guideline(dataset_id, 1))
    assert gate(dataset_id).told("questions")[0] == "pass"

    reviewed(samples[2:], Decision.APPROVE, guideline=guideline(dataset_id, 2))
    found = gate(dataset_id)
    assert found.told("questions")[:2] == ("warn", 2)
    assert [sample for sample, _ in found.findings["questions"]] == samples[:2]
    assert found.checks["questions"].facts == {"opened_since": 0, "older_guidelines": 2}


# Agreement


def agreeing(share: float) -> Gate:
    """Forty samples with two reviews each; so many of them agree, half of them on each decision."""
    dataset_id, samples = planted(40)
    same = int(len(samples) * share)
    reviewed(samples[: same // 2], Decision.APPROVE, Decision.APPROVE)
    reviewed(samples[same // 2 : same], Decision.REJECT, Decision.REJECT)
    if samples[same:]:
        reviewed(samples[same:], Decision.APPROVE, Decision.REJECT)
    return gate(dataset_id, gate={"agreement_floor": 0.6})


def test_agreement_below_the_floor_holds_the_release() -> None:
    level, _, words = agreeing(0.6).told("agreement")
    assert level == "block"
    assert words.startswith("Agreement is below the floor of 0.6: Decision 0.")


def test_agreement_above_the_floor_passes() -> None:
    found = agreeing(1)
    assert found.told("agreement")[0] == "pass"
    assert found.checks["agreement"].facts["alpha"]["decision"]["value"] == 1


def test_agreement_that_may_be_below_the_floor_is_told() -> None:
    level, _, words = agreeing(0.85).told("agreement")
    assert (level, "too few" in words) == ("warn", True)


def test_with_one_review_each_agreement_cannot_be_told() -> None:
    dataset_id, samples = planted(8)
    reviewed(samples, Decision.APPROVE)
    level, _, words = gate(dataset_id, gate={"agreement_floor": 0.6}).told("agreement")
    assert (level, "cannot be told" in words) == ("warn", True)


# Balance


def labelled(urgent: int, other: int) -> int:
    dataset_id, samples = planted(urgent + other)
    choice = {"kind": "single", "key": "topic", "title": "Topic", "options": ["urgent", "other"]}
    with db.transaction() as session:
        session.add(Rubric(dataset_id=dataset_id, version=1, questions=[choice]))
        assert loaded([choice])
    reviewed(samples[:urgent], Decision.APPROVE, answers={"topic": "urgent"})
    reviewed(samples[urgent:], Decision.APPROVE, answers={"topic": "other"})
    return dataset_id


def test_a_label_above_the_largest_share_holds_the_release() -> None:
    found = gate(labelled(9, 1), gate={"largest_label_share": 0.8})
    assert found.told("balance") == ("block", 0, "“urgent” makes up 90 % of the rows; you allow 80 %.")
    assert found.checks["balance"].facts["labels"] == {"topic": {"other": 1, "urgent": 9}}


def test_balanced_labels_pass() -> None:
    assert gate(labelled(5, 5), gate={"largest_label_share": 0.8}).told("balance")[0] == "pass"


def test_a_corpus_above_the_largest_share_is_told() -> None:
    dataset_id, _ = planted(9, name="Large")
    more(dataset_id, 1, name="Small")
    level, _, words = gate(dataset_id, gate={"largest_label_share": 0.8}).told("balance")
    assert (level, words) == ("warn", "“Large” makes up 90 % of the rows; you allow 80 %.")


# The gate as a whole


def test_facts_are_the_same_on_any_number_of_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id = labelled(9, 5)
    more(dataset_id, [asked(CAPITAL, "Canberra."), asked(CAPITAL, "Sydney."), {**asked(CAPITAL, "Sydney."), "context": ""}])

    def facts(found: Gate) -> dict[str, Any]:
        return {key: (one.level, one.words, one.rows, one.facts) for key, one in found.checks.items()}

    many = gate(dataset_id)
    monkeypatch.setattr(release_checking, "ROWS_PER_SHARD", 1_000)
    one = gate(dataset_id)
    assert facts(many) == facts(one)
    for found in (many, one):
        assert [row for key in sorted(found.findings) for row in found.findings[key]]
    assert many.findings == one.findings


def test_fewer_rows_than_a_service_reads_are_told() -> None:
    few, _ = planted(9)
    level, rows, words = gate(few).told("limits")
    assert (level, rows) == ("warn", 0)
    assert "There are 9 rows" in words
    enough, _ = planted(10)
    assert gate(enough).told("limits")[0] == "pass"
    assert gate(few, "alpaca").told("limits")[0] == "pass", "another format has no such limit"


def test_a_file_larger_than_a_service_reads_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = planted(12)
    monkeypatch.setattr(exporters()["messages"], "largest_file", 500)
    level, _, words = gate(dataset_id).told("limits")
    assert (level, "MiB" in words) == ("warn", True)


def test_the_size_of_a_file_is_known_before_it_is_written() -> None:
    dataset_id, _ = planted(12)
    found = gate(dataset_id)
    with db.transaction() as session:
        writing = int(session.get_one(Release, found.release_id).job_id or 0)
    work_off(writing)
    with db.transaction() as session:
        (size,) = session.scalars(select(ReleaseFile.size).where(ReleaseFile.release_id == found.release_id, ReleaseFile.rows > 0))
    assert found.checks["limits"].facts["largest_file"] == size
