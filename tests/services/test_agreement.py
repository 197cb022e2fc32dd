"""Agreement of a dataset's experts: what is counted, what is left out, and equality with independent libraries."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.curation.rubric import loaded
from app.models import Dataset, Decision, Review, SampleState, Slot, SlotPurpose, User
from app.services import agreement, differing, rubrics
from tests import factories

SHARED = Path(__file__).parents[3] / "shared" / "data"
Table = list[list[Any]]


def people(session: Session, count: int) -> list[User]:
    return [factories.make_user(session) for _ in range(count)]


def record(
    session: Session,
    dataset: Dataset,
    experts: Sequence[User],
    table: Sequence[Sequence[Any]],
    **more: Any,
) -> list[Review]:
    """A sample per row and a counted answer per entry: a decision, or (decision, answers to questions)."""
    corpus = factories.make_corpus(session, dataset)
    samples = factories.make_samples(session, corpus, len(table), state=SampleState.QUEUED)
    made = []
    for sample, row in zip(samples, table, strict=True):
        for number, (expert, said) in enumerate(zip(experts, row, strict=True), 1):
            if said is not None:
                decision, answers = said if isinstance(said, tuple) else (said, {})
                reason = "wrong" if decision is Decision.REJECT else ""
                made.append(
                    factories.make_review(
                        session, sample, expert, decision, number=number, answers=answers, reason=reason, **more
                    )
                )
    return made


A, R, F = Decision.APPROVE, Decision.REJECT, Decision.FLAG


def figures(report: agreement.Report, key: str) -> agreement.Figures:
    return next(one for one in report.figures if one.key == key)


def test_the_decision_of_each_two_experts(session: Session, dataset: Dataset) -> None:
    ann, bob, eve = people(session, 3)
    record(session, dataset, (ann, bob, eve), [[A, A, None], [A, R, None], [R, R, R], [A, None, R], [F, None, None]])
    report = agreement.compute(session, dataset)

    decision = figures(report, "decision")
    assert decision.samples == 4
    assert decision.percent.value == pytest.approx(4 / 6)
    assert {label.label: label.given for label in decision.labels} == {"Reject": 5, "Approve": 4}
    assert report.experts == sorted(person.id for person in (ann, bob, eve))
    pair = report.pairs[ann.id, bob.id]
    assert (pair.samples, pair.same) == (3, 2)
    assert pair.kappa == pytest.approx(float(cohen_kappa_score(["a", "a", "r"], ["a", "r", "r"])))
    assert report.pairs[bob.id, eve.id].kappa is None  # both said one and the same on the one they share


def test_what_does_not_stand_is_not_counted(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    reviews = record(session, dataset, (ann, bob), [[A, A], [A, R], [R, R], [A, R], [A, R]])
    late, undone, gold = reviews[3], reviews[7], reviews[9]
    late.counted, undone.undone_at = False, datetime.now(UTC)
    session.flush()
    session.execute(update(Slot).where(Slot.id == gold.slot_id).values(purpose=SlotPurpose.GOLD))
    skipped = record(session, dataset, (ann, bob), [[A, Decision.SKIP]])
    assert skipped

    decision = figures(agreement.compute(session, dataset), "decision")
    assert decision.samples == 2
    assert decision.percent.value == 1


def test_other_datasets_are_not_counted(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    record(session, dataset, (ann, bob), [[A, A], [R, R]])
    record(session, factories.make_dataset(session), (ann, bob), [[A, R]] * 5)
    assert figures(agreement.compute(session, dataset), "decision").alpha.value == 1


def test_questions_are_compared_by_what_they_are(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    rng = np.random.default_rng(0)
    rows: Table = []
    for _ in range(40):
        stars = rng.integers(1, 6, 2).tolist()
        topics = [
            sorted(rng.choice(["heart", "lung", "skin"], rng.integers(0, 3), replace=False).tolist()) for _ in "ab"
        ]
        sure = rng.choice(["yes", "no"], 2).tolist()
        rows.append(
            [
                (A, {"stars": stars[at], "topics": topics[at], "sure": sure[at], "why": f"{'words ' * 20}{rng.random()}",
                     "spans": {"from": 1}, "share": stars[at] / 8})
                for at in (0, 1)
            ]
        )  # fmt: skip
    record(session, dataset, (ann, bob), rows)
    report = agreement.compute(session, dataset)

    assert {one.key for one in report.figures} == {"decision", "stars", "topics", "sure", "share"}
    said = {key: np.array([[entry[1][key] for entry in row] for row in rows]).T for key in ("stars", "share")}
    for key, level in (("stars", "ordinal"), ("share", "interval")):
        expected = krippendorff.alpha(reliability_data=said[key].astype(float), level_of_measurement=level)
        assert figures(report, key).alpha.value == pytest.approx(float(expected))
    sure = [[entry[1]["sure"] for entry in row] for row in rows]
    assert figures(report, "sure").alpha.value == pytest.approx(float(nominal(sure)))
    assert figures(report, "topics").alpha.value is not None
    assert figures(report, "stars").title == "Stars"


def test_answers_of_mixed_shapes_are_compared_as_words(session: Session, dataset: Dataset) -> None:
    """A question that was a choice in one version of the rubric and a number in the next."""
    ann, bob = people(session, 2)
    rows = [[(A, {"grade": one}), (A, {"grade": other})] for one, other in [(1, "1"), ("good", "good"), (2, ["2"])]]
    record(session, dataset, (ann, bob), rows)
    assert figures(agreement.compute(session, dataset), "grade").percent.value == 1


def test_weeks_are_those_of_a_sample_s_last_answer(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    reviews = record(session, dataset, (ann, bob), [[A, A], [R, R], [A, R], [A, A], [R, R]])
    monday = datetime(2026, 6, 1, tzinfo=UTC)
    for review, days in zip(reviews, [0, 6, 5, 6, 0, 7, 7, 8, 9, 13], strict=True):
        review.created_at = monday + timedelta(days=days, hours=1)
    session.flush()
    weeks = figures(agreement.compute(session, dataset), "decision").weeks
    assert [(week.monday, week.samples) for week in weeks] == [
        (monday.date(), 2),
        (monday.date() + timedelta(days=7), 3),
    ]
    assert weeks[0].alpha == 1
    assert weeks[1].alpha is not None
    assert weeks[1].alpha < 1


def test_figures_are_kept_until_an_answer_comes_or_goes(session: Session, dataset: Dataset, queries: list[str]) -> None:
    ann, bob = people(session, 2)
    reviews = record(session, dataset, (ann, bob), [[A, A], [R, R], [A, R]])
    first = agreement.of(session, dataset)
    queries.clear()
    assert agreement.of(session, dataset) is first
    assert len(queries) == 1
    reviews[-1].undone_at = datetime.now(UTC)
    session.flush()
    assert figures(agreement.of(session, dataset), "decision").alpha.value == 1
    record(session, dataset, (ann, bob), [[R, A]])
    assert figures(agreement.of(session, dataset), "decision").samples == 3


def test_figures_that_are_dear_are_not_counted_anew_at_every_answer(
    session: Session, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "DEAR", 0)
    ann, bob = people(session, 2)
    record(session, dataset, (ann, bob), [[A, A], [R, R]])
    first = agreement.of(session, dataset)
    record(session, dataset, (ann, bob), [[R, A]])
    assert agreement.of(session, dataset) is first
    monkeypatch.setattr(agreement, "REST", 0)
    assert figures(agreement.of(session, dataset), "decision").samples == 3


def test_an_empty_dataset_has_no_figure(session: Session, dataset: Dataset) -> None:
    report = agreement.compute(session, dataset)
    assert [one.key for one in report.figures] == ["decision"]
    assert figures(report, "decision").alpha.value is None
    assert report.pairs == {}


def test_a_cell_s_samples_are_those_on_which_the_two_differ(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    rows: Table = [[A, A], [A, R], [R, A], [R, R]] * 15
    reviews = record(session, dataset, (ann, bob), rows)
    reviews[3].undone_at = datetime.now(UTC)
    session.flush()
    found, after = [], 0
    while True:
        page = differing.page(session, dataset, ann.id, bob.id, after=after)
        found += page.rows
        assert len(page.rows) <= differing.PAGE
        if page.next_key is None:
            break
        after = page.next_key
    expected = [review.sample_id for review in reviews[::2]]
    assert [row.sample_id for row in found] == [one for at, one in enumerate(expected) if at % 4 in (1, 2) and at != 1]
    assert {(row.one, row.other) for row in found} == {("approve", "reject"), ("reject", "approve")}


def test_a_cell_of_a_question_shows_both_answers(session: Session, dataset: Dataset) -> None:
    ann, bob = people(session, 2)
    record(session, dataset, (ann, bob), [[(A, {"sure": "yes"}), (A, {"sure": "no"})], [(A, {"sure": "yes"}), (A, {})]])
    page = differing.page(session, dataset, ann.id, bob.id, "sure")
    assert [(row.one_answer, row.other_answer) for row in page.rows] == [("yes", "no")]


def nominal(table: Table) -> float:
    """Of the independent library, which wants numbers."""
    codes = {
        value: code for code, value in enumerate(sorted({value for row in table for value in row if value is not None}))
    }
    data = np.array([[np.nan if value is None else codes[value] for value in row] for row in table], float).T
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


@pytest.mark.skipif(not (SHARED / "expert_judgements_tulu").is_dir(), reason="needs the shared test data")
def test_published_judgements_of_many_experts(session: Session, dataset: Dataset) -> None:
    """Sixteen experts compared two models' answers; both orders of the two were shown, so they are put into one."""
    lines = (SHARED / "expert_judgements_tulu" / "annotations.jsonl").read_text().splitlines()
    said: dict[tuple[str, ...], dict[str, tuple[Decision, dict[str, Any]]]] = {}
    for line in map(json.loads, lines):
        is_turned = line["model_a"] > line["model_b"]
        first, second = ("b", "a") if is_turned else ("a", "b")
        steps = {"tie": 0, "a-is-slightly-better": -1, "a-is-better": -2, "b-is-slightly-better": 1, "b-is-better": 2}
        unit = (line["instance_id"], *sorted((line["model_a"], line["model_b"])))
        answers = {
            "second_is_acceptable": line[f"completion_{second}_is_acceptable"],
            "preference": steps[line["preference"]] * (-1 if is_turned else 1),
        }
        decision = A if line[f"completion_{first}_is_acceptable"] == "yes" else R
        said.setdefault(unit, {}).setdefault(line["evaluator"], (decision, answers))
    names = sorted({name for given in said.values() for name in given})
    experts = people(session, len(names))
    table = [[given.get(name) for name in names] for given in said.values()]
    record(session, dataset, experts, table)
    report = agreement.compute(session, dataset)

    decisions = [[entry[0].value if entry else None for entry in row] for row in table]
    assert figures(report, "decision").alpha.value == pytest.approx(nominal(decisions), abs=1e-12)
    second = [[entry[1]["second_is_acceptable"] if entry else None for entry in row] for row in table]
    assert figures(report, "second_is_acceptable").alpha.value == pytest.approx(nominal(second), abs=1e-12)
    steps_said = np.array([[entry[1]["preference"] if entry else np.nan for entry in row] for row in table], float).T
    expected = krippendorff.alpha(reliability_data=steps_said, level_of_measurement="ordinal")
    assert figures(report, "preference").alpha.value == pytest.approx(float(expected), abs=1e-12)
    compared = 0
    for (one, other), pair in report.pairs.items():
        places = [[person.id for person in experts].index(number) for number in (one, other)]
        both = [(row[places[0]], row[places[1]]) for row in decisions if row[places[0]] and row[places[1]]]
        assert pair.samples == len(both)
        if pair.kappa is not None:
            assert pair.kappa == pytest.approx(float(cohen_kappa_score(*zip(*both, strict=True))), abs=1e-12)
            compared += 1
    assert compared > 5
    for one in report.figures:
        print(one.key, one.samples, one.percent, one.alpha)


