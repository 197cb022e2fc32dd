"""Experts, browsers, networks and servers fail in every way at once: no answer is lost, doubled, surplus or invented.

`make chaos` runs the long version: CHAOS_SECONDS of rough time with CHAOS_SAMPLES samples in each of two datasets.
"""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import review_chaos
from tests.faults.broken_builds import GUARDS
from tests.faults.review_history import Answer, Event, Place, Stored, violations
from tests.services.engine import hurry, run_sql

SECONDS = float(os.environ.get("CHAOS_SECONDS", "8"))
SAMPLES = int(os.environ.get("CHAOS_SAMPLES", "50"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))


@pytest.fixture
def quick(database: str) -> None:
    hurry()


@pytest.mark.usefixtures("quick")
@pytest.mark.thorough
def test_two_hundred_experts_and_nothing_is_lost(tmp_path: Path) -> None:
    found, events, server = review_chaos.run(
        tmp_path, clients=200, samples=SAMPLES, rough_seconds=SECONDS, kills=max(2, round(SECONDS / 5)), seed=SEED
    )

    told = Counter((event.op, event.result) for event in events)
    print(f"\n{server.kills} servers killed; {dict(sorted(told.items()))}")
    assert found == []
    assert told["decide", "unknown"] > 10, "too calm to prove anything"
    presses = Counter(event.key for event in events if event.op == "decide")
    assert sum(number > 1 for number in presses.values()) > 10


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("guard", "word"),
    [
        ("compare and set", "doubled"),
        ("idempotency", "doubled"),
        ("exclusive lease", "shared"),
        ("saved before it is said", "lost"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_the_checker_sees_a_guard_that_is_missing(tmp_path: Path, guard: str, word: str) -> None:
    run_sql(GUARDS[guard])
    found, _, _ = review_chaos.run(
        tmp_path,
        clients=40,
        samples=20,
        rough_seconds=4,
        kills=0,
        patience=0,
        factory="tests.faults.broken_builds:create_app",
        environment={"BROKEN": guard},
    )

    assert [one for one in found if one.startswith(word)], found[:5]


SOUND = Stored([Answer("k", 7, 1, 10, "approve", "x", True)], [Place(1, 10, "done", 7)], {10: 1}, {10: "approved"})
HISTORY = [Event(0, "next", 0, 0.1, "ok", 1), Event(0, "decide", 1, 1.1, "ok", 1, "k", "approve", "x")]


def check(events: list[Event], now: Stored) -> list[str]:
    return [one.partition(":")[0] for one in violations(events, now, {0: 7, 1: 8}, 5)]


def test_a_sound_history_contradicts_nothing() -> None:
    assert check(HISTORY, SOUND) == []
    assert check([*HISTORY, replace(HISTORY[1], result="unknown")], SOUND) == []


@pytest.mark.parametrize(
    ("events", "now", "word"),
    [
        (HISTORY, replace(SOUND, answers=[]), "lost"),
        (HISTORY, replace(SOUND, answers=[replace(SOUND.answers[0], comment="y")]), "changed"),
        (HISTORY[:1], SOUND, "phantom"),
        ([HISTORY[0], replace(HISTORY[1], result="fail")], SOUND, "phantom"),
        (HISTORY, replace(SOUND, answers=[*SOUND.answers, replace(SOUND.answers[0], key="l")]), "doubled"),
        (HISTORY, replace(SOUND, wanted={10: 2}), "missing"),
        (HISTORY, replace(SOUND, wanted={10: 0}), "surplus"),
        (HISTORY, replace(SOUND, states={10: "queued"}), "undecided"),
        (HISTORY, replace(SOUND, places=[Place(1, 10, "leased", 7)]), "stranded"),
        ([*HISTORY, Event(1, "next", 0.2, 0.3, "ok", 1)], SOUND, "shared"),
    ],
)
def test_each_contradiction_is_named(events: list[Event], now: Stored, word: str) -> None:
    assert word in check(events, now)


def test_a_place_may_be_another_s_once_the_time_is_up_or_an_answer_was_sent() -> None:
    for begins in (1.2, 5.2):
        events = HISTORY if begins < 5 else HISTORY[:1]
        later = Event(1, "next", begins - 0.1, begins, "ok", 1)
        assert "shared" not in check([*events, later], SOUND)
