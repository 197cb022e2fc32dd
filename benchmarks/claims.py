"""The claim of a place among many: 1,000,000 places in 20 lanes, 200 of them reserved; and what the whole queue costs.

    python -m benchmarks.claims [places]
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import db, embedded, migrate
from app.models import Dataset, Membership, Role, Sample, User
from app.services import (
    blocks,
    claiming,
    fitting,
    lanes,
    leases,
    queue_health,
    queue_order,
    review_plan,
    review_progress,
    slots,
)

LANES, LEASES, TIMES = 20, 200, 200
_SAMPLES = """
    SET LOCAL winnow.counting = 'off';
    INSERT INTO corpora (dataset_id, name, file_name, sha256, size, state, lines, accepted, field)
        SELECT 1, 'Corpus ' || n, n || '.jsonl', n, 1, 'ready', {each}, {each}, 'field ' || n FROM generate_series(1, {lanes}) n;
    INSERT INTO samples (dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash, question,
            answer, state)
        SELECT 1, 1 + n % {lanes}, n, 'f', n, 'instruction', '{{"prompt": "q", "response": "a"}}', '{{}}',
            decode(md5(n::text), 'hex'), 'q', 'a', 'queued' FROM generate_series(1, {places}) n;
    INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
        SELECT 1, id, 'queued', {each} FROM corpora
"""


def main(places: int) -> None:
    with TemporaryDirectory(prefix="winnow-claims-") as home, embedded.postgres(Path(home)) as url:
        migrate.upgrade(url)
        engine = db.make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            session.execute(text("SET synchronous_commit = off"))  # the disk of this machine is not what is measured
            session.commit()
            dataset, users = _people(session)
            session.execute(text(_SAMPLES.format(places=places, lanes=LANES, each=places // LANES)))
            session.execute(text("ANALYZE samples"))
            _told("make all places in their lanes", session, lambda: _open(session, dataset))
            session.execute(text("ANALYZE slots"))
            session.commit()
            for user in users[:LEASES]:
                leases.next_slots(session, dataset, user, 1)
            session.commit()
            _claims(session, dataset, users)
            _whole(session, dataset)


def _open(session: Session, dataset: Dataset) -> None:
    """As at the end of a run."""
    queue_order._prepare(session, dataset, None, blocks.layout(session, dataset.id, 0), None)
    slots.open_slots(session, dataset, select(Sample.id), is_prepared=True)


def _people(session: Session) -> tuple[Dataset, list[User]]:
    dataset = Dataset(id=1, name="Many", purpose="task", form="instruction")
    users = [User(name=f"Person {n}", email=f"{n}@x", password_hash="") for n in range(LEASES + 50)]
    session.add_all([dataset, *users])
    session.flush()
    session.add_all(Membership(dataset_id=1, user_id=user.id, role=Role.EXPERT) for user in users)
    session.flush()
    session.refresh(dataset)
    return dataset, users


def _claims(session: Session, dataset: Dataset, users: list[User]) -> None:
    served = lanes.served(session, dataset, users[-1])
    print(f"lanes served: {len(served)}")
    taken = []
    for number in range(TIMES):
        user = users[LEASES + number % 50]
        began = time.perf_counter()
        assert claiming.claim(session, dataset, user, served, is_urgent=True)
        taken.append(1_000 * (time.perf_counter() - began))
        session.commit()
    print(f"claim: median {median(taken):.2f} ms, p95 {quantiles(taken, n=20)[-1]:.2f} ms")
    values = {"dataset": 1, "expert": users[-1].id, "seconds": 60, "lanes": served, "lane": served[1]}
    for statement in (claiming._LANES, claiming._FREE):
        plan = session.scalars(text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement.text}"), values)
        print("\n".join(line for line in plan if "Index" in line or "Seq" in line or "Time" in line))
    session.rollback()


def _whole(session: Session, dataset: Dataset) -> None:
    def reorder() -> None:
        review_plan.save(session, dataset, order="random", seed=5)
        queue_order.arrange(session, dataset)

    def reviews(number: int) -> Callable[[], None]:
        def change() -> None:
            dataset.reviews_per_sample = number
            session.flush()
            fitting.fit(session, dataset)

        return change

    _told("another order", session, reorder)
    _told("two reviews instead of one", session, reviews(2))
    _told("and one again", session, reviews(1))
    _told("health of the queue", session, lambda: queue_health.of(session, dataset))
    _told("progress", session, lambda: review_progress.of(session, dataset))


def _told(what: str, session: Session, call: Callable[[], Any]) -> None:
    began = time.perf_counter()
    call()
    session.commit()
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
