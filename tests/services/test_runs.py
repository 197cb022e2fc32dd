"""Runs: the verdicts that `winnow curate` would give, measured once, and made to count at one moment."""

import random
import threading
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from app import db
from app.curation.curate import curate
from app.curation.recipe import Recipe
from app.models import Dataset, Decision, JobState, Run, SampleState, User
from app.services import contents, jobs, overruling, recipes, reviewing, runs
from app.services.errors import Conflict
from tests import factories
from tests.services.engine import (
    add,
    forsake,
    hurry,
    import_job,
    job,
    jsonl,
    make_dataset,
    read,
    rows,
    run,
    run_sql,
    start_run,
    together,
    work_off,
)

SHARED = Path(__file__).parents[3] / "shared" / "data"
WORDS = [
    "river",
    "stone",
    "lantern",
    "winter",
    "garden",
    "paper",
    "music",
    "harbour",
    "window",
    "bridge",
    "cloud",
    "mountain",
    "candle",
    "forest",
    "letter",
    "silver",
    "morning",
    "kitchen",
    "thread",
    "shadow",
    "orchard",
    "copper",
    "feather",
    "meadow",
    "thunder",
    "basket",
    "island",
    "mirror",
    "pepper",
    "quiet",
    "engine",
    "velvet",
]


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(runs, "SAMPLES_PER_SHARD", 100)
    monkeypatch.setattr(runs, "BLOCKS_PER_SHARD", 3)
    monkeypatch.setattr(runs, "BLOCKS_PER_STEP", 2)


def sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(words)).capitalize() + "."


def flawed(count: int, seed: int = 3) -> list[dict[str, Any]]:
    """Sound samples; among them short, empty, refusing, repetitive and conflicting answers, copies and near copies."""
    dice = random.Random(seed)
    made: list[dict[str, Any]] = []
    for number in range(count):
        prompt = f"Explain how the {dice.choice(WORDS)} and the {dice.choice(WORDS)} belong together, case {number}."
        answer = " ".join(sentence(dice, dice.randrange(8, 16)) for _ in range(dice.randrange(3, 7)))
        match dice.randrange(12):
            case 0:
                answer = dice.choice(["Yes.", "ok", "N/A", ""])
            case 1:
                answer = "I'm sorry, but as an AI language model I cannot help with that."
            case 2:
                answer = "again and again " * 60
            case 3 | 4 if made:
                made.append(dice.choice(made))
                continue
            case 5 | 6 if made:
                near = dice.choice(made)
                made.append({**near, "response": near["response"] + " " + dice.choice(WORDS)})
                continue
            case 7:
                prompt = f"How many {dice.choice(WORDS)} lie on the shelf no. {number // 40}?"
                answer = f"On that shelf lie {dice.randrange(1, 4)} of them, as far as anybody has counted."
            case _:
                pass
        made.append({"prompt": prompt, "response": answer})
    return made


def save(dataset_id: int, change: Any) -> None:
    """Change the newest recipe, as JSON, and save it as the next version."""
    with db.transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        recipe = recipes.current(session, dataset).recipe
        changed = orjson.loads(orjson.dumps(recipe))
        change(changed)
        recipes.save(session, dataset, Recipe.model_validate(changed), None)


def recipe_of(dataset_id: int) -> Recipe:
    with db.transaction() as session:
        return recipes.loaded(recipes.current(session, session.get_one(Dataset, dataset_id)))


def states() -> dict[int, str]:
    return dict(rows("SELECT id, state FROM samples"))  # type: ignore[arg-type]


def stored() -> list[tuple[Any, ...]]:
    """Which columns of measures and signatures there are: a row that was written again has another xmin."""
    return rows("SELECT block_id, measure, xmin::text FROM block_columns ORDER BY 1, 2") + rows(
        "SELECT block_id, config, xmin::text FROM block_signatures ORDER BY 1, 2"
    )


def kept_by_curate(tmp_path: Path, files: dict[str, bytes], recipe: Recipe) -> Counter[bytes]:
    paths = []
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        paths.append(path)
    curate(paths, tmp_path / "curated", recipe)
    return Counter(_words(orjson.loads(line)) for line in (tmp_path / "curated" / "kept.jsonl").open("rb"))


