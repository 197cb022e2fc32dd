"""Databases of older versions come along: nothing of a sample, a review or a verdict that counts is lost."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from app import migrate
from app.db import make_engine
from app.models import Base
from tests.conftest import _run, _with_name

OLD = """
    INSERT INTO datasets (id, name, purpose, form) VALUES (1, 'Old', 'task', 'instruction');
    INSERT INTO corpora (id, dataset_id, name, file_name, sha256, size, state, lines, accepted)
        VALUES (1, 1, 'old', 'old.jsonl', '0', 1, 'ready', 4, 4);
    INSERT INTO samples (id, dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash,
            question, answer, search, state)
        SELECT n, 1, 1, n, 'old.jsonl', n, 'instruction', '{}', '{}', decode(md5(n::text), 'hex'), '', '',
            to_tsvector('simple', 'word' || n), CASE WHEN n = 4 THEN 'candidate' WHEN n = 1 THEN 'queued' ELSE 'dropped' END
        FROM generate_series(1, 4) AS n;
    INSERT INTO recipe_versions (id, dataset_id, version, recipe) VALUES (1, 1, 1, '{}');
    INSERT INTO measure_sets (id, fingerprint, names) VALUES (1, 'old', '{words}');
    INSERT INTO runs (id, dataset_id, recipe_version_id, set_id, last_sample_id, published, counts)
        VALUES (1, 1, 1, 1, 3, true, '{"samples": 3, "kept": 1, "dropped": 2, "duplicates": 1}');
    INSERT INTO measured (sample_id, set_id, values) VALUES (1, 1, '{1}');
    INSERT INTO verdicts (run_id, sample_id, kept, reasons, failures, duplicate_of)
        VALUES (1, 1, true, '{}', '[]', NULL), (1, 2, false, '{short,long}', '[]', NULL), (1, 3, false, '{duplicate}', '[]', 1);
"""


@pytest.fixture
def old(postgres: str) -> Iterator[tuple[str, Engine]]:
    """A database as the first version left it."""
    _run(postgres, "CREATE DATABASE old_version TEMPLATE template0")
    url = _with_name(postgres, "old_version")
    command.upgrade(migrate.config(url), "0001")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD)
    yield url, engine
    engine.dispose()
    _run(postgres, "DROP DATABASE old_version WITH (FORCE)")


def test_the_first_version_s_database_comes_along(old: tuple[str, Engine]) -> None:
    url, engine = old
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()
    with engine.connect() as connection:

        def rows(statement: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(statement))]

        assert rows("SELECT sample_id, search::text FROM sample_search ORDER BY 1") == [
            (number, f"'word{number}':1") for number in range(1, 5)
        ]
        assert rows("SELECT sample_id, reasons FROM verdicts ORDER BY 1") == [
            (2, ["short", "long"]),
            (3, ["duplicate"]),
        ]
        assert rows("SELECT details->'rules'->'short', details->'rules'->'duplicate' FROM runs") == [
            ({"failed": 1, "alone": 0}, {"failed": 1, "alone": 1})
        ]
        assert rows("SELECT state, samples FROM state_counts ORDER BY 1") == [("dropped", 2), ("queued", 1)]


def test_migrations_make_the_tables_that_the_models_describe(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
