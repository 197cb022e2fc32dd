"""Acceptance by sampling: drawing the sample of a stratum, keeping the rest out of the queue, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import randbits

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation import acceptance, lots
from app.curation.acceptance import Plan
from app.curation.exact_bounds import Bound, upper_bound
from app.messages import say
from app.models import Acceptance, AcceptanceState, Dataset, JobKind, Run, User, Verdict
from app.services import chosen, jobs, runs, strata
from app.services.contents import Ids
from app.services.errors import Conflict, Invalid, NotFound
from app.services.strata import Stratum

HEAD = -1e9
"""The rank of drawn samples: before all others, in the order in which they were drawn."""
AT_ONCE = 20_000
"""So many samples are worked on while the person waits; with more it is a job."""
DRAWN_BY = ("", "corpus", "score", "cluster")
TOO_FEW = (
    "Even with all {population:,} samples judged, {allowed:,} defects would be more than you tolerate. "
    "Allow fewer defects, or tolerate more."
)


@dataclass(frozen=True)
class Standing:
    """What experts said of the drawn samples so far. `gone` left the queue unjudged, and count as defects."""

    size: int
    clean: int
    edited: int
    rejected: int
    flagged: int
    gone: int
    reviewers: int

    @property
    def judged(self) -> int:
        return self.clean + self.defects

    @property
    def defects(self) -> int:
        """A sample that had to be edited was not good as it stood; one that nobody could judge may be bad."""
        return self.edited + self.rejected + self.flagged + self.gone

    @property
    def is_complete(self) -> bool:
        return self.judged == self.size


def of(session: Session, dataset_id: int) -> Sequence[Acceptance]:
    """A dataset's acceptances, newest first."""
    mine = select(Acceptance).where(Acceptance.dataset_id == dataset_id)
    return session.scalars(mine.order_by(Acceptance.id.desc())).all()


def find(session: Session, dataset: Dataset, acceptance_id: int, *, lock: bool = False) -> Acceptance:
    """One of a dataset's acceptances, as it is now. NotFound."""
    found = session.get(Acceptance, acceptance_id, with_for_update=lock or None, populate_existing=True)
    if found is None or found.dataset_id != dataset.id:
        raise NotFound(say("There is no such acceptance in this dataset. Look for it in the list."))
    return found


def available(session: Session, dataset: Dataset, stratum: Stratum) -> int:
    """How many samples of a stratum nobody has begun to review."""
    chosen.fill(session, strata.ids(session, dataset, stratum))
    return session.scalar(text(f"SELECT count(*) FROM ({_UNTOUCHED}) AS untouched")) or 0  # noqa: S608 - constants only


def start(
    session: Session,
    dataset: Dataset,
    by: User,
    stratum: Stratum,
    *,
    name: str,
    tolerable: float,
    confidence: float,
    allowed: int = 0,
    drawn_by: str = "",
    seed: int | None = None,
) -> Acceptance:
    """Freeze a stratum, draw its sample and put that at the head of the queue; the rest waits. Invalid, Conflict.

    Of a large stratum this is a job.
    """
    found = strata.ids(session, dataset, stratum)
    one = Acceptance(
        dataset_id=dataset.id,
        name=name,
        stratum=stratum.stored(),
        drawn_by=drawn_by,
        tolerable=tolerable,
        confidence=confidence,
        allowed=allowed,
        seed=randbits(31) if seed is None else seed,
        population=len(found),
        started_by=by.id,
    )
    session.add(one)
    session.flush()
    if len(found) > AT_ONCE:
        _plan(one)
        one.job_id = jobs.start(
            session, JobKind.ACCEPTANCE, dataset.id, {"acceptance_id": one.id, "act": "draw"}, by.id
        ).id
    else:
        draw(session, dataset, one)
    session.flush()
    session.refresh(one)
    return one


def draw(session: Session, dataset: Dataset, one: Acceptance) -> None:
    """Freeze the stratum as it is at this moment, and draw. Invalid, Conflict."""
    _one_at_a_time(session, dataset)
    stratum = Stratum.of(one.stratum)
    held = _hold(session, strata.ids(session, dataset, stratum))
    members = np.unique(held[:, 1])
    one.population = len(members)
    one.sample_size = _plan(one).size
    of = groups(session, dataset, stratum, one.drawn_by, members)
    drawn = members[lots.drawn(one.sample_size, of, one.seed)]
    places = _first_places(held, drawn)
    one.members = members.astype("<i8").tobytes()
    one.held = np.sort(np.setdiff1d(held[:, 0], places)).astype("<i8").tobytes()
    one.state = AcceptanceState.JUDGING
    session.flush()
    session.execute(text(_DRAW), {"acceptance": one.id, "places": places.tolist(), "head": HEAD})


def _plan(one: Acceptance) -> Plan:
    if not one.population:
        raise Conflict(say("No sample of this kind waits for its first review, so there is nothing to accept. Choose others."))
    plan = acceptance.plan(one.population, one.tolerable, one.confidence, one.allowed)
    if plan is None:
        raise Invalid(TOO_FEW.format(population=one.population, allowed=one.allowed), "allowed")
    return plan


def standing(session: Session, one: Acceptance) -> Standing:
    """How far the judging is. A sample that was deleted meanwhile has left unjudged too."""
    row = session.execute(text(_STANDING), {"acceptance": one.id}).one()
    return Standing(
        one.sample_size,
        row.clean,
        row.edited,
        row.rejected,
        row.flagged,
        row.gone + one.sample_size - row.drawn,
        row.reviewers,
    )


