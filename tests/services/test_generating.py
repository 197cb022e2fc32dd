"""Samples made from passages by a model: a real server, real commits; what is refused, what is paid, what it costs."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import db
from app.cli.root import app
from app.curation.generating.prompt import Words
from app.models import Dataset, JobState, ModelEndpoint, PromptVersion
from app.services import generating, generating_requests, generating_tasks, jobs, prompts, working
from app.services.errors import Conflict, Invalid
from app.services.generating import Choice
from app.services.generating_requests import Sent
from app.services.llm import Reply
from app.settings import get_settings
from tests.factories_generating import passage_text
from tests.llm_server import KEY, Model, model_server, reply
from tests.services.engine import check_sums, forsake, hurry, job, rows, run_sql, together
from tests.services.generation import PAID, PRICED, corpus_of, ground, of, refused_of, run, samples_of, start, work


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    with model_server(tmp_path_factory.mktemp("model")) as made:
        yield made


@pytest.fixture
def model(server: Model, database: str, wakes: list[int], request: pytest.FixtureRequest) -> Model:
    """The server with a script and a page of its book for this test, and a database of the test's own."""
    hurry()
    return server.named(f"{abs(hash(request.node.nodeid)):x}")


def test_each_passage_is_asked_once_and_its_samples_stand_beside_it(model: Model) -> None:
    done = run(ground(model.base_url, 5, **PRICED))
    assert job(done.job_id or 0).state is JobState.SUCCEEDED
    assert (done.passages, done.halt, done.held, done.spent) == (5, "", 0, 5 * PAID)
    assert model.paid() == {str(number): 1 for number in range(5)}
    made = samples_of(done)
    assert len(made) == 10
    name, position, form, content, metadata, passage, first, last = made[2]
    assert (name, position, form, passage) == ("guideline.pdf", 1, "instruction", 1)
    assert "Question 1 about matter 1?" in content
    assert '"prompt_version": 1' in metadata
    assert '"model": "test-1"' in metadata
    assert passage_text(1)[first:last] == " ".join(passage_text(1).split()[:8])


def test_its_corpus_accounts_for_every_line_and_inherits_what_its_sources_agree_on(model: Model) -> None:
    done = run(ground(model.base_url, [passage_text(0), passage_text(1, "empty"), passage_text(2, "schema")]))
    corpus = corpus_of(done)
    check_sums(corpus)
    assert (corpus.lines, corpus.accepted, corpus.refused) == (5, 2, 3)
    assert corpus.licence == "CC-BY-4.0"
    assert corpus.origin == "Made with test-1 from The society"
    assert corpus.name == "Questions and answers, version 1, from Guidelines"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("malformed", "no_json"),
        ("truncated", "truncated"),
        ("empty", "empty"),
        ("schema", "wrong_form"),
        ("refusal", "model_refused"),
        ("filtered", "model_refused"),
        ("copies", "copies_prompt"),
        ("400", "request_refused"),
    ],
)
def test_a_reply_that_is_not_what_was_asked_for_is_refused_with_its_reason(
    model: Model, behaviour: str, code: str
) -> None:
    number = abs(hash(behaviour)) % 10**6 + 100
    done = run(ground(model.base_url, [passage_text(number, behaviour)], **PRICED))
    assert samples_of(done) == []
    assert {found for _, found in refused_of(done)} == {code}
    assert done.halt == ""


def test_json_in_a_code_fence_with_words_around_it_is_read(model: Model) -> None:
    assert len(samples_of(run(ground(model.base_url, [passage_text(31, "fenced")])))) == 2


def test_a_busy_server_is_asked_again_when_it_says_so_and_paid_once(model: Model) -> None:
    done = run(ground(model.base_url, [passage_text(41, "429 500 503")], **PRICED))
    assert len(samples_of(done)) == 2
    assert [line["status"] for line in model.lines()] == [429, 500, 503, 200]
    assert model.lines()[1]["at"] - model.lines()[0]["at"] >= 1
    assert len({line["key"] for line in model.lines()}) == 1
    assert done.spent == PAID


@pytest.mark.parametrize("behaviour", ["broken", "html", "nochoices"])
def test_where_an_answer_cost_money_a_broken_one_is_not_asked_for_again_by_itself(model: Model, behaviour: str) -> None:
    number = {"broken": "51", "html": "52", "nochoices": "53"}[behaviour]
    done = run(ground(model.base_url, [passage_text(int(number), behaviour)], **PRICED))
    assert len(refused_of(done)) == 1
    assert model.paid() == {number: 1}
    assert done.spent > 0  # it may have been paid, so the budget counts it

    with db.transaction() as session:
        code = refused_of(done)[0][1]
        assert generating.ask_again(session, session.merge(done), code) == 1
    done = work(done.id)
    assert len(samples_of(done)) == 2
    assert model.paid() == {number: 2}
    assert len({line["key"] for line in model.lines()}) == 1
    check_sums(corpus_of(done))


