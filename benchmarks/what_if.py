"""Stored measures, a recipe applied again, and what-if at 1,000,000 samples, through the services that the pages use.

python benchmarks/what_if.py [SAMPLES]

The samples are made up and their measures drawn by a seeded generator, so that no text has to be measured; storing,
judging, publishing and asking are the real thing. Prints seconds, and those that this process computed.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import attach, embedded, migrate, queue
from app.curation.bounds import Limit
from app.curation.edges import Edges
from app.curation.measuring import all_measures
from app.curation.recipe import Recipe
from app.db import session_factory, transaction
from app.models import Corpus, CorpusState, Dataset, DatasetForm, Purpose, Run
from app.services import blocks, columns, histograms, pairs, recipes, runs, samples, what_if, working
from app.services.measured_set import MeasuredSet

BLOCK = 2_000
MOVED = ("length", "max_text_characters")


def main(size: int) -> None:
    with TemporaryDirectory(prefix="winnow-bench-") as home, _installation(Path(home)):
        with _timed(f"fill with {size:,} samples"):
            dataset_id = _fill(size)
        with _timed("first run: judge, write verdicts, publish"):
            _run(dataset_id)
        _read(dataset_id)
        _ask(dataset_id)
        _reapply(dataset_id)


def _read(dataset_id: int) -> None:
    with transaction() as session:
        run = runs.latest(session, dataset_id)
        assert run is not None
        assert run.set_id is not None
        print(f"  {run.counts}")
        layout = blocks.layout(session, dataset_id, run.last_sample_id)
        for again in ("", ", again"):
            with _timed(f"one measure of all samples{again}"):
                columns.measure(session, layout, run.set_id, "answer_words")
        with _timed("all measures of one sample"):
            columns.measures_of_sample(session, run.set_id, dataset_id, int(layout.ids[len(layout) // 2]))
        with _timed("values for the histograms of a recipe's page"):
            histograms.values(session, run)
        with _timed("counts beside the list of samples"):
            samples.counts(session, dataset_id, run, samples.Search())


def _ask(dataset_id: int) -> None:
    with transaction() as session:
        recipe = recipes.loaded(recipes.current(session, session.get_one(Dataset, dataset_id)))
    for words, draft in (
        ("what-if, first question to a run", _moved(recipe, 0.9)),
        ("what-if, the bound moved again", _moved(recipe, 1.2)),
        ("what-if, two bounds", _stricter(_moved(recipe, 1.1))),
        ("what-if, threshold raised", _raised(recipe)),
    ):
        with transaction() as session, _timed(words):
            found = what_if.ask(session, session.get_one(Dataset, dataset_id), draft)
        print(
            f"  kept {found.counts['kept']:,}, newly dropped {found.falling.count:,}, newly kept {found.rising.count:,}"
        )


def _reapply(dataset_id: int) -> None:
    with transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        draft = _moved(recipes.loaded(recipes.current(session, dataset)), 1.2)
        expected = what_if.ask(session, dataset, draft).counts
        recipes.save(session, dataset, draft, None)
    with _timed("a moved bound applied again, from the click to published"):
        _run(dataset_id)
    with transaction() as session:
        run = runs.latest(session, dataset_id)
        assert run is not None
        assert run.counts == expected, (run.counts, expected)
        with _timed("counts beside the list of samples, just after"):
            samples.counts(session, dataset_id, run, samples.Search())


def _run(dataset_id: int) -> None:
    with transaction() as session:
        run = runs.start(session, session.get_one(Dataset, dataset_id))
    assert run.job_id is not None
    working.work(session_factory(), run.job_id, "benchmark")
    with transaction() as session:
        assert session.get_one(Run, run.id).published
        _stages(session, run.job_id)


def _stages(session: Session, job_id: int) -> None:
    found = session.execute(
        text("""
        SELECT stage, extract(epoch FROM max(finished_at) - min(started_at)) AS seconds FROM shards
        WHERE job_id = :job GROUP BY stage ORDER BY stage
    """),
        {"job": job_id},
    )
    for row in found:
        print(f"  stage {row.stage}: {row.seconds:.2f} s")


def _fill(size: int) -> int:
    dice = np.random.default_rng(1)
    with transaction() as session:
        dataset = Dataset(name="Benchmark", form=DatasetForm.INSTRUCTION, purpose=Purpose.TASK)
        session.add(dataset)
        session.flush()
        for number in range(3):
            _corpus(session, dataset.id, number, len(range(number, size, 3)))
        _samples(session, dataset.id, size)
        recipe = recipes.loaded(recipes.current(session, dataset))
        using = MeasuredSet.of(session, recipe)
    first = _first(dataset.id)
    for start in range(0, size, BLOCK):
        with transaction() as session:
            _block(session, dataset.id, using, dice, first + start, min(BLOCK, size - start))
    _pairs(dataset.id, recipe, dice)
    return dataset.id


def _corpus(session: Session, dataset_id: int, number: int, accepted: int) -> None:
    session.add(
        Corpus(
            dataset_id=dataset_id,
            name=f"Corpus {number}",
            file_name=f"{number}.jsonl",
            sha256=str(number),
            size=1,
            accepted=accepted,
            state=CorpusState.READY,
        )
    )
    session.flush()


def _samples(session: Session, dataset_id: int, size: int) -> None:
    """As an import leaves them, 1 kB each."""
    session.execute(
        text("""
        INSERT INTO samples (dataset_id, corpus_id, number, file, position, line, form, content, metadata, content_hash,
            question, answer)
        SELECT :dataset, (SELECT min(id) FROM corpora) + n % 3, n, 'rows.jsonl', n, n + 1, 'instruction',
            json_build_object('prompt', 'Question ' || n || '?', 'response', repeat(md5(n::text) || ' ', 20)),
            '{}', decode(md5(n::text), 'hex'), 'Question ' || n || '?', repeat(md5(n::text) || ' ', 10)
        FROM generate_series(0, :last) AS n
    """),
        {"dataset": dataset_id, "last": size - 1},
    )


def _first(dataset_id: int) -> int:
    with transaction() as session:
        return int(session.scalar(text("SELECT min(id) FROM samples WHERE dataset_id = :d"), {"d": dataset_id}))


def _block(
    session: Session, dataset_id: int, using: MeasuredSet, dice: np.random.Generator, first: int, size: int
) -> None:
    ids = np.arange(first, first + size)
    corpora = np.array([1, 2, 3], np.int32)[(ids - first) % 3]
    block_id = blocks.add(session, dataset_id, ids, corpora)
    limits = {limit.rule.measure.name: limit for limit in using.recipe.limits}
    measured = {name: _drawn(dice, limits.get(name), size) for name in using.names}
    for name, one in all_measures(using.filters).items():
        if one.kind == "label":
            measured[name] = dice.integers(0, min(5, len(one.labels)), size).astype(np.float64)
    columns.store_measures(session, using.set_id, block_id, measured)
    for one in using.recipe.deduplication.values():
        columns.store_signatures(session, one, block_id, np.empty((0, one.width), np.uint32))


def _drawn(dice: np.random.Generator, limit: Limit | None, size: int) -> NDArray[np.float64]:
    """Values of which about one in a hundred breaks the rule."""
    values = dice.exponential(1.0, size)
    if limit is None:
        return values
    if limit.rule.measure.kind == "flag":
        return (values > 5).astype(np.float64)
    scale = abs(limit.bound) or 1.0
    far = scale * values / 4.6
    found = limit.bound + scale / 8 - far / 8 if limit.rule.side == "max" and limit.bound <= 0 else far
    if limit.rule.side == "min":
        found = scale * (0.9 + 10 * values)
    return np.round(found) if limit.rule.measure.kind == "count" else found


def _pairs(dataset_id: int, recipe: Recipe, dice: np.random.Generator) -> None:
    """One near-duplicate pair for ten samples, of neighbours and of distant ones, and equal ones for one in fifty."""
    with transaction() as session:
        layout = blocks.layout(session, dataset_id, sys.maxsize)
        rows = len(layout)
        groups = np.arange(rows)
        copies = 1 + 2 * dice.choice(rows // 2, rows // 50, replace=False)
        groups[copies] = groups[copies - 1]
        found = np.unique(np.sort(dice.integers(0, rows, (rows // 10, 2)), axis=1), axis=0)
        found = found[(found[:, 0] < found[:, 1]) & (groups[found] == found).all(axis=1)]
        for key, one in recipe.deduplication.items():
            near = found if key == "minhash" else found[:0]
            shares = dice.uniform(pairs.threshold(one), 1.0, len(near))
            pairs.store(session, dataset_id, one, layout, 0, Edges(groups, near, shares))


def _moved(recipe: Recipe, times: float) -> Recipe:
    """The recipe with its limit for long samples at so many times its height."""
    dumped = recipe.model_dump(mode="json")
    part, field = MOVED
    dumped["filters"][part][field] = round(dumped["filters"][part][field] * times)
    return Recipe.model_validate(dumped)


def _stricter(recipe: Recipe) -> Recipe:
    dumped = recipe.model_dump(mode="json")
    dumped["filters"]["length"]["min_prompt_words"] = 4
    return Recipe.model_validate(dumped)


def _raised(recipe: Recipe) -> Recipe:
    dumped = recipe.model_dump(mode="json")
    dumped["deduplication"]["minhash"]["threshold"] = 0.9
    return Recipe.model_validate(dumped)


@contextmanager
def _installation(home: Path) -> Iterator[None]:
    os.environ["WINNOW_HOME"] = str(home / "home")
    queue.send = lambda job_id, count=1: None  # the work is done in this process
    with embedded.services(home) as services:
        migrate.upgrade(services.database_url)
        attach.use(services.database_url, services.redis_url)
        yield


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began, used = time.perf_counter(), time.process_time()
    yield
    seconds, own = time.perf_counter() - began, time.process_time() - used
    print(f"{seconds:8.2f} s  {what} (this process: {own:.2f} CPU seconds)", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
