"""What clients of the desk saw, what the database holds, and every way in which the two can contradict each other.

A client writes one line per request: when it was sent and when it returned, by one clock, and whether it went well
(`ok`), was refused (`fail`), or nobody knows (`unknown`: the answer was lost, or never read).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Sample
from app.services import review_plan

Result = Literal["ok", "fail", "unknown"]
CLOCK = 0.05
"""Seconds by which a client's view of the time may differ from the database's: both read this machine's clock."""


@dataclass(frozen=True)
class Event:
    """One request. `next` asks for a sample and is told a place; `decide` answers, under a key that names the press."""

    client: int
    op: Literal["next", "decide"]
    invoked: float
    returned: float
    result: Result
    slot: int = 0
    key: str = ""
    decision: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Answer:
    """A stored review. `stands` is false for one that came too late or passed the sample on."""

    key: str
    expert: int
    slot: int
    sample: int
    decision: str
    comment: str
    stands: bool


@dataclass(frozen=True)
class Place:
    slot: int
    sample: int
    state: str
    expert: int | None


@dataclass(frozen=True)
class Stored:
    """What the database holds once everything has calmed down. `wanted` is the number of reviews asked, by sample."""

    answers: Sequence[Answer]
    places: Sequence[Place]
    wanted: dict[int, int]
    states: dict[int, str]


class Log:
    """A client's own file of events, each line flushed: it survives whatever happens to the client."""

    def __init__(self, folder: Path, client: int) -> None:
        self.file = (folder / f"{client}.jsonl").open("ab", buffering=0)

    def write(self, event: Event) -> None:
        self.file.write(orjson.dumps(asdict(event), option=orjson.OPT_APPEND_NEWLINE))


def read(folder: Path) -> list[Event]:
    return [
        Event(**orjson.loads(line))
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_bytes().splitlines()
    ]


def stored(session: Session) -> Stored:
    wanted: dict[int, int] = {}
    for dataset in session.scalars(select(Dataset)):
        of_sample = review_plan.wanted(dataset, Sample.id.expression)
        wanted |= dict(session.execute(select(Sample.id, of_sample).where(Sample.dataset_id == dataset.id)).all())
    answers = session.execute(
        text("""
        SELECT idempotency_key, expert_id, slot_id, sample_id, decision, comment,
            counted AND undone_at IS NULL AND decision <> 'skip' FROM reviews
    """)
    )
    places = session.execute(text("SELECT id, sample_id, state, expert_id FROM slots WHERE state <> 'closed'"))
    states = session.execute(text("SELECT id, state FROM samples"))
    return Stored(
        [Answer(*row) for row in answers], [Place(*row) for row in places], wanted, dict(map(tuple, states.all()))
    )


def violations(events: Sequence[Event], now: Stored, experts: dict[int, int], term: float) -> list[str]:
    """Every contradiction, in words; none is what must come out. `experts` says who a client was signed in as."""
    return [
        *_doubled(now),
        *_surplus_or_missing(now),
        *_lost(events, now, experts),
        *_phantoms(events, now),
        *_shared_leases(events, term),
    ]


def _doubled(now: Stored) -> Iterator[str]:
    """I2: one answer per place, one per person and sample, one per press."""
    standing = [answer for answer in now.answers if answer.stands]
    for what, found in (
        ("place", [answer.slot for answer in standing]),
        ("expert and sample", [(answer.expert, answer.sample) for answer in standing]),
        ("press", [answer.key for answer in now.answers]),
    ):
        for one, number in Counter(found).items():
            if number > 1:
                yield f"doubled: {number} answers for {what} {one}"


def _surplus_or_missing(now: Stored) -> Iterator[str]:
    """Exactly as many reviews as were asked for, and a decision by them; nothing is reserved or free any more."""
    standing = defaultdict(list)
    for answer in now.answers:
        if answer.stands:
            standing[answer.sample].append(answer.decision)
    for sample, wanted in now.wanted.items():
        if (number := len(standing[sample])) != wanted:
            yield f"{'surplus' if number > wanted else 'missing'}: sample {sample} has {number} of {wanted} answers"
        elif now.states[sample] != _outcome(standing[sample]):
            yield f"undecided: sample {sample} is {now.states[sample]} by {standing[sample]}"
    for place in now.places:
        if place.state != "done":
            yield f"stranded: place {place.slot} is {place.state}"


def _outcome(decisions: Sequence[str]) -> str:
    alike = {"approve": "approved", "reject": "rejected", "flag": "flagged"}
    return alike[decisions[0]] if len(set(decisions)) == 1 else "flagged"


def _lost(events: Iterable[Event], now: Stored, experts: dict[int, int]) -> Iterator[str]:
    """I3: what a client was told is saved is there, to the letter."""
    held = {answer.key: answer for answer in now.answers}
    for event in events:
        if event.op != "decide" or event.result != "ok":
            continue
        answer = held.get(event.key)
        if answer is None:
            yield f"lost: client {event.client} was told that {event.key} is saved"
        elif (answer.expert, answer.slot, answer.decision, answer.comment) != (
            experts[event.client],
            event.slot,
            event.decision,
            event.comment,
        ):
            yield f"changed: {event.key} is not what client {event.client} sent"


def _phantoms(events: Iterable[Event], now: Stored) -> Iterator[str]:
    """I4: what is there was sent by somebody, and was not refused."""
    results = defaultdict(set)
    for event in events:
        if event.op == "decide":
            results[event.key].add(event.result)
    for answer in now.answers:
        if not results[answer.key]:
            yield f"phantom: nobody sent {answer.key}"
        elif results[answer.key] == {"fail"}:
            yield f"phantom: {answer.key} was refused and is stored"


def _shared_leases(events: Iterable[Event], term: float) -> Iterator[str]:
    """I5: nobody is told that they hold a place while somebody else surely holds it."""
    holds = defaultdict(list)
    for hold in _holds(events, term):
        holds[hold[0]].append(hold[1:])
    for slot, found in holds.items():
        found.sort()
        for index, (_, until, client) in enumerate(found):
            for since, _, other in found[index + 1 :]:
                if since >= until:
                    break
                if other != client:
                    yield f"shared: place {slot} was client {client}'s until {until:.3f} and client {other}'s from {since:.3f}"


def _holds(events: Iterable[Event], term: float) -> Iterator[tuple[int, float, float, int]]:
    """(place, from, until, client): from when a client was told, until its time was up or it sent an answer."""
    by_client = defaultdict(list)
    for event in events:
        by_client[event.client].append(event)
    for client, own in by_client.items():
        own.sort(key=lambda event: event.invoked)
        for event in own:
            if event.op != "next" or event.result != "ok" or not event.slot:
                continue
            answers = (
                e.invoked for e in own if e.op == "decide" and e.slot == event.slot and e.invoked > event.invoked
            )
            until = min(event.invoked + term, *answers, float("inf")) - CLOCK
            if until > event.returned:
                yield event.slot, event.returned, until, client