def kept_by_run(run_id: int) -> Counter[bytes]:
    """A run keeps what it has seen and has no verdict for."""
    return Counter(
        _words(content)
        for (content,) in rows(
            """SELECT s.content FROM runs r JOIN samples s ON s.dataset_id = r.dataset_id AND s.id <= r.last_sample_id
               WHERE r.id = :run AND NOT EXISTS (
                   SELECT FROM verdicts v WHERE v.run_id = r.id AND v.sample_id = s.id)""",
            run=run_id,
        )
    )


def _words(record: dict[str, Any]) -> bytes:
    """What a record says, whatever its fields are called."""
    return orjson.dumps(
        [
            record.get("prompt", record.get("instruction")),
            record.get("context", record.get("input")) or "",
            record.get("response", record.get("output")),
        ]
    )


def check_against_curate(tmp_path: Path, files: dict[str, bytes]) -> int:
    dataset_id = make_dataset()
    for name, content in files.items():
        read(dataset_id, content, name)
    run_id = run(dataset_id)
    expected = kept_by_curate(tmp_path, files, recipe_of(dataset_id))
    kept = kept_by_run(run_id)
    assert kept == expected
    assert max(kept.values()) == 1
    return sum(kept.values())


def test_a_run_keeps_what_curate_keeps(tmp_path: Path) -> None:
    lines = flawed(900)
    kept = check_against_curate(
        tmp_path, {"one.jsonl": jsonl(lines[:500]), "two.jsonl": jsonl([*lines[500:], *lines[:50]])}
    )
    assert 250 < kept < 700


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared test data at ../shared/data")
def test_a_run_keeps_what_curate_keeps_of_alpaca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SAMPLES_PER_SHARD", 700)
    found = sorted((SHARED / "alpaca").glob("*.jsonl"))
    with found[0].open("rb") as file:
        content = b"".join(islice(file, 3000))
    assert check_against_curate(tmp_path, {"alpaca.jsonl": content}) > 1500


def test_a_conflict_names_the_partner_on_both_sides() -> None:
    dataset_id = make_dataset()
    told = ("On it lie 12 stones in all.", "I counted 15 stones there.", "")
    read(dataset_id, jsonl({"prompt": "How many stones lie on the shelf?", "response": answer} for answer in told))
    run_id = run(dataset_id)
    found = rows("SELECT sample_id, reasons, failures FROM verdicts WHERE run_id = :run ORDER BY 1", run=run_id)
    (one, reasons, (failure,)), (other, _, (mirrored,)), (_, blank, _) = found
    assert reasons == ["conflicting_answers"]
    assert "conflicting_answers" not in blank
    assert failure["partners"] == [{"sample": other, "agreement": 0.0}]
    assert mirrored["partners"] == [{"sample": one, "agreement": 0.0}]
    with db.transaction() as session:
        fired = session.get_one(Run, run_id).details["rules"]["conflicting_answers"]
    assert fired == {"failed": 2, "alone": 2}


def test_every_verdict_says_why(tmp_path: Path) -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(400)))
    run_id = run(dataset_id)

    verdicts = rows(
        "SELECT sample_id, reasons, failures, duplicate_of, similarity FROM verdicts WHERE run_id = :run", run=run_id
    )
    kept = states().keys() - {sample for sample, *_ in verdicts}
    for _, reasons, failures, duplicate_of, similarity in verdicts:
        assert reasons
        assert [failure["rule"] for failure in failures] == [reason for reason in reasons if reason != "duplicate"]
        assert ("duplicate" in reasons) == (duplicate_of is not None) == (similarity is not None)
        assert duplicate_of is None or duplicate_of in kept
    copies = sum(row[3] is not None for row in verdicts)
    totals = {"samples": len(states()), "kept": len(kept), "dropped": len(verdicts), "duplicates": copies}
    counted = Counter(reason for _, reasons, *_ in verdicts for reason in reasons)
    alone = Counter(reasons[0] for _, reasons, *_ in verdicts if len(reasons) == 1)
    with db.transaction() as session:
        found = session.get_one(Run, run_id)
        assert found.counts == totals
        assert dict(runs.reasons(found)) == counted
        fired = found.details["rules"]
        assert {reason: numbers["alone"] for reason, numbers in fired.items() if numbers["alone"]} == alone
        assert list(found.details["corpora"].values()) == [totals]
        assert runs.latest(session, dataset_id) is found
    assert {sample for sample, state in states().items() if state == "queued"} == kept
    assert {sample for (sample,) in rows("SELECT sample_id FROM slots WHERE state = 'open'")} == kept


