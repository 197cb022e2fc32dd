"""Samples with a known answer: marking them, and how well each expert does on them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.curation.intervals import wilson
from app.messages import say
from app.models import Dataset, Decision, GoldSample, Review, Sample, SampleState, Slot, User
from app.services import gold_plan, gold_queue
from app.services.errors import Conflict, Invalid, NotFound

_RESULTS = text("""
    SELECT s.sample_id, r.expert_id, s.lane LIKE 'practice %' AS is_practice, r.decision = g.decision AS is_right
    FROM slots s JOIN gold_samples g ON g.sample_id = s.sample_id AND g.retired_at IS NULL
        JOIN reviews r ON r.slot_id = s.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE s.dataset_id = :dataset AND s.purpose = 'gold'
""")
_RECENT = text("""
    SELECT count(*) AS of, count(*) FILTER (WHERE is_right) AS right FROM (
        SELECT r.decision = g.decision AS is_right
        FROM slots s JOIN gold_samples g ON g.sample_id = s.sample_id AND g.retired_at IS NULL
            JOIN reviews r ON r.slot_id = s.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
        WHERE s.dataset_id = :dataset AND s.purpose = 'gold' AND s.lane = :lane
            AND (CAST(:since AS timestamptz) IS NULL OR r.created_at > :since)
        ORDER BY r.id DESC LIMIT :window) AS last
""")


@dataclass
class Score:
    """How often an expert gave the known answer. A flag is no known answer, so it is not a right one."""

    right: int = 0
    of: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 %."""
        return wilson(self.right, self.of)


@dataclass
class Results:
    """One expert's answers on gold samples: those hidden among others, and those of the practice before."""

    hidden: Score = field(default_factory=Score)
    practice: Score = field(default_factory=Score)


@dataclass(frozen=True)
class Known:
    """A gold sample with how often experts gave its answer."""

    gold: GoldSample
    sample: Sample
    score: Score


@dataclass(frozen=True)
class Feedback:
    """What an expert is told after a practice sample."""

    given: Decision
    known: Decision
    why: str
    done: int
    left: int


def mark(session: Session, dataset: Dataset, author: User, sample_id: int, decision: Decision, why: str) -> GoldSample:
    """Make a decided sample gold. Invalid without a reason to show, Conflict where it is not decided or gold already."""
    sample = session.scalar(
        select(Sample).where(Sample.id == sample_id, Sample.dataset_id == dataset.id).with_for_update(key_share=True)
    )
    if sample is None:
        raise NotFound(say("There is no such sample in this dataset."))
    if sample.state not in (SampleState.APPROVED, SampleState.REJECTED):
        raise Conflict(say("Only a decided sample can be a gold sample. Decide it first; nothing was changed."))
    if decision not in (Decision.APPROVE, Decision.REJECT):
        raise Invalid(say("Choose what the right answer is: approve or reject."), "decision")
    if not why.strip():
        raise Invalid(
            say("Say in a sentence why this is the right answer: new experts read it after they have answered."), "why"
        )
    if of_sample(session, sample_id) is not None:
        raise Conflict(say("This sample is a gold sample already. Take it off the list first to give it another answer."))
    made = GoldSample(
        dataset_id=dataset.id, sample_id=sample_id, decision=decision, why=why.strip(), author_id=author.id
    )
    session.add(made)
    session.flush()
    return made


def retire(session: Session, dataset: Dataset, gold_id: int) -> None:
    """Give a gold sample to nobody any more; answers on it are no longer counted. Twice is as good as once."""
    session.execute(
        update(GoldSample)
        .where(GoldSample.id == gold_id, GoldSample.dataset_id == dataset.id, GoldSample.retired_at.is_(None))
        .values(retired_at=func.now())
        .execution_options(synchronize_session="fetch")
    )


def of_sample(session: Session, sample_id: int) -> GoldSample | None:
    """The known answer of a sample, None where it is no gold sample."""
    return session.scalar(select(GoldSample).where(GoldSample.sample_id == sample_id, GoldSample.retired_at.is_(None)))


def listed(session: Session, dataset: Dataset) -> list[Known]:
    """All that are given out, the newest first."""
    rows = session.execute(
        select(GoldSample, Sample)
        .join(Sample, Sample.id == GoldSample.sample_id)
        .where(GoldSample.dataset_id == dataset.id, GoldSample.retired_at.is_(None))
        .order_by(GoldSample.id.desc())
    ).all()
    scores: dict[int, Score] = {}
    for row in session.execute(_RESULTS, {"dataset": dataset.id}):
        score = scores.setdefault(row.sample_id, Score())
        score.of += 1
        score.right += row.is_right
    return [Known(gold, sample, scores.get(sample.id, Score())) for gold, sample in rows]


def results(session: Session, dataset: Dataset) -> dict[int, Results]:
    """By the person's number."""
    found: dict[int, Results] = {}
    for row in session.execute(_RESULTS, {"dataset": dataset.id}):
        mine = found.setdefault(row.expert_id, Results())
        score = mine.practice if row.is_practice else mine.hidden
        score.of += 1
        score.right += row.is_right
    return found


def recent(session: Session, dataset: Dataset, expert: User, since: datetime | None) -> Score:
    """The last hidden ones, as many as the plan looks at, after `since`."""
    values = {
        "dataset": dataset.id,
        "lane": gold_queue.lane(gold_queue.HIDDEN, expert),
        "since": since,
        "window": gold_plan.of(dataset).gold_window,
    }
    row = session.execute(_RECENT, values).one()
    return Score(row.right, row.of)


def feedback(session: Session, dataset: Dataset, expert: User) -> Feedback | None:
    """On the expert's last answer, where it was on a practice sample."""
    if not gold_plan.of(dataset).calibration:
        return None
    row = session.execute(
        select(Review, Slot)
        .join(Slot, Slot.id == Review.slot_id)
        .where(Review.dataset_id == dataset.id, Review.expert_id == expert.id, Review.undone_at.is_(None))
        .order_by(Review.id.desc())
        .limit(1)
    ).first()
    if row is None or not gold_queue.is_practice(row.Slot) or row.Review.decision is Decision.SKIP:
        return None
    known = of_sample(session, row.Review.sample_id)
    if known is None:
        return None
    left = gold_queue.practice_left(session, dataset, expert)
    done = gold_queue.practised(session, dataset, expert)
    return Feedback(row.Review.decision, known.decision, known.why, done, left)
