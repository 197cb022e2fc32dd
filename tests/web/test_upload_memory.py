"""A large upload through a real server, whose memory must not grow with the file."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import db
from app.models import Corpus
from app.services import sign_ins
from tests import factories

LINE = b'{"text": "' + b"word " * 2_000 + b'"}\n'
LINES = 50_000_000 // len(LINE)


@pytest.fixture
def server(database: str) -> Iterator[tuple[int, int]]:
    """(port, process) of a web server of its own on the test's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "app.main:create_app",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    with subprocess.Popen(command, env=os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0"}) as process:
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.terminate()


def test_fifty_megabytes_leave_the_servers_memory_flat(server):
    port, process = server
    with db.transaction() as session:
        user = factories.make_user(session, "Alice", is_admin=True)
        dataset = factories.make_dataset(session)
        cookie = sign_ins.start(session, user)
    assert put(port, dataset.id, cookie, "small.jsonl", 5) == 201
    before = peak(process)
    assert put(port, dataset.id, cookie, "large.jsonl", LINES) == 201
    assert peak(process) - before < 20_000_000
    with db.transaction() as session:
        assert {corpus.size for corpus in session.query(Corpus)} == {5 * len(LINE), LINES * len(LINE)}


def put(port: int, dataset_id: int, cookie: str, name: str, lines: int) -> int:
    """Send so many lines, made as they are sent, and give the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"winnow={cookie}", "Sec-Fetch-Site": "same-origin", "Content-Length": str(lines * len(LINE))}
    connection.request(
        "PUT", f"/datasets/{dataset_id}/corpora/file?file_name={name}", (LINE for _ in range(lines)), headers
    )
    return connection.getresponse().status


def peak(process: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")