def test_a_second_run_measures_nothing_again() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(250)))
    first = run(dataset_id)
    before = stored()
    second = run(dataset_id)

    assert stored() == before
    assert kept_by_run(second) == kept_by_run(first)
    assert rows(
        "SELECT count(*) FROM shards s JOIN runs r ON r.job_id = s.job_id WHERE r.id = :run AND stage = 0", run=second
    ) == [(0,)]


def test_another_way_of_comparing_compares_anew_and_measures_nothing_again() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(250)))
    run(dataset_id)
    columns = rows("SELECT count(*) FROM block_columns")
    save(dataset_id, lambda recipe: recipe["deduplication"]["minhash"].update(shingle_words=2))
    second = run(dataset_id)
    assert rows("SELECT published FROM runs WHERE id = :run", run=second) == [(True,)]
    assert rows("SELECT count(*) FROM block_columns") == columns


def test_a_moved_bound_measures_nothing_again_but_judges_anew() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(250)))
    first = run(dataset_id)
    before, states_before = stored(), states()

    def stricter(recipe: dict[str, Any]) -> None:
        recipe["filters"]["length"]["min_answer_words"] = 45

    save(dataset_id, stricter)
    second = run(dataset_id)
    assert stored() == before
    assert sum(kept_by_run(second).values()) < sum(kept_by_run(first).values())
    assert states() != states_before
    assert Counter(states().values())["queued"] == sum(kept_by_run(second).values())


def test_long_samples_are_measured_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(90)))
    undisturbed = _verdicts(run(dataset_id))
    run_sql("DELETE FROM blocks")
    monkeypatch.setattr(contents, "TEXT_AT_ONCE", 2_000)
    sizes: list[int] = []
    measure = runs.measure

    def noting(batch: Any, filters: Any) -> Any:
        sizes.append(sum(len(text) for text in batch.texts))
        return measure(batch, filters)

    monkeypatch.setattr(runs, "measure", noting)
    assert _verdicts(run(dataset_id)) == undisturbed
    assert len(sizes) > 10
    assert max(sizes[:-1]) < 4_000


def test_only_new_samples_are_measured() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(150)), "one.jsonl")
    run(dataset_id)
    before = stored()
    read(dataset_id, jsonl(flawed(150, seed=9)), "two.jsonl")
    run(dataset_id)
    assert set(before) < set(stored())


def decide(sample_id: int, state: SampleState) -> None:
    run_sql(
        "UPDATE samples SET state = :state, decided_at = now() WHERE id = :sample", state=state.value, sample=sample_id
    )


def test_what_experts_decided_stays() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(120)))
    run(dataset_id)
    by_state = {
        state: [sample for sample, found in sorted(states().items()) if found == state]
        for state in ("queued", "dropped")
    }
    wanted = {
        by_state["queued"][0]: SampleState.APPROVED,
        by_state["queued"][1]: SampleState.REJECTED,
        by_state["queued"][2]: SampleState.FLAGGED,
        by_state["dropped"][0]: SampleState.APPROVED,
    }
    for sample, state in wanted.items():
        decide(sample, state)
    save(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=1000))
    run(dataset_id)

    now = states()
    assert {sample: now[sample] for sample in wanted} == {sample: state.value for sample, state in wanted.items()}
    assert {now[sample] for sample in now if sample not in wanted} == {"dropped"}
    assert rows("SELECT count(*) FROM slots WHERE state IN ('open', 'leased')") == [(3,)]


