"""Bring a database to the version that this program needs."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import make_engine
from app.resources import resource


class NewerData(Exception):
    """The database was written by a newer Winnow."""


def config(url: str) -> Config:
    """Alembic's configuration without a file."""
    made = Config()
    made.set_main_option("script_location", str(resource("migrations")))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Run all migrations that have not run. NewerData where the database is ahead of this program."""
    if current(url) not in {None, *known()}:
        raise NewerData(
            "These data were written by a newer version of Winnow. They are safe. Install that version or a newer one."
        )
    command.upgrade(config(url), "head")


def current(url: str) -> str | None:
    """The version a database is at; None for an empty one."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str | None:
    """The version this program needs."""
    return ScriptDirectory(str(resource("migrations"))).get_current_head()


def known() -> set[str]:
    """All versions this program has heard of."""
    return {script.revision for script in ScriptDirectory(str(resource("migrations"))).walk_revisions()}
