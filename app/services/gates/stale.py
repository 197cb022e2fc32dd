"""No row rests on words that the newest version of its document has taken back."""

from collections import Counter

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release, ReleaseRow, SampleSource
from app.services.gate import Check, Outcome
from app.services.gates import _whole

WHY = say(
    "The passage that it was made from is not in the newest version of its document, and nobody has looked since."
)


class Stale(Check):
    title = "Sources that changed"
    about = "Samples made from documents, against the newest version of each document."

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        where = _stale(release)
        rows = session.scalar(
            select(func.count())
            .select_from(ReleaseRow)
            .join(SampleSource, SampleSource.sample_id == ReleaseRow.sample_id)
            .where(*where)
        )
        if not rows:
            return Outcome(Level.PASS, say("No row rests on a passage that a newer version of its document changed."))
        positions = session.scalars(
            select(ReleaseRow.position)
            .join(SampleSource, SampleSource.sample_id == ReleaseRow.sample_id)
            .where(*where)
            .order_by(ReleaseRow.position)
            .limit(_whole.MOST_SHOWN)
        )
        _whole.point(session, release, "stale", dict.fromkeys(positions, WHY))
        words = say_many(
            "%(num)s row was made from a passage that a newer version of its document changed, and nobody has looked at "
            "it since. Look at it on the page of changed sources.",
            "%(num)s rows were made from passages that newer versions of their documents changed, and nobody has looked "
            "at them since. Look at them on the page of changed sources.",
            rows,
        )
        return Outcome(Level.WARN, words, rows, {"stale": rows})


def _stale(release: Release) -> list[ColumnElement[bool]]:
    return [*_whole.going(release), SampleSource.stale_at.is_not(None), SampleSource.settled_at.is_(None)]