def test_where_a_model_is_free_a_broken_answer_is_asked_for_again(model: Model) -> None:
    done = run(ground(model.base_url, [passage_text(61, "broken")]), budget=None)
    assert len(samples_of(done)) == 2
    assert refused_of(done) == []


def test_nothing_is_sent_that_could_overrun_the_budget(model: Model) -> None:
    place = ground(model.base_url, 30, concurrency=4, **PRICED)
    done = run(place, budget=Decimal("0.0120"))
    assert done.halt == "budget"
    assert done.spent <= Decimal("0.0120")
    assert 0 < len(model.paid()) < 30
    assert len(samples_of(done)) == 2 * len(model.paid())

    with db.transaction() as session:
        generating.go_on(session, session.merge(done), Decimal(10))
    done = work(done.id)
    assert model.paid() == {str(number): 1 for number in range(30)}
    assert (done.halt, done.held, done.spent) == ("", 0, 30 * PAID)
    assert len(samples_of(done)) == 60


def test_a_priced_model_needs_a_budget(model: Model) -> None:
    with pytest.raises(Invalid, match="at most"):
        start(ground(model.base_url, 1, **PRICED), budget=None)


def test_the_same_question_to_the_same_model_is_answered_from_what_is_stored(model: Model) -> None:
    place = ground(model.base_url, 4, **PRICED)
    first = run(place)
    second = run(place, choice=Choice(with_used=True))
    assert model.paid() == {str(number): 1 for number in range(4)}
    assert second.spent == 0
    assert corpus_of(second).copies == corpus_of(first).accepted == 8
    assert rows("SELECT count(*) FROM generation_items WHERE cached") == [(4,)]


def test_passages_that_were_used_flagged_or_said_before_are_left_out(model: Model) -> None:
    place = ground(model.base_url, 6)
    run_sql("UPDATE passages SET flag = 'boilerplate' WHERE number = 1")
    run_sql("UPDATE passages SET duplicate_of = (SELECT min(id) FROM passages) WHERE number = 2")
    run_sql("UPDATE passages SET language = 'de' WHERE number = 3")
    run(place, choice=Choice(language="en", limit=2))
    assert sorted(model.asked()) == ["0", "4"]
    run(place)
    assert sorted(model.asked()) == ["0", "3", "4", "5"]
    with pytest.raises(Invalid, match="No passage"):
        start(place)


def test_two_who_start_the_same_at_once_ask_about_each_passage_once(model: Model) -> None:
    place = ground(model.base_url, 6, **PRICED)

    def attempt() -> object:
        try:
            return start(place)
        except Invalid:
            return None

    started = [one for one in together(attempt, attempt) if one is not None]
    assert len(started) == 1


def test_two_workers_ask_about_each_passage_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.generating_jobs.ITEMS_PER_SHARD", 5)
    generation_id = start(ground(model.base_url, 24, concurrency=3, **PRICED))
    job_id = of(generation_id).job_id or 0
    together(*(lambda: working.work(db.session_factory(), job_id, "one") for _ in range(2)))
    assert job(job_id).state is JobState.SUCCEEDED
    done = of(generation_id)
    assert model.paid() == {str(number): 1 for number in range(24)}
    assert (done.spent, done.held) == (24 * PAID, 0)
    check_sums(corpus_of(done))
    assert max(line["most_under_way"] for line in model.lines()) <= 3


def test_two_generations_that_ask_the_same_at_once_pay_once(model: Model) -> None:
    place = ground(model.base_url, 12, concurrency=4, **PRICED)
    ids = [start(place, choice=Choice(with_used=True)) for _ in range(2)]
    together(*(lambda one=one: work(one) for one in ids))
    assert model.paid() == {str(number): 1 for number in range(12)}
    assert sum(of(one).spent for one in ids) == 12 * PAID
    assert sum(corpus_of(of(one)).accepted for one in ids) == 24
    for one in ids:
        check_sums(corpus_of(of(one)))


def test_stopping_keeps_what_was_answered_and_going_on_asks_the_rest(model: Model) -> None:
    generation_id = start(ground(model.base_url, 8, **PRICED))
    with db.transaction() as session:
        generating.stop(session, generating.find(session, of(generation_id).dataset_id, generation_id))
    done = work(generation_id)
    assert model.asked() == {}
    with db.transaction() as session:
        generating.go_on(session, session.merge(done))
    with db.transaction() as session, pytest.raises(Conflict):
        generating.go_on(session, session.merge(of(generation_id)))
    assert len(samples_of(work(generation_id))) == 16