@pytest.mark.skipif(not (SHARED / "bench_pubmedqa").is_dir(), reason="needs the shared test data")
def test_pubmedqa_s_two_labels(session: Session, dataset: Dataset) -> None:
    """One annotator read the conclusion, the other did not: yes, no or maybe on a thousand questions."""
    items = json.loads((SHARED / "bench_pubmedqa" / "ori_pqal.json").read_text()).values()
    meant = {"yes": A, "no": R, "maybe": F}
    pairs = [(item["reasoning_required_pred"], item["reasoning_free_pred"]) for item in items]
    ann, bob = people(session, 2)
    record(session, dataset, (ann, bob), [[(meant[said], {"label": said}) for said in pair] for pair in pairs])
    report = agreement.compute(session, dataset)

    expected = float(cohen_kappa_score(*zip(*pairs, strict=True)))
    assert report.pairs[ann.id, bob.id].kappa == pytest.approx(expected, abs=1e-12)
    for key in ("decision", "label"):
        assert figures(report, key).alpha.value == pytest.approx(nominal([list(pair) for pair in pairs]), abs=1e-12)
        assert figures(report, key).percent.value == pytest.approx(
            sum(one == other for one, other in pairs) / len(pairs)
        )
    print("kappa", expected, figures(report, "decision").percent, figures(report, "decision").alpha)


