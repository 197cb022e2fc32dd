"""Gold samples in an expert's queue: when one is due, which, and that it lies in the queue like any other.

A gold place is the expert's own: its number and its lane are theirs alone, so nobody else can ever be given it.
"""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Membership, Role, Slot, SlotPurpose, User
from app.services import gold_plan
from app.settings import get_settings

HIDDEN, PRACTICE = "gold", "practice"
FIRST_NUMBER = 1 << 32
"""Gold places of a sample are numbered by their experts, beyond the numbers of its reviews."""
FRONT, BACK = -1e300, 1e300

_GIVE = text("""
    INSERT INTO slots (dataset_id, sample_id, number, rank, lane, purpose, state, expert_id, leased_until)
    SELECT :dataset, g.sample_id, :number, :rank, :lane, 'gold', 'leased', :expert,
        now() + make_interval(secs => :seconds)
    FROM gold_samples g JOIN samples s ON s.id = g.sample_id
    WHERE g.dataset_id = :dataset AND g.retired_at IS NULL AND g.author_id <> :expert
      AND s.state IN ('approved', 'rejected')
      AND NOT EXISTS (SELECT FROM reviews r WHERE r.sample_id = g.sample_id AND r.expert_id = :expert)
      AND NOT EXISTS (SELECT FROM adjudications a WHERE a.sample_id = g.sample_id AND a.lead_id = :expert)
      AND NOT EXISTS (
        SELECT FROM slots o WHERE o.sample_id = g.sample_id AND o.expert_id = :expert AND o.state = 'leased')
    ORDER BY hashtextextended(concat(:expert, ' ', g.id), 0) LIMIT 1
    ON CONFLICT (sample_id, number) DO UPDATE SET state = 'leased', expert_id = excluded.expert_id, rank = excluded.rank,
        lane = excluded.lane, leased_until = excluded.leased_until WHERE slots.state = 'open'
    RETURNING *
""")
_LAST = text("""
    SELECT coalesce(max(r.id), 0) FROM slots s
        JOIN reviews r ON r.sample_id = s.sample_id AND r.expert_id = :expert AND r.slot_id = s.id
    WHERE s.dataset_id = :dataset AND s.purpose = 'gold' AND s.lane IN (:hidden, :practice)
""")
_SINCE = text("""
    SELECT count(*) FROM (
        SELECT FROM reviews WHERE dataset_id = :dataset AND expert_id = :expert AND id > :last
            AND undone_at IS NULL AND decision <> 'skip' ORDER BY id LIMIT :most) AS recent
""")
_HAS_BEGUN = text("""
    SELECT EXISTS (SELECT FROM reviews r JOIN slots s ON s.id = r.slot_id
        WHERE r.dataset_id = :dataset AND r.expert_id = :expert AND s.purpose = 'review' AND r.decision <> 'skip')
""")
_PRACTISED = text("""
    SELECT count(DISTINCT s.id) FROM slots s JOIN reviews r ON r.slot_id = s.id
    WHERE s.dataset_id = :dataset AND s.purpose = 'gold' AND s.lane = :practice
      AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
""")


def lane(kind: str, expert: User) -> str:
    """The lane that is one expert's alone."""
    return f"{kind} {expert.id}"


def is_practice(slot: Slot) -> bool:
    """A gold place of the time before real work, after which the expert is shown the known answer."""
    return slot.purpose is SlotPurpose.GOLD and slot.lane.startswith(PRACTICE)


def due(session: Session, dataset: Dataset, expert: User, held: Sequence[Slot]) -> Slot | None:
    """A gold place for this expert, where it is time for one. The same for as long as nothing has been answered."""
    plan = gold_plan.of(dataset)
    if not plan.gold_share and not plan.calibration:
        return None
    in_hand = sum(slot.purpose is SlotPurpose.GOLD for slot in held)
    if in_hand < practice_left(session, dataset, expert):
        return _give(session, dataset, expert, PRACTICE, held)
    if plan.gold_share and not in_hand and _is_time(session, dataset, expert, plan.gold_share, len(held)):
        return _give(session, dataset, expert, HIDDEN, held)
    return None


def keep_in_front(session: Session, held: Sequence[Slot]) -> None:
    """A gold place that has come to the front stays there, whatever is reserved after it."""
    if held and held[0].purpose is SlotPurpose.GOLD and held[0].rank != FRONT:
        held[0].rank = FRONT
        session.flush()


def practice_left(session: Session, dataset: Dataset, expert: User) -> int:
    """How many practice samples an expert who has not begun real work has still to decide. Leads need none."""
    asked = gold_plan.of(dataset).calibration
    if not asked or _role(session, dataset, expert) is not Role.EXPERT:
        return 0
    who = {"dataset": dataset.id, "expert": expert.id}
    if session.scalar(_HAS_BEGUN, who):
        return 0
    return max(0, asked - practised(session, dataset, expert))


def practised(session: Session, dataset: Dataset, expert: User) -> int:
    """How many practice samples an expert has decided."""
    return session.scalar(_PRACTISED, {"dataset": dataset.id, "practice": lane(PRACTICE, expert)}) or 0


def _is_time(session: Session, dataset: Dataset, expert: User, share: float, in_hand: int) -> bool:
    """So many answers after the last gold one. The number varies about the mean, or people would learn to count."""
    who = {"dataset": dataset.id, "expert": expert.id}
    lanes = {"hidden": lane(HIDDEN, expert), "practice": lane(PRACTICE, expert)}
    last: int = session.scalar(_LAST, who | lanes) or 0
    between = max(1, round(1 / share) - 1)
    spread = between // 2
    seed = sha256(f"{dataset.id} {expert.id} {last}".encode()).digest()
    wait = between - spread + int.from_bytes(seed[:8]) % (2 * spread + 1)
    since: int = session.scalar(_SINCE, who | {"last": last, "most": wait}) or 0
    return since + in_hand >= wait


def _give(session: Session, dataset: Dataset, expert: User, kind: str, held: Sequence[Slot]) -> Slot | None:
    values = {
        "dataset": dataset.id,
        "expert": expert.id,
        "number": FIRST_NUMBER + expert.id,
        "lane": lane(kind, expert),
        "rank": BACK if held else FRONT,
        "seconds": 60 * get_settings().lease_minutes,
    }
    found: Slot | None = session.scalar(
        select(Slot).from_statement(_GIVE), values, execution_options={"populate_existing": True}
    )
    return found


def _role(session: Session, dataset: Dataset, expert: User) -> Role | None:
    membership = session.get(Membership, (dataset.id, expert.id))  # a request has it at hand
    return membership.role if membership else None


def waiting(session: Session, dataset: Dataset) -> int:
    """How many gold samples can be given to somebody."""
    return (
        session.scalar(
            text("""
                SELECT count(*) FROM gold_samples g JOIN samples s ON s.id = g.sample_id
                WHERE g.dataset_id = :dataset AND g.retired_at IS NULL AND s.state IN ('approved', 'rejected')
            """),
            {"dataset": dataset.id},
        )
        or 0
    )
