"""`winnow up`: one command, one Ctrl-C, and the same data at the next start."""

import signal
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.system.program import environment, free_port, home, started, winnow


def run(*arguments: str, env: dict[str, str], given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(winnow(*arguments), env=env, input=given, capture_output=True, text=True, timeout=120)


def processes_of(directory: Path) -> list[str]:
    """Command lines of all processes that mention a directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(directory) in command or (process.info["environ"] or {}).get("WINNOW_HOME") == str(directory):
            found.append(command)
    return found


def test_starts_refuses_a_second_start_stops_cleanly_and_finds_its_data_again() -> None:
    with home() as directory:
        env = environment(directory, free_port())
        with started(winnow("up"), env) as first:
            link = first.wait_for(r"/first-admin/(\S+)")
            first.wait_for("Winnow is ready")
            assert first.wait_ready() == {"database": True, "broker": True, "worker": True}

            second = run("up", env=env | {"WINNOW_PORT": str(free_port())})
            assert second.returncode == 1
            assert "already running" in second.stderr
            assert "Traceback" not in second.stderr

            added = run(
                "user", "add", "ada@example.org", "--name", "Ada", "--admin", env=env, given="a long enough sentence\n"
            )
            assert added.returncode == 0, added.stderr
            assert run("dataset", "create", "Answers", env=env).returncode == 0
            assert first.stop() == 0
        assert link.group(1) not in "".join(
            path.read_text(errors="replace") for path in directory.glob("*") if path.is_file()
        )
        assert processes_of(directory) == []

        with started(winnow("up"), env) as again:
            again.wait_ready()
            assert "first-admin" not in again.output
            assert "Answers" in run("dataset", "list", env=env).stdout
            assert again.stop(signal.SIGTERM) == 0
        assert "Answers" in run("dataset", "list", env=env).stdout, "commands work without a running Winnow too"
        assert processes_of(directory) == []


@pytest.mark.thorough
def test_a_killed_supervisor_leaves_nothing_that_hinders_the_next_start() -> None:
    with home() as directory:
        env = environment(directory, free_port())
        with started(winnow("up"), env) as killed:
            killed.wait_ready()
            killed.stop(signal.SIGKILL)
        with started(winnow("up"), env) as again:
            again.wait_ready()
            assert again.stop() == 0


def test_a_taken_port_is_said_before_anything_starts() -> None:
    with home() as directory, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("up", env=environment(directory, taken.getsockname()[1]))
        assert ended.returncode == 1
        assert f"Port {taken.getsockname()[1]}" in ended.stderr
        assert "winnow up --port" in ended.stderr
        assert not (directory / "postgres").exists()


def test_data_of_another_layout_are_left_alone() -> None:
    with home() as directory:
        (directory / "layout").write_text("99\n")
        ended = run("up", env=environment(directory, free_port()))
        assert ended.returncode == 1
        assert "layout 99" in ended.stderr
        assert "They are safe" in ended.stderr
        assert sorted(path.name for path in directory.iterdir()) == ["layout"]


def test_a_full_disk_is_said_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from app import home as homes

    monkeypatch.setattr(homes, "LEAST_FREE", 1 << 60)
    with (
        home() as directory,
        pytest.raises(homes.HomeError, match=r"is full.*Free some space"),
        homes.locked(directory),
    ):
        pass