def test_sentences_are_compared_one_by_one(session: Session, dataset: Dataset) -> None:
    """As if each sentence were a sample: the figures are those of an independent library on that table."""
    ann, bob = people(session, 2)
    [asked] = loaded([{"kind": "claims", "key": "said", "title": "What does the source say?"}])
    rubrics.save(session, dataset, ann, [asked], 0)
    labels = ["supported", "contradicted", "not_in_source"]
    said: Table = [[(0, 0, 1), (0, 1, 1)], [(2, 0, 0), (2, 0, 1)], [(1, 1, 0), (1, 2, 0)], [(0, 2, 1), None]]

    def answer(codes: tuple[int, ...]) -> dict[str, Any]:
        return {"said": [{"path": ["response"], "start": at * 10, "end": at * 10 + 9, "label": labels[code]} for at, code in enumerate(codes)]}

    record(session, dataset, [ann, bob], [[None if one is None else (A, answer(one)) for one in row] for row in said])
    found = figures(agreement.compute(session, dataset), "said")
    table = [[codes[at] for row in said[:3] for codes in [row[person]] for at in range(3)] for person in range(2)]

    assert found.title == "What does the source say?"
    assert found.samples == 9
    assert found.alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    assert [one.label for one in found.labels] == ["Supported", "Contradicted", "Not in the source"]
