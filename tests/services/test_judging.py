"""Model judges: asked once, paid once, within the budget; agreement measured; experts see nothing before it is."""

from decimal import Decimal
from typing import Any

import pytest

from app import db
from app.curation.judge.criterion import JudgeKind
from app.models import Dataset, Decision, JudgeVersion, Sample, User
from app.services import judge_sharing, judge_standing, judges, suggesting
from app.services.errors import Conflict, Invalid
from tests import factories
from tests.llm_server import Model, model_server
from tests.services.engine import hurry, rows, run_sql, work_off
from tests.services.judging import PAID, PRICED, Ground, run_of


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with model_server(tmp_path_factory.mktemp("model")) as running:
        yield running


@pytest.fixture
def model(server: Model, request: pytest.FixtureRequest) -> Model:
    return server.named(request.node.name.replace("[", "-").replace("]", ""))


def test_scores_are_read_and_weighed_by_their_probabilities(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4", "SAYS: 4\nPROBS: 4=0.5 5=0.25 2=0.25", "SAYS: very good", "SAYS: Score: 2"])
    run = ground.run()
    assert ground.scores() == [4, pytest.approx(3.75), "failed", 2]
    assert run.spent == run.held == 0
    assert run.halt == ""


def test_repeats_are_a_mean_with_a_spread(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4"], repeats=3, endpoint=PRICED)
    assert ground.run(budget=Decimal(1)).spent == 3 * PAID
    [(details, spread)] = rows("SELECT details, spread FROM judge_scores")
    assert details["scores"] == [4, 4, 4]
    assert spread == 0


def test_nothing_is_asked_twice(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4", "BEHAVE: malformed\nSAYS: 3"], endpoint=PRICED)
    with pytest.raises(Invalid):
        ground.start()
    ground.run(budget=Decimal(1))
    assert ground.scores() == [4, "failed"]
    ground.run(budget=Decimal(1))
    assert ground.scores() == [4, 3]
    assert model.paid() == {"0": 1, "1": 2}
    with pytest.raises(Invalid):
        ground.start(budget=Decimal(1))


def test_the_budget_is_never_exceeded(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4"] * 10, endpoint={**PRICED, "concurrency": 1})
    run = ground.run(budget=Decimal("0.005"))
    assert run.halt
    assert 0 < run.spent <= Decimal("0.005")
    assert sum(model.paid().values()) * PAID == run.spent
    assert run.held == 0


def test_a_lost_answer_counts_as_paid_and_is_not_asked_again(model: Model) -> None:
    ground = Ground(model, ["BEHAVE: broken\nSAYS: 4"], endpoint=PRICED)
    run = ground.run(budget=Decimal(1))
    assert ground.scores() == ["lost"]
    assert run.spent > PAID
    with pytest.raises(Invalid):
        ground.start(budget=Decimal(1))


def test_what_a_dead_worker_had_asked_is_settled(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4", "SAYS: 5"], endpoint=PRICED)
    run_id = ground.start(budget=Decimal(1))
    [(shard_id,)] = rows("SELECT id FROM shards WHERE job_id = :job", job=run_of(run_id).job_id)
    run_sql(
        """INSERT INTO judge_scores (version_id, sample_id, run_id, shard_id, content_hash, state, held)
        VALUES (:v, :s, :r, :shard, '', 'asked', 0.25)""",
        v=ground.version_id, s=ground.ids[0], r=run_id, shard=shard_id,
    )  # fmt: skip
    run_sql("UPDATE judge_runs SET held = 0.25")
    work_off(run_of(run_id).job_id or 0)
    assert ground.scores() == ["lost", 5]
    assert run_of(run_id).spent == Decimal("0.25") + PAID
    assert run_of(run_id).held == 0


def test_a_model_that_turns_away_ends_the_run(model: Model) -> None:
    ground = Ground(model, ["BEHAVE: 401\nSAYS: 4"] * 10, endpoint={"concurrency": 1})
    run = ground.run()
    assert "turned" in run.halt or "401" in run.halt or "key" in run.halt
    assert len(model.lines()) == 1


def test_a_model_out_of_reach_ends_the_run(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)  # no pause between tries
    ground = Ground(model, [f"BEHAVE:{' 503' * 9}\nSAYS: 4"] * 8, endpoint={"concurrency": 1})
    run = ground.run()
    assert "several requests in a row" in run.halt
    assert len(model.asked()) == 3
    assert ground.scores() == ["failed"] * 3


def test_sentences_are_checked_against_the_passage(model: Model) -> None:
    verdicts = '{"verdicts": [{"claim": 1, "verdict": "supported"}, {"claim": 2, "verdict": "contradicted"}]}'
    passage = f"Salt is white. SAYS: {verdicts}"
    ground = Ground(model, ["Salt is white today. Salt is black."], kind=JudgeKind.CLAIMS, passage=passage)
    ground.run()
    assert ground.scores() == [0.5]
    [(details,)] = rows("SELECT details FROM judge_scores")
    assert details["verdicts"] == ["supported", "contradicted"]


def test_a_round_trip_answers_from_the_passage(model: Model) -> None:
    ground = Ground(
        model,
        ["It has 42 rooms.", "It has 50 rooms."],
        kind=JudgeKind.ROUND_TRIP,
        passage="The house has 42 rooms. SAYS: 42 rooms",
    )
    ground.run()
    assert ground.scores() == [1, 0]


def test_the_queue_can_go_by_the_scores(model: Model) -> None:
    ground = Ground(model, ["SAYS: 4", "SAYS: 1", "SAYS: none", "SAYS: 2"])
    with db.transaction() as session:
        dataset = session.get_one(Dataset, ground.dataset_id)
        dataset.review_plan = dataset.review_plan | {"order": "model_judge"}
        for sample_id in ground.ids:
            factories.make_slot(session, session.get_one(Sample, sample_id))
    ground.run()
    first = [sample_id for (sample_id,) in rows("SELECT sample_id FROM slots ORDER BY rank, id")]
    assert [ground.ids.index(one) for one in first] == [1, 3, 0, 2]


def test_agreement_is_measured_and_only_then_shared(model: Model) -> None:
    said = [f"SAYS: {5 if at % 3 else 1}" for at in range(36)]
    ground = Ground(model, said, question="truth")
    ground.run()
    decisions = [Decision.APPROVE if at % 3 else Decision.REJECT for at in range(36)]

    def share() -> None:
        with db.transaction() as session:
            dataset, version = (
                session.get_one(Dataset, ground.dataset_id),
                session.get_one(JudgeVersion, ground.version_id),
            )
            judge_sharing.share(session, dataset, version, session.get_one(User, ground.lead_id))

    with pytest.raises(Conflict):
        share()
    ground.reviewed(decisions, answers=lambda decision: {"truth": 4 if decision is Decision.APPROVE else 2})
    with db.transaction() as session:
        dataset, version = session.get_one(Dataset, ground.dataset_id), session.get_one(JudgeVersion, ground.version_id)
        found = judge_standing.of(session, dataset, judges.find(session, dataset.id, ground.judge_id), version)
        assert found.samples == 36
        assert found.spearman.value == found.kendall.value == pytest.approx(1)
    assert rows("SELECT count(*) FROM suggestions") == [(0,)]
    share()
    with db.transaction() as session:
        [one] = suggesting.of_sample(session, ground.ids[0])
        assert one.value == 1
        assert "1.00 on 36 samples" in one.source
    run_sql("DELETE FROM judge_scores WHERE sample_id = :s", s=ground.ids[0])
    run_sql("DELETE FROM suggestions")
    ground.run()
    assert rows("SELECT sample_id, value FROM suggestions") == [(ground.ids[0], 1)], "a shared judge goes on telling"
    with db.transaction() as session:
        dataset, version = session.get_one(Dataset, ground.dataset_id), session.get_one(JudgeVersion, ground.version_id)
        judge_sharing.hide(session, dataset, version)
    assert rows("SELECT count(*) FROM suggestions") == [(0,)]


def test_answers_given_in_sight_of_suggestions_prove_nothing(model: Model) -> None:
    ground = Ground(model, ["SAYS: 5", "SAYS: 1"] * 18)
    ground.run()
    ground.reviewed([Decision.APPROVE, Decision.REJECT] * 18, suggestions_shown=lambda decision: True)
    with db.transaction() as session:
        dataset, version = session.get_one(Dataset, ground.dataset_id), session.get_one(JudgeVersion, ground.version_id)
        found = judge_standing.of(session, dataset, judges.find(session, dataset.id, ground.judge_id), version)
    assert found.samples == 0
    assert not found.is_measured