def bound(one: Acceptance, found: Standing) -> Bound:
    """What can be said by what was judged so far; it counts once all are."""
    return upper_bound(found.defects, found.judged, one.population, one.confidence)


def members(one: Acceptance) -> Ids:
    """The ids of the frozen stratum."""
    return np.frombuffer(one.members, "<i8")


def groups(session: Session, dataset: Dataset, stratum: Stratum, drawn_by: str, members: Ids) -> lots.Groups:
    """The group of each member, in proportion to which the sample is drawn."""
    run = runs.latest(session, dataset.id)
    if drawn_by == "corpus":
        return _by_corpus(session, members)
    if drawn_by == "score":
        return lots.bins(strata.values(session, run, stratum.measure or strata.QUALITY, members))
    if drawn_by == "cluster":
        return _by_cluster(session, run, members)
    return np.zeros(len(members), np.int64)


def _by_corpus(session: Session, members: Ids) -> lots.Groups:
    chosen.fill(session, members)
    rows = session.execute(text("SELECT s.corpus_id FROM samples s JOIN chosen USING (id) ORDER BY s.id"))
    return np.fromiter((row.corpus_id for row in rows), np.int64, len(members))


def _by_cluster(session: Session, run: Run | None, members: Ids) -> lots.Groups:
    """The sample that stands for a member's near-duplicates; those without any are one group together."""
    mine = (Verdict.run_id == (run.id if run else 0), Verdict.duplicate_of.is_not(None))
    rows = session.execute(select(Verdict.sample_id, Verdict.duplicate_of).where(*mine)).all()
    survivors = {row.duplicate_of for row in rows}
    of = {row.sample_id: row.duplicate_of for row in rows} | {survivor: survivor for survivor in survivors}
    return np.fromiter((of.get(one, 0) or 0 for one in members.tolist()), np.int64, len(members))


def _one_at_a_time(session: Session, dataset: Dataset) -> None:
    """Two strata that are drawn at the same moment must not share a sample."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"acceptance {dataset.id}"}
    )


def _hold(session: Session, ids: Ids) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Close all places of samples that nobody has begun; returns (place, sample), by sample and number of the place.

    Whoever reserves one at this moment is either seen, and the sample stays in the queue, or finds it closed.
    """
    chosen.fill(session, ids)
    rows = session.execute(text(_HOLD)).all()
    held = np.array([(row.id, row.sample_id) for row in rows], np.int64).reshape(-1, 2)
    begun = np.array(session.scalars(text(_BEGUN)).all(), np.int64)
    is_begun = np.isin(held[:, 1], begun)
    if is_begun.any():
        session.execute(
            text("UPDATE slots SET state = 'open' WHERE id = ANY(:places)"), {"places": held[is_begun, 0].tolist()}
        )
    held = held[~is_begun]
    return held[np.lexsort((held[:, 0], held[:, 1]))]


def _first_places(held: "np.ndarray[tuple[int, int], np.dtype[np.int64]]", drawn: Ids) -> Ids:
    """One place for each drawn sample, in the order of the draw."""
    firsts, at = np.unique(held[:, 1], return_index=True)
    places: Ids = held[at[np.searchsorted(firsts, drawn)], 0]
    return places


_IS_BEGUN = """
    (o.purpose = 'review' AND o.state IN ('leased', 'done') OR o.purpose <> 'review' AND o.state IN ('open', 'leased'))
"""
_UNTOUCHED = f"""
    SELECT o.sample_id FROM slots o JOIN chosen ON chosen.id = o.sample_id
    GROUP BY o.sample_id HAVING bool_or(o.purpose = 'review' AND o.state = 'open') AND NOT bool_or({_IS_BEGUN})
"""  # noqa: S608 - constants only
_HOLD = """
    UPDATE slots SET state = 'closed' FROM chosen
    WHERE slots.sample_id = chosen.id AND slots.purpose = 'review' AND slots.state = 'open'
    RETURNING slots.id, slots.sample_id
"""
_BEGUN = f"SELECT DISTINCT o.sample_id FROM slots o JOIN chosen ON chosen.id = o.sample_id WHERE {_IS_BEGUN}"  # noqa: S608 - constants only
_DRAW = """
    WITH drawn AS (SELECT * FROM unnest(CAST(:places AS bigint[])) WITH ORDINALITY AS drawn(id, number)),
    opened AS (
        UPDATE slots SET state = 'open', purpose = 'acceptance', rank = :head + drawn.number FROM drawn
        WHERE slots.id = drawn.id RETURNING slots.id, slots.sample_id, old.rank)
    INSERT INTO acceptance_samples (acceptance_id, sample_id, slot_id, rank)
    SELECT :acceptance, sample_id, id, rank FROM opened
"""
_STANDING = """
    SELECT count(*) AS drawn, count(DISTINCT r.expert_id) AS reviewers,
        count(*) FILTER (WHERE r.decision = 'approve' AND r.revision_id IS NULL) AS clean,
        count(*) FILTER (WHERE r.decision = 'approve' AND r.revision_id IS NOT NULL) AS edited,
        count(*) FILTER (WHERE r.decision = 'reject') AS rejected,
        count(*) FILTER (WHERE r.decision = 'flag') AS flagged,
        count(*) FILTER (WHERE r.id IS NULL AND (o.state = 'closed' OR s.state <> 'queued')) AS gone
    FROM acceptance_samples a JOIN slots o ON o.id = a.slot_id JOIN samples s ON s.id = a.sample_id
        LEFT JOIN reviews r ON r.slot_id = a.slot_id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE a.acceptance_id = :acceptance
"""
