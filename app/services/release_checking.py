"""Working through the gate: pages of rows past every check, then what all of it comes to."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.messages import parts
from app.models import Job, Level, Release, ReleaseCheck, ReleaseFinding, ReleaseTally
from app.services.gate import Check, Finding, checks
from app.services.jobs import ShardPlan
from app.services.release_page import Page
from app.services.release_rows import Part, Row, end, rows
from app.services.working import Piece

ROWS_PER_SHARD = 20_000
MOST_SHOWN = 200
"""Findings kept per check and shard; all are counted."""


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """Positions in pieces for as many workers as there are."""
    release_id = job.params["release_id"]
    last = end(session, release_id)  # not their number: what caps and budget took out leaves gaps
    return [
        ShardPlan({"release_id": release_id, "first": first, "last": min(first + ROWS_PER_SHARD, last)},
                  min(ROWS_PER_SHARD, last - first))
        for first in range(0, last, ROWS_PER_SHARD)
    ]  # fmt: skip


def check(piece: Piece) -> None:
    """Look at every row of a shard. What was found is stored at its end: an interrupted shard is begun anew."""
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
        composition = Composition.model_validate(release.composition)
        at_work = {key: kind(session, release, composition) for key, kind in checks().items()}
    found: dict[str, list[Finding]] = defaultdict(list)
    part = Part(piece.params["first"], piece.params["last"])
    for page in rows(piece, release, exporters()[composition.format], part):
        with piece.reading() as session:
            _look(session, at_work, page, found)
        with piece.step(page[-1].position - part.first, {}):
            pass
    with piece.step(piece.shard.total, {}) as session:
        _store(session, release.id, piece.shard.number, at_work, found)


def _look(session: Session, at_work: dict[str, Check], page: Sequence[Row], found: dict[str, list[Finding]]) -> None:
    """Rows that a check leaves out are not shown to those after it; of the others so many are kept as are shown."""
    left = Page(page)
    for key, one in at_work.items():
        new = list(one.look(session, left))
        gone = [finding for finding in new if finding.leaves_out]
        pointed = [finding for finding in new if not finding.leaves_out]
        one.counts["left_out"] += len(gone)
        one.counts["found"] += len(pointed)
        kept = sorted([*found[key], *gone, *pointed], key=_rank)
        found[key] = kept[: max(MOST_SHOWN, sum(finding.leaves_out for finding in kept))]
        out = {finding.row.position for finding in gone}
        left = Page(row for row in left if row.position not in out) if out else left


def _rank(finding: Finding) -> int:
    """What is left out is all kept: it must be written down. Then come those that block."""
    return 0 if finding.leaves_out else 1 if finding.blocks else 2


def _store(
    session: Session, release_id: int, shard: int, at_work: dict[str, Check], found: dict[str, list[Finding]]
) -> None:
    first_and_last = (ReleaseTally.release_id == release_id, ReleaseTally.shard == shard)
    session.execute(delete(ReleaseTally).where(*first_and_last))
    session.execute(
        insert(ReleaseTally),
        [
            {"release_id": release_id, "shard": shard, "check": key, "facts": dict(one.counts) | one.facts()}
            for key, one in at_work.items()
        ],
    )
    left_out = [(one.row.position, one.why) for all_of_one in found.values() for one in all_of_one if one.leaves_out]
    if left_out:
        session.execute(
            text("UPDATE release_rows SET left_out = :why WHERE release_id = :release AND position = :position"),
            [{"release": release_id, "position": position, "why": why} for position, why in left_out],
        )
    rows = [
        {
            "release_id": release_id,
            "check": key,
            "position": one.row.position,
            "sample_id": one.row.sample_id,
            "why": one.why,
            "said": parts(one.why),
        }
        for key, all_of_one in found.items()
        for one in all_of_one[:MOST_SHOWN]
    ]
    if rows:
        session.execute(insert(ReleaseFinding), rows)


def conclude(session: Session, release: Release) -> bool:
    """What every check comes to, stored; whether nothing blocks."""
    composition = Composition.model_validate(release.composition)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    mine = select(ReleaseTally.check, ReleaseTally.facts).where(ReleaseTally.release_id == release.id)
    for key, facts in session.execute(mine.execution_options(yield_per=20)):
        counts[key].update({name: fact for name, fact in facts.items() if isinstance(fact, int)})
    levels = []
    for key, kind in checks().items():
        outcome = kind.outcome(session, release, composition, counts[key])
        levels.append(outcome.level)
        session.add(ReleaseCheck(release_id=release.id, check=key, said=parts(outcome.words), **outcome.__dict__))
    session.flush()
    return Level.BLOCK not in levels
