"""Whether suggestions steer experts: how often they agree with one that they saw, and with one that they did not."""

from dataclasses import dataclass

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.curation.intervals import newcombe, wilson
from app.models import Dataset, Decision, Review, Suggestion


@dataclass(frozen=True)
class Share:
    """So many of so many answers are what was suggested."""

    same: int
    of: int

    @property
    def value(self) -> float | None:
        return self.same / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between these the true share lies, 19 times of 20 (Wilson)."""
        return wilson(self.same, self.of)


@dataclass(frozen=True)
class Lift:
    """One question and source. What is agreed more often when seen is what the suggestion added, not what is true."""

    question: str
    source: str
    shown: Share
    hidden: Share

    @property
    def difference(self) -> float | None:
        """Agreement when shown less agreement when hidden; None while one of the two is not known."""
        if self.shown.value is None or self.hidden.value is None:
            return None
        return self.shown.value - self.hidden.value

    @property
    def interval(self) -> tuple[float, float]:
        """Of the difference (Newcombe)."""
        return newcombe((self.shown.same, self.shown.of), (self.hidden.same, self.hidden.of))

    @property
    def steers(self) -> bool:
        """Whether the difference is more than chance can explain."""
        return self.difference is not None and self.interval[0] > 0


def lifts(session: Session, dataset: Dataset) -> list[Lift]:
    """By question and source. An expert's first answer on a sample counts: later ones were given after seeing it."""
    first = (
        select(Review.sample_id, Review.answers, Review.suggestions_shown)
        .where(Review.dataset_id == dataset.id, Review.decision != Decision.SKIP)
        .ext(distinct_on(Review.sample_id, Review.expert_id))
        .order_by(Review.sample_id, Review.expert_id, Review.id)
        .subquery()
    )
    given = first.c.answers[Suggestion.question]
    rows = session.execute(
        select(
            Suggestion.question,
            Suggestion.source,
            first.c.suggestions_shown,
            func.count().filter(given == Suggestion.value),
            func.count(),
        )
        .join(first, first.c.sample_id == Suggestion.sample_id)
        .where(Suggestion.dataset_id == dataset.id, cast(given, Text).is_not(None))
        .group_by(Suggestion.question, Suggestion.source, first.c.suggestions_shown)
        .order_by(Suggestion.question, Suggestion.source)
    )
    found: dict[tuple[str, str], dict[bool, Share]] = {}
    for question, source, shown, same, of in rows:
        found.setdefault((question, source), {})[shown] = Share(same, of)
    none = Share(0, 0)
    return [Lift(*name, both.get(True, none), both.get(False, none)) for name, both in found.items()]
