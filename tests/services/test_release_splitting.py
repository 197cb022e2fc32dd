"""Splits of real releases: what hangs together stays together, frozen tests stay frozen, and the report is true."""

import random
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from app import db
from app.models import (
    Dataset,
    JobState,
    Level,
    Release,
    ReleaseCheck,
    ReleaseFinding,
    ReleaseRow,
    ReleaseState,
    Revision,
    Sample,
    SampleState,
)
from app.services import release_rows, releases
from app.services.release_splitting import TOO_CLOSE
from tests import factories
from tests.services.engine import hurry, make_dataset, read, rows, run_sql, work_off

ALPACA = Path("../shared/data/alpaca/alpaca.jsonl")
WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heath",
    "inlet",
    "juniper",
    "kelp",
    "larch",
    "maple",
    "north",
    "olive",
    "pine",
    "quartz",
    "reed",
)


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(release_rows, "PAGE", 100)


def told(number: int) -> str:
    """Forty words that no other number has in this order."""
    chance = random.Random(number)
    return " ".join(chance.choice(WORDS) + str(chance.randrange(50)) for _ in range(40))


def make(records: list[dict[str, Any]]) -> int:
    """A dataset of approved records, read from a file as people give it."""
    dataset_id = make_dataset()
    read(dataset_id, b"".join(orjson.dumps(one) + b"\n" for one in records))
    run_sql("UPDATE samples SET state = 'approved'")
    return dataset_id


def plain(many: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"instruction": f"Ask {told(n)}?", "output": told(10_000 + n), **fields} for n in range(many)]


