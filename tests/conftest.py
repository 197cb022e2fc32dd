"""A real PostgreSQL for all tests, and the application with Alice, Lena, Bob and Charlie in front of it.

Alice is an administrator, and an admin of `dataset`; Dora is its admin only, Lena its lead, Bob one of its experts;
Charlie has an account and no access. What a test does is rolled back, save in a `database` of its own.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app import db, embedded, migrate, queue
from app.main import create_app
from app.models import Dataset, Role, User
from app.services import sign_ins
from app.settings import get_settings
from app.web import dependencies
from tests import factories

# A busy machine is no fault of the code.
# The same examples each time, so that a change is told from luck; HYPOTHESIS_PROFILE=search looks for new ones.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("winnow", derandomize=True, max_examples=60, **PATIENT)
hypothesis.settings.register_profile("search", max_examples=1_000, **PATIENT)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "winnow"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an embedded server whose database `template1` is migrated, so that every new database is too."""
    # Not below pytest's own directory: for root the server runs as another user, who may not look into that.
    with TemporaryDirectory(prefix="winnow-tests-") as home, embedded.postgres(Path(home)) as url:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):  # nobody cuts the power of a test
            _run(url, f"ALTER SYSTEM SET {name} = off")
        _run(url, "SELECT pg_reload_conf()")
        template = _with_name(url, "template1")
        migrate.upgrade(template)
        _run(url, "CREATE DATABASE winnow")
        yield _with_name(url, "winnow")


@pytest.fixture(scope="session")
def engine(postgres: str) -> Iterator[Engine]:
    made = db.make_engine(postgres)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has its own home directory, and none of the machine's settings."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    for name in ("DATABASE_URL", "REDIS_URL", "WINNOW_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One connection in a transaction that is rolled back at the end."""
    with engine.connect() as made, made.begin() as outer:
        yield made
        outer.rollback()


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs whose workers would have been woken: there is no broker in these tests."""
    sent: list[int] = []
    monkeypatch.setattr(queue, "send", lambda job_id, count=1: sent.append(job_id))
    return sent


@pytest.fixture
def session(connection: Connection, wakes: list[int]) -> Iterator[Session]:
    """A session whose commits are savepoints of the test's transaction."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
        yield made


@pytest.fixture
def app(connection: Connection, wakes: list[int]) -> FastAPI:
    """The real application; each request has a session of its own on the test's connection."""
    made = create_app()

    def get_session(request: dependencies.Request) -> Iterator[Session]:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as own, own.begin():
            request.state.session = own
            yield own

    made.dependency_overrides[dependencies.get_session] = get_session
    return made


class Browser(TestClient):
    """A browser on our own pages: what the test wrote is seen by its requests, and the other way round.

    Redirects are shown, not followed.
    """

    def __init__(self, app: FastAPI, session: Session, user: User | None = None) -> None:
        super().__init__(app, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
        self.session = session
        self.user = user
        if user is not None:
            self.hold(sign_ins.start(session, user))

    def hold(self, token: str) -> None:
        """Put a sign-in cookie into the browser, as the server would."""
        self.cookies.set("winnow", token, domain="testserver.local", path="/")

    def request(self, *args: Any, **options: Any) -> Any:
        self.session.flush()
        try:
            return super().request(*args, **options)
        finally:
            self.session.expire_all()

    def htmx(self, url: str, method: str = "GET", **options: Any) -> Any:
        """A request as htmx sends it."""
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}", **options.pop("headers", {})}
        return self.request(method, url, headers=headers, **options)


@pytest.fixture
def dataset(session: Session) -> Dataset:
    return factories.make_dataset(session, "Primary care answers", goal="Safe, sourced answers.")


@pytest.fixture
def anonymous(app: FastAPI, session: Session) -> Browser:
    """Nobody."""
    return Browser(app, session)


@pytest.fixture
def alice(app: FastAPI, session: Session, dataset: Dataset) -> Browser:
    """An administrator of the installation, and an admin of the dataset."""
    return _member(app, session, dataset, "Alice", Role.ADMIN, is_admin=True)


@pytest.fixture
def dora(app: FastAPI, session: Session, dataset: Dataset) -> Browser:
    """An admin of the dataset, and of nothing else."""
    return _member(app, session, dataset, "Dora", Role.ADMIN)


@pytest.fixture
def lena(app: FastAPI, session: Session, dataset: Dataset) -> Browser:
    """A lead of the dataset."""
    return _member(app, session, dataset, "Lena", Role.LEAD)


@pytest.fixture
def bob(app: FastAPI, session: Session, dataset: Dataset) -> Browser:
    """An expert of the dataset."""
    return _member(app, session, dataset, "Bob", Role.EXPERT)


@pytest.fixture
def charlie(app: FastAPI, session: Session) -> Browser:
    """A person with an account and no access to the dataset."""
    return Browser(app, session, factories.make_user(session, "Charlie", email="charlie@clinic.example"))


@pytest.fixture
def queries(connection: Connection) -> Iterator[list[str]]:
    """The statements sent on the test's connection, savepoints aside; clear() it before what is to be counted."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database where commits are real, for threads and races: app.db is bound to it."""
    name = f"test_{abs(hash(tmp_path)):x}"
    _run(postgres, f"CREATE DATABASE {name}")
    url = _with_name(postgres, name)
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    db.forget_engine()
    yield url
    db.get_engine().dispose()
    db.forget_engine()
    _run(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _member(
    app: FastAPI, session: Session, dataset: Dataset, name: str, role: Role, *, is_admin: bool = False
) -> Browser:
    user = factories.make_user(session, name, email=f"{name.lower()}@clinic.example", is_admin=is_admin)
    factories.join(session, dataset, user, role)
    return Browser(app, session, user)


def _with_name(url: str, name: str) -> str:
    """The same server, another database."""
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


def _run(url: str, statement: str) -> None:
    """A statement that PostgreSQL wants outside a transaction."""
    engine = db.make_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
