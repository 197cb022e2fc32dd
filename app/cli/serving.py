"""Commands that run Winnow: up, web, worker, migrate."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.settings import get_settings

Home = Annotated[Path | None, typer.Option(help="Directory for all data; WINNOW_HOME does the same.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the web server; WINNOW_PORT does the same.")]


def register(app: typer.Typer) -> None:
    for command in (up, web, worker, migrate, healthy):
        app.command()(command)


def up(
    home: Home = None,
    port: Port = None,
    demo: Annotated[bool, typer.Option("--demo", help="Add a small demonstration dataset at the first start.")] = False,
) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, the web server and a worker. Stop with Ctrl-C.

    With DATABASE_URL and REDIS_URL set, those are used and none are started.
    """
    from app import supervisor

    _environment(home, port)
    supervisor.up(with_demo=demo)


def web(port: Port = None) -> None:
    """Run the web server alone. Needs DATABASE_URL and REDIS_URL."""
    import uvicorn

    from app import first_visit

    _environment(None, port)
    _need_services()
    first_visit.show_link()
    settings = get_settings()
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_processes,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=8,
    )


def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, help="Pieces of work done at a time; WINNOW_WORKER_PROCESSES does the same.")
    ] = None,
) -> None:
    """Run a worker alone; start as many, on as many machines, as you like.

    Needs DATABASE_URL, REDIS_URL and the shared blob directory.
    """
    _need_services()
    os.nice(10)  # where web server and worker share a machine, whoever waits for a page goes first
    count = processes or get_settings().worker_processes
    os.execv(  # noqa: S606 - no shell is wanted
        sys.executable,
        [
            sys.executable,
            "-m",
            "celery",
            "--quiet",
            "-A",
            "worker.main",
            "worker",
            "--concurrency",
            str(count),
            "--queues",
            "winnow",
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--hostname",
            f"winnow-{os.getpid()}@%h",
        ],
    )


def migrate() -> None:
    """Bring the database to the version that this program needs. Needs DATABASE_URL, or uses the embedded database."""
    from app import attach
    from app import migrate as migrations

    with attach.services() as settings:
        migrations.upgrade(str(settings.database_url))
        typer.echo(f"The database is at version {migrations.head()}.")


def healthy(
    worker: Annotated[
        bool, typer.Option("--worker", help="Ask about a worker on this machine instead of the web server.")
    ] = False,
) -> None:
    """Exit with 0 where the web server answers, or a worker on this machine gave a sign of life; for container health checks."""
    from app import health

    raise typer.Exit(int(not (health.worker_is_alive() if worker else health.web_answers())))


def _environment(home: Path | None, port: int | None) -> None:
    """Options win over the environment, for this process and its children."""
    if home:
        os.environ["WINNOW_HOME"] = str(home.resolve())
    if port:
        os.environ["WINNOW_PORT"] = str(port)
    get_settings.cache_clear()


def _need_services() -> None:
    settings = get_settings()
    missing = [
        name for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)) if not url
    ]
    if missing:
        typer.secho(f"Set {' and '.join(missing)}, or run everything with `winnow up`.", err=True, fg="red")
        raise typer.Exit(1)