def test_a_wrong_key_ends_the_asking_at_once_and_is_never_repeated_in_words(tmp_path: Path, model: Model) -> None:
    with model_server(tmp_path, key=KEY) as locked:
        done = run(ground(locked.base_url, 20, key="sk-wrong", concurrency=2, **PRICED))
        assert done.halt == "endpoint"
        assert "401" in done.halt_words
        assert "sk-wrong" not in done.halt_words
        assert len(locked.lines()) <= 2
        assert (corpus_of(done).lines, done.spent, done.held) == (0, 0, 0)

        run_sql("UPDATE model_endpoints SET key = NULL")
        with db.transaction() as session:
            from app.services import sealing

            session.get_one(ModelEndpoint, done.endpoint_id).key = sealing.seal(KEY)
        with db.transaction() as session:
            generating.go_on(session, session.merge(done))
        assert len(samples_of(work(done.id))) == 40
        assert rows("SELECT count(*) FROM model_endpoints WHERE position(:key in key) > 0", key=KEY.encode()) == [(0,)]


def test_a_model_out_of_reach_is_not_asked_about_everything(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.llm.TRIES", 1)
    monkeypatch.setattr("app.services.llm._pause", lambda attempt, error: 0.0)
    done = run(ground("http://127.0.0.1:9/v1", 50, concurrency=1, **PRICED))
    assert done.halt == "unavailable"
    assert corpus_of(done).lines == 0
    assert rows("SELECT count(*) FROM model_requests") == [(3,)]
    assert (done.spent, done.held) == (0, 0)


def test_without_documents_more_is_made_like_a_handful_of_examples(model: Model) -> None:
    place = ground(model.base_url, 0, kind="from_examples")
    with pytest.raises(Invalid, match="examples of your own"):
        start(place, choice=Choice(rounds=3))
    with db.transaction() as session:
        prompt, version = prompts.find_version(session, place.dataset_id, place.version_id)
        mine = [{"question": f"Is {drug} safe?", "answer": "Ask the pharmacist."} for drug in ("aspirin", "ibuprofen")]
        own = prompts.save(session, prompt, Words(version.system, version.user, mine), None)
    done = run(replace(place, version_id=own.id), choice=Choice(rounds=3))
    assert len(model.lines()) == 3
    assert len({line["key"] for line in model.lines()}) == 3
    corpus = corpus_of(done)
    assert (corpus.accepted, corpus.copies) == (2, 4)
    check_sums(corpus)


def test_the_estimate_is_told_before_anything_is_sent(model: Model) -> None:
    place = ground(model.base_url, 10, **PRICED)
    with db.transaction() as session:
        found = generating.estimate(
            session,
            session.get_one(Dataset, place.dataset_id),
            session.get_one(PromptVersion, place.version_id),
            generating.Prices(Decimal(1), Decimal(2)),
            generating.Settings(),
            Choice(),
        )
    assert found.passages == 10
    assert 3_000 < found.tokens_in < 10_000
    assert 0 < found.cost < found.most
    assert model.lines() == []


def test_an_answer_that_comes_after_its_worker_was_given_up_is_used_and_not_paid_again(model: Model) -> None:
    generation_id = start(ground(model.base_url, 3, **PRICED))
    generation = of(generation_id)
    with db.transaction() as session:
        shard = jobs.claim(session, generation.job_id or 0, "paused")
        assert shard is not None
        task = generating_tasks.of(session, generation, 0, 2)[1]
    with db.transaction() as session:
        sent = generating_requests.admit(session, shard, generation_id, task)
    assert isinstance(sent, Sent)
    forsake(generation.job_id or 0)

    done = work(generation_id)
    assert model.paid() == {"0": 1, "2": 1}
    assert refused_of(done) == [(1, "lost")]
    assert (done.held, done.spent) == (0, 2 * PAID + task.most)
    with db.transaction() as session, pytest.raises(jobs.Fenced):
        generating_requests.admit(session, shard, generation_id, task)

    with db.transaction() as session:
        late = Reply(reply("1", "", {}), "stop", 500, 100)
        generating_requests.answered(session, generation_id, sent, shard, late, task)
    assert of(generation_id).spent == 3 * PAID
    with db.transaction() as session:
        assert generating.ask_again(session, session.merge(done), "lost") == 1
    assert len(samples_of(work(generation_id))) == 6
    assert model.paid() == {"0": 1, "2": 1}


def test_the_command_line_asks_and_accounts_for_it(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")  # nobody needs to be woken: it does the work itself
    get_settings.cache_clear()
    get_settings().home.mkdir(parents=True, exist_ok=True)
    place = ground(model.base_url, [passage_text(0), passage_text(1, "empty")], **PRICED)
    words = ["generate", str(place.dataset_id), "--model", "Test model"]
    told = CliRunner().invoke(app, [*words, "--estimate"])
    assert told.output.startswith("2 requests, about ")
    assert model.lines() == []
    assert "at most" in str(CliRunner().invoke(app, words).exception)
    assert "“Test model”" in str(CliRunner().invoke(app, ["generate", str(place.dataset_id), "--model", "x"]).exception)
    done = CliRunner().invoke(app, [*words, "--budget", "2.50"])
    assert "3 lines = 2 samples + 1 refused + 0 exact copies, 0.0014 USD" in done.output
    assert done.exit_code == 0
