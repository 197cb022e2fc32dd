"""Nobody waits for an answer about a row, and no row was decided under guidelines that have changed since."""

from collections import Counter

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Dataset, Level, Release, ReleaseRow, Sample
from app.services import affected, guidelines, threads
from app.services.affected import Choice
from app.services.gate import Check, Outcome
from app.services.gates import _whole

OPEN = say("A question about it was opened after the release was frozen.")
OLDER = say("It was decided under an older version of the guidelines.")


class Questions(Check):
    title = "Open questions"
    about = (
        "Questions about rows that were opened after the release was frozen (samples with an open question were left "
        "out then), and rows decided under older guidelines."
    )

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        asked = select(ReleaseRow.position).join(Sample, Sample.id == ReleaseRow.sample_id)
        asked = asked.where(*_whole.going(release), threads.open_question())
        older = _under_older(session, release)
        found = [0 if query is None else _count(session, query) for query in (asked, older)]
        facts = dict(zip(("opened_since", "older_guidelines"), found, strict=True))
        if found[0]:
            _point(session, release, asked, OPEN)
            words = say_many(
                "A question about %(num)s row was opened since the release was frozen. Resolve it, and compose again.",
                "Questions about %(num)s rows were opened since the release was frozen. Resolve them, and compose again.",
                found[0],
            )
            return Outcome(Level.BLOCK, words, found[0], facts)
        if older is not None and found[1]:
            _point(session, release, older, OLDER)
            words = say_many(
                "%(num)s row was decided under older guidelines, and may be decided differently now.",
                "%(num)s rows were decided under older guidelines, and may be decided differently now.",
                found[1],
            )
            return Outcome(Level.WARN, words, found[1], facts)
        return Outcome(Level.PASS, say("No question is open, and every row was decided under today's guidelines."), 0, facts)


def _under_older(session: Session, release: Release) -> "Select[int] | None":
    dataset = session.get_one(Dataset, release.dataset_id)
    newest = guidelines.current(session, dataset)
    if newest is None:
        return None
    concerned = affected.ids(dataset, newest, Choice())
    return select(ReleaseRow.position).where(*_whole.going(release), ReleaseRow.sample_id.in_(concerned))


def _count(session: Session, query: "Select[int]") -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _point(session: Session, release: Release, query: "Select[int]", why: str) -> None:
    first = session.scalars(query.order_by(ReleaseRow.position).limit(_whole.MOST_SHOWN))
    _whole.point(session, release, "questions", dict.fromkeys(first, why))
