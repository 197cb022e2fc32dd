"""The PostgreSQL from the wheel is set up for this machine, and stays so when it is started again."""

from pathlib import Path

import psycopg
import pytest

from app import embedded


def test_postgres_is_set_up_for_this_machine(postgres: str) -> None:
    with psycopg.connect(postgres.replace("+psycopg", "")) as connection:
        assert shown(connection, "jit") == "off"
        assert shown(connection, "max_wal_size") == "2GB"


def test_settings_are_written_once_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgresql.conf").write_text("port = 5432\n")
    for pages, buffers in ((1 << 18, "128MB"), (1 << 23, "1024MB")):
        monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": pages}.__getitem__)
        embedded._tune(tmp_path)
        assert f"shared_buffers = '{buffers}'" in (tmp_path / "winnow.conf").read_text()
    own = (tmp_path / "postgresql.conf").read_text()
    assert (own.count("winnow.conf"), own.startswith("port = 5432")) == (1, True)


def shown(connection: "psycopg.Connection[tuple[str]]", name: str) -> str:
    found = connection.execute(f"SHOW {name}").fetchone()  # type: ignore[call-overload]
    return str(found[0])
