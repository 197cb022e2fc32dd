"""The commands of docker-compose.yml, run with its environment against services that were started separately."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from app import embedded
from tests.system.program import Program, environment, free_port, home, started

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def command(service: str) -> list[str]:
    """A service's command, with this environment's program."""
    return [sys.executable, "-m", "app.cli", *COMPOSE[service]["command"][1:]]


def check(service: str) -> list[str]:
    words = COMPOSE[service]["healthcheck"]["test"]
    assert words[:2] == ["CMD", "winnow"]
    return [sys.executable, "-m", "app.cli", *words[2:]]


@contextmanager
def services(directory: Path) -> Iterator[dict[str, str]]:
    """Addresses in the form that the compose file gives them."""
    with embedded.services(directory) as found:
        yield {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}


def healthy(service: str, env: dict[str, str], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if subprocess.run(check(service), env=env, timeout=60).returncode == 0:
            return True
        time.sleep(0.5)
    return False


def test_every_setting_that_the_file_names_exists() -> None:
    from app.settings import Settings

    names = {f"WINNOW_{field.upper()}" for field in Settings.model_fields} | {"DATABASE_URL", "REDIS_URL"}
    for service in ("migrate", "web", "worker"):
        assert set(COMPOSE[service]["environment"]) <= names


def test_migrate_web_and_two_workers_come_up_healthy() -> None:
    with home() as directory, services(directory) as addresses, ExitStack() as stack:
        env = environment(directory, free_port(), WINNOW_LOG_FORMAT="json", **addresses)
        subprocess.run(command("migrate"), env=env, check=True, timeout=120)
        web = stack.enter_context(started(command("web"), env))
        workers: list[Program] = [stack.enter_context(started(command("worker"), env)) for _ in range(2)]
        assert healthy("web", env), web.output
        assert healthy("worker", env), shlex.join(workers[0].lines)
        assert web.wait_ready() == {"database": True, "broker": True, "worker": True}
        assert "/first-admin/" in web.output


def test_health_checks_fail_where_nothing_runs() -> None:
    with home() as directory:
        env = environment(
            directory,
            free_port(),
            DATABASE_URL="postgresql:///nowhere?host=/nonexistent",
            REDIS_URL="redis://127.0.0.1:1/0",
        )
        assert subprocess.run(check("web"), env=env, timeout=60).returncode == 1
        assert subprocess.run(check("worker"), env=env, timeout=60).returncode == 1