def test_what_a_person_kept_stays_queued() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(120)))
    run(dataset_id)
    sample_id = min(sample for sample, state in states().items() if state == "dropped")
    with db.transaction() as session:
        lead = factories.make_user(session)
        overruling.overrule(session, session.get_one(Dataset, dataset_id), sample_id, lead)
    run(dataset_id)

    assert states()[sample_id] == "queued"
    assert rows("SELECT state FROM slots WHERE sample_id = :sample", sample=sample_id) == [("open",)]


def test_samples_read_during_a_run_stay_candidates() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(120)), "one.jsonl")
    run_id, job_id = start_run(dataset_id)
    late = read(dataset_id, jsonl(flawed(80, seed=9)), "two.jsonl")
    assert work_off(job_id).state is JobState.SUCCEEDED

    assert rows("SELECT DISTINCT state FROM samples WHERE corpus_id = :corpus", corpus=late.id) == [("candidate",)]
    assert rows("SELECT count(*) FROM samples WHERE corpus_id <> :corpus AND state = 'candidate'", corpus=late.id) == [
        (0,)
    ]
    seen = rows("SELECT sum(length(failing)) FROM run_blocks WHERE run_id = :run", run=run_id)
    assert seen == [(120 - _copies(late.dataset_id),)]


def _copies(dataset_id: int) -> int:
    return rows("SELECT copies FROM corpora WHERE dataset_id = :dataset AND name = 'one.jsonl'", dataset=dataset_id)[0][
        0
    ]  # type: ignore[no-any-return]


LOOK = """
    SELECT newest.id, (newest.counts->>'kept')::int, (SELECT count(*) FROM samples WHERE state = 'queued'),
        (SELECT count(*) FROM slots WHERE state = 'open')
    FROM runs newest WHERE published ORDER BY id DESC LIMIT 1
"""


def test_nobody_sees_half_a_publication() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(600)))
    run(dataset_id)
    looks: set[tuple[Any, ...]] = set()
    stop = threading.Event()

    def look() -> None:
        """One statement, so one moment: the newest run's counts beside the states and places as they are."""
        while not stop.is_set():
            looks.add(rows(LOOK)[0])

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for words in (60, 1, 45):
            save(dataset_id, lambda recipe, words=words: recipe["filters"]["length"].update(min_answer_words=words))
            run(dataset_id)
    finally:
        stop.set()
        reader.join()
    assert len({run_id for run_id, *_ in looks}) >= 3
    assert all(kept == queued == places for _, kept, queued, places in looks)


def test_an_answer_given_while_the_verdicts_are_published_stands() -> None:
    """The expert's row is locked first; the publication waits for it and must look again."""
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(120)))
    run(dataset_id)
    save(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=1000))
    _, job_id = start_run(dataset_id)
    with db.transaction() as session:
        expert = factories.make_user(session)
    answered = threading.Event()
    published = threading.Event()

    def answer() -> int:
        with db.transaction() as session:
            dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, expert.id)
            slot = reviewing.next_slots(session, dataset, person)[0]
            reviewing.submit(session, dataset, person, slot.id, Decision.APPROVE, idempotency_key="once")
            answered.set()
            assert not published.wait(2)  # the publication has to wait for this transaction
            return slot.sample_id

    def publish() -> None:
        answered.wait(10)
        work_off(job_id)
        published.set()

    sample_id, _ = together(answer, publish)
    assert job(job_id).state is JobState.SUCCEEDED
    assert states()[sample_id] == "approved"
    assert Counter(states().values()).keys() == {"approved", "dropped"}


def test_a_run_that_dies_at_any_step_ends_like_one_that_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(250)))
    run_id = run(dataset_id)
    undisturbed, bytes_of = _verdicts(run_id), _decided(run_id)
    deaths = 0
    while True:
        run_sql("DELETE FROM blocks")
        run_sql("DELETE FROM pair_sets")
        run_id, job_id = start_run(dataset_id)
        has_died = _dies(job_id, deaths + 1, monkeypatch)
        forsake(job_id)
        assert work_off(job_id).state is JobState.SUCCEEDED
        assert _verdicts(run_id) == undisturbed
        assert _decided(run_id) == bytes_of
        if not has_died:
            break
        deaths += 1
    assert deaths >= 5


