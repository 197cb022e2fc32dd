"""Every row comes from a corpus whose licence is stated, and allowed."""

from collections import Counter

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import Message, say, say_many
from app.models import Corpus, Level, Release, ReleaseRow, Sample
from app.services.gate import Check, Outcome
from app.services.gates import _whole

NOT_STATED = say("No licence is stated for the corpus that it comes from.")


class Licences(Check):
    title = "Licences"
    about = "The licences of the corpora that the rows come from: whether they are stated, and among those you allow."

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        rows = _rows(session, release)
        allowed = set(composition.gate.licences)
        facts = {"licences": rows, "allowed": sorted(allowed)}
        refused = sum(many for name, many in rows.items() if allowed and name not in allowed)
        if refused:
            _point(session, release, func.trim(Corpus.licence).not_in(allowed))
            words = say_many(
                "%(num)s row comes from a corpus whose licence is not among those you allow: %(licences)s.",
                "%(num)s rows come from corpora whose licence is not among those you allow: %(licences)s.",
                refused,
                licences=", ".join(name or "none stated" for name in rows if name not in allowed),
            )
            return Outcome(Level.BLOCK, words, refused, facts)
        if unknown := rows.get("", 0):
            _point(session, release, func.trim(Corpus.licence) == "")
            words = say_many(
                "%(num)s row comes from a corpus without a stated licence. State it on the corpus's page.",
                "%(num)s rows come from corpora without a stated licence. State it on the corpora's pages.",
                unknown,
            )
            return Outcome(Level.WARN, words, unknown, facts)
        words = say("All rows come from corpora with a stated licence: %(licences)s.", licences=", ".join(rows) or "–")
        return Outcome(Level.PASS, words, 0, facts)


def _rows(session: Session, release: Release) -> dict[str, int]:
    """Rows by licence, in the order of their names; the empty one is not stated."""
    name = func.trim(Corpus.licence)
    query = (
        select(name, func.count())
        .select_from(ReleaseRow)
        .join(Sample, Sample.id == ReleaseRow.sample_id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(*_whole.going(release))
        .group_by(name)
    )
    return dict(sorted(session.execute(query).all()))


def _point(session: Session, release: Release, which: ColumnElement[bool]) -> None:
    query = (
        select(ReleaseRow.position, Corpus.licence)
        .join(Sample, Sample.id == ReleaseRow.sample_id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(*_whole.going(release), which)
        .order_by(ReleaseRow.position)
        .limit(_whole.MOST_SHOWN)
    )
    _whole.point(session, release, "licences", {at: _why(name.strip()) for at, name in session.execute(query)})


def _why(licence: str) -> Message:
    return say("The corpus that it comes from is under “%(licence)s”.", licence=licence) if licence else NOT_STATED