def compose(dataset_id: int, splits: dict[str, Any], **selection: Any) -> Release:
    """A checked release with these splits, written as far as nothing blocks."""
    with db.transaction() as session:
        wanted = {"format": "prompt_completion", "splits": splits, "selection": selection}
        release = releases.compose(
            session, session.get_one(Dataset, dataset_id), releases.Composition.model_validate(wanted)
        )
        number, job_id = release.id, int(release.job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        release = session.get_one(Release, number)
        if release.state is ReleaseState.WRITING:
            job_id = int(release.job_id or 0)
    assert work_off(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        return session.get_one(Release, number)


def splits_of(release: Release) -> dict[int, str]:
    """By sample; what is left out has none."""
    with db.transaction() as session:
        found = session.scalars(
            select(ReleaseRow).where(ReleaseRow.release_id == release.id).order_by(ReleaseRow.position)
        )
        return {row.sample_id: "" if row.left_out else row.split for row in found}


def check_of(release: Release) -> ReleaseCheck:
    with db.transaction() as session:
        return session.get_one(ReleaseCheck, (release.id, "splits"))


def test_rows_are_divided_by_the_shares_and_every_file_holds_its_split() -> None:
    release = compose(make(plain(300)), {"validation": 0.1, "test": 0.2})
    sides = list(splits_of(release).values())
    assert [sides.count(name) for name in ("train", "validation", "test")] == [210, 30, 60]
    assert release.manifest["splits"] == {"test": 60, "train": 210, "validation": 30}
    found = check_of(release)
    assert (found.level, found.facts["splits"]) == (Level.PASS, {"train": 210, "validation": 30, "test": 60})
    assert release.manifest["checks"]["splits"]["above"] == 0


def test_without_splits_all_rows_train() -> None:
    release = compose(make(plain(30)), {})
    assert set(splits_of(release).values()) == {"train"}
    assert check_of(release).words == "All rows are for training."


def test_the_same_state_gives_the_same_splits_whatever_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id = make(plain(200))
    one = compose(dataset_id, {"test": 0.2})
    monkeypatch.setattr(release_rows, "PAGE", 7)
    two = compose(dataset_id, {"test": 0.2})
    other = compose(dataset_id, {"test": 0.2, "seed": 1})
    assert splits_of(one) == splits_of(two) != splits_of(other)
    assert one.sha256 == two.sha256


@pytest.mark.parametrize("field", ["conversation_id", "document", "url"])
def test_rows_of_one_conversation_or_document_stay_together(field: str) -> None:
    records = plain(200)
    for number, record in enumerate(records):
        record[field] = f"https://example.org/{number % 50}" if field == "url" else number % 50
    sides = list(splits_of(compose(make(records), {"validation": 0.2, "test": 0.2})).values())
    assert set(sides) == {"train", "validation", "test"}
    assert all(len({sides[place] for place in range(first, 200, 50)}) == 1 for first in range(50))


def test_the_same_question_stays_together_whatever_the_answers() -> None:
    records = plain(200)
    for number, record in enumerate(records):
        record["instruction"] = (
            f"What is {WORDS[number % 18]} number {number % 100}?".upper()
            if number > 99
            else (f"what is {WORDS[number % 18]} number {number % 100}")
        )
    found = splits_of(compose(make(records), {"test": 0.3}))
    with db.transaction() as session:
        asked = dict(session.execute(select(Sample.id, Sample.question)).tuples().all())
    together: dict[str, set[str]] = {}
    for sample, side in found.items():
        together.setdefault(asked[sample].lower().rstrip("?"), set()).add(side)
    assert all(len(sides) == 1 for sides in together.values())
    assert {"train"} in together.values()
    assert {"test"} in together.values()


def test_it_is_the_edited_words_that_are_compared() -> None:
    """Forty rows become copies of forty others by an expert's edit: no pair of their originals is alike."""
    dataset_id = make(plain(400))
    with db.transaction() as session:
        samples = session.scalars(select(Sample).order_by(Sample.id)).all()
        expert = factories.make_user(session)
        for one, other in zip(samples[:40], samples[40:80], strict=True):
            content = {
                **one.content,
                "response": one.content["response"] + " Indeed.",
                "prompt": one.content["prompt"] + " Say.",
            }
            revision = Revision(sample_id=other.id, content=content, author_id=expert.id)
            session.add(revision)
            session.flush()
            session.execute(update(Sample).where(Sample.id == other.id).values(revision_id=revision.id))
        pairs = [(one.id, other.id) for one, other in zip(samples[:40], samples[40:80], strict=True)]
    release = compose(dataset_id, {"validation": 0.2, "test": 0.2})
    sides = splits_of(release)
    assert all(sides[one] == sides[other] for one, other in pairs)
    assert {sides[one] for one, _ in pairs} == {"train", "validation", "test"}
    facts = check_of(release).facts
    assert facts["above"] == 0
    assert 8 < facts["naive"] < 40
    assert "A split by chance alone" in check_of(release).words


def test_strata_have_their_shares_each() -> None:
    dataset_id = make_dataset()
    for size in (30, 200):
        read(
            dataset_id,
            b"".join(orjson.dumps(one) + b"\n" for one in plain(230)[230 - size if size == 30 else 0 :][:size]),
            f"{size}.jsonl",
        )
    run_sql("UPDATE samples SET state = 'approved'")
    release = compose(dataset_id, {"test": 0.1, "stratify_by": "corpus"})
    counted = rows(
        "SELECT count(*), count(*) FILTER (WHERE split = 'test') FROM release_rows r JOIN samples s ON s.id = r.sample_id"
        " WHERE release_id = :release GROUP BY s.corpus_id ORDER BY 1",
        release=release.id,
    )
    assert counted == [(30, 3), (200, 20)]


def test_strata_by_what_reviewers_agreed_on() -> None:
    dataset_id = make(plain(100))
    with db.transaction() as session:
        expert = factories.make_user(session)
        for place, sample in enumerate(session.scalars(select(Sample).order_by(Sample.id)).all()):
            answers = {"field": "heart" if place % 5 == 0 else "lung"}
            factories.make_review(session, sample, expert, answers=answers)
    release = compose(dataset_id, {"test": 0.2, "stratify_by": "label:field"})
    counted = rows(
        "SELECT r.answers ->> 'field', count(*) FROM release_rows rr JOIN reviews r USING (sample_id)"
        " WHERE release_id = :release AND split = 'test' GROUP BY 1 ORDER BY 1",
        release=release.id,
    )
    assert counted == [("heart", 4), ("lung", 16)]


def test_a_frozen_test_split_stays_exactly_what_it_was() -> None:
    dataset_id = make(plain(150))
    first = compose(dataset_id, {"test": 0.2})
    tested = [sample for sample, side in splits_of(first).items() if side == "test"]
    copies = [
        {"instruction": f"{one.content['prompt']} Say.", "output": one.content["response"] + " Indeed."}
        for one in _samples(tested[:5])
    ]
    read(dataset_id, b"".join(orjson.dumps(one) + b"\n" for one in [*copies, *plain(400)[300:]]), "more.jsonl")
    run_sql("UPDATE samples SET state = 'approved'")

    second = compose(dataset_id, {"test": 0.2, "validation": 0.1, "frozen_from": 1, "seed": 5})
    sides = splits_of(second)
    assert [sample for sample, side in sides.items() if side == "test"] == tested
    left_out = rows(
        "SELECT left_out FROM release_rows WHERE release_id = :release AND left_out <> ''", release=second.id
    )
    assert left_out == [(TOO_CLOSE,)] * 5
    assert second.manifest["left_out"] == {TOO_CLOSE: 5}
    assert list(sides.values()).count("validation") == int(0.1 / 0.8 * 220)
    assert check_of(second).level is Level.PASS
    assert check_of(second).facts["frozen_gone"] == 0


def test_a_frozen_row_that_is_gone_is_said_and_caps_and_budgets_spare_the_rest() -> None:
    dataset_id = make(plain(150))
    first = compose(dataset_id, {"test": 0.2})
    tested = [sample for sample, side in splits_of(first).items() if side == "test"]
    run_sql("UPDATE samples SET state = 'rejected' WHERE id = :one", one=tested[0])
    for selection in ({"caps": [{"by": "corpus", "most": 40}]}, {"budget": 40}):
        release = compose(dataset_id, {"test": 0.2, "frozen_from": 1}, **selection)
        sides = splits_of(release)
        assert len(sides) == 40
        assert [sample for sample, side in sides.items() if side == "test"] == tested[1:]
        found = check_of(release)
        assert (found.level, found.rows) == (Level.WARN, 1)
        assert release.state is ReleaseState.PUBLISHED
        assert release.manifest["rows"] == 40


def test_a_group_too_large_for_any_share_is_said() -> None:
    release = compose(make(plain(60, conversation_id="one and the same")), {"test": 0.2})
    assert set(splits_of(release).values()) == {"train"}
    found = check_of(release)
    assert found.level is Level.WARN
    assert "No row is left for test" in found.words


def test_what_is_above_the_threshold_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report does not believe the splits: with a splitter that ignores groups, the gate closes."""
    from app.curation.releasing import keeping_apart
    from app.curation.releasing.splitting import at_random

    records = plain(100)
    records += [{**one, "output": one["output"] + " Indeed."} for one in records]
    monkeypatch.setattr(
        keeping_apart, "split", lambda groups, strata, contents, shares, seed, frozen: at_random(contents, shares, seed)
    )
    dataset_id = make(records)
    release = compose(dataset_id, {"test": 0.3})
    found = check_of(release)
    assert release.state is ReleaseState.HELD
    assert (found.level, found.rows) == (Level.BLOCK, found.facts["above"])
    assert found.rows > 10
    with db.transaction() as session:
        findings = session.scalars(select(ReleaseFinding).where(ReleaseFinding.check == "splits")).all()
    assert len(findings) == 10
    assert "% of all word sequences" in findings[0].why


def test_planted_near_copies_of_real_data_never_straddle() -> None:
    """Two thousand records of Alpaca with three hundred near-copies, words swapped and added."""
    if not ALPACA.exists():
        pytest.skip("needs ../shared/data/alpaca")
    with ALPACA.open("rb") as file:
        records = [orjson.loads(line) for line in islice(file, 2000)]
    chance = random.Random(4)
    planted = []
    for one in chance.sample([one for one in records if len(one["output"]) > 250], 300):
        words = one["output"].split(" ")
        words[chance.randrange(len(words))] = chance.choice(WORDS)
        planted.append({**one, "instruction": "Please: " + one["instruction"], "output": " ".join(words)})
    release = compose(make(records + planted), {"validation": 0.1, "test": 0.1})
    facts = check_of(release).facts
    assert facts["above"] == 0
    assert facts["naive"] > 50
    assert sum(facts["histogram"][7:]) == 0
    assert sum(facts["histogram"]) == facts["splits"]["validation"] + facts["splits"]["test"]
    assert facts["splits"]["test"] == pytest.approx(230, abs=2)


def _samples(ids: list[int]) -> list[Sample]:
    with db.transaction() as session:
        return list(session.scalars(select(Sample).where(Sample.id.in_(ids)).order_by(Sample.id)))


def test_only_approved_rows_take_part() -> None:
    dataset_id = make(plain(100))
    with db.transaction() as session:
        assert session.scalar(select(Sample.state).limit(1)) is SampleState.APPROVED
    run_sql("UPDATE samples SET content = '{\"text\": \"plain\"}', form = 'text' WHERE number < 10")
    release = compose(dataset_id, {"test": 0.2})
    sides = list(splits_of(release).values())
    assert sides.count("") == 10
    assert sides.count("test") == 18