def test_any_number_of_workers_comes_to_the_same() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(600)))
    alone = run(dataset_id)
    verdicts, bytes_of = _verdicts(alone), _decided(alone)
    run_sql("DELETE FROM blocks")
    run_sql("DELETE FROM pair_sets")
    run_id, job_id = start_run(dataset_id)

    def work() -> None:
        while job(job_id).state in jobs.ACTIVE:
            work_off(job_id)

    together(work, work, work)
    assert job(job_id).state is JobState.SUCCEEDED
    assert (_verdicts(run_id), _decided(run_id)) == (verdicts, bytes_of)


def _decided(run_id: int) -> list[tuple[Any, ...]]:
    """Blocks, pairs and decisions to the byte, whatever numbers the blocks have."""
    return [
        *rows(
            """SELECT b.ids, b.corpora, r.failing, r.copies FROM run_blocks r JOIN blocks b ON b.id = r.block_id
               WHERE r.run_id = :run ORDER BY b.first_id""",
            run=run_id,
        ),
        *rows(
            """SELECT s.config, p.number, p.firsts, p.seconds, p.similarities, p.equal FROM pair_blocks p
               JOIN pair_sets s ON s.id = p.pair_set_id JOIN runs r ON r.dataset_id = s.dataset_id
               WHERE r.id = :run ORDER BY 1, 2""",
            run=run_id,
        ),
        *rows(
            """SELECT b.first_id, c.measure, c.dtype, c.values FROM block_columns c JOIN blocks b ON b.id = c.block_id
               JOIN runs r ON r.dataset_id = b.dataset_id WHERE r.id = :run ORDER BY 1, 2""",
            run=run_id,
        ),
    ]


def _dies(job_id: int, at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """The worker dies with all rows of its `at`-th step written and nothing committed; False where there are fewer."""
    steps = 0
    checkpoint = jobs.checkpoint

    def dying(*args: Any) -> None:
        nonlocal steps
        checkpoint(*args)
        steps += 1
        if steps == at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "checkpoint", dying)
        try:
            work_off(job_id)
        except KeyboardInterrupt:
            return True
    return False


def _verdicts(run_id: int) -> list[tuple[Any, ...]]:
    return rows(
        """SELECT sample_id, reasons, failures, duplicate_of, similarity
           FROM verdicts WHERE run_id = :run ORDER BY 1""",
        run=run_id,
    )


def test_a_run_is_refused_where_there_is_nothing_or_work_is_under_way() -> None:
    dataset_id = make_dataset()
    with pytest.raises(Conflict, match="no samples"):
        start_run(dataset_id)
    reading = add(dataset_id, jsonl(flawed(50)))
    with pytest.raises(Conflict, match="still being read"):
        start_run(dataset_id)
    work_off(import_job(reading).id)
    start_run(dataset_id)
    with pytest.raises(Conflict, match="under way"):
        start_run(dataset_id)


def test_two_runs_begun_at_once_are_one() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(30)))

    def begin() -> bool:
        try:
            start_run(dataset_id)
        except Conflict:
            return False
        return True

    assert sorted(together(*[begin] * 4)) == [False, False, False, True]


def test_a_stopped_run_changes_nothing() -> None:
    dataset_id = make_dataset()
    read(dataset_id, jsonl(flawed(100)))
    first = run(dataset_id)
    before = states()
    save(dataset_id, lambda recipe: recipe["filters"]["length"].update(min_answer_words=1000))
    _, job_id = start_run(dataset_id)
    with db.transaction() as session:
        jobs.cancel(session, session.get_one(type(job(job_id)), job_id))
    work_off(job_id)
    with db.transaction() as session:
        latest = runs.latest(session, dataset_id)
        assert latest is not None
        assert latest.id == first
        assert len(runs.of(session, dataset_id)) == 2
    assert states() == before
