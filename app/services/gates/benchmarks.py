"""No row holds a question of an evaluation set."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release
from app.services import benchmarks, checking, contaminations
from app.services.gate import Check, Finding, Outcome
from app.services.release_rows import Row

HELD = say("It holds a question of a benchmark.")


class Benchmarks(Check):
    title = "Benchmarks"
    about = "Every row once more against the questions of the evaluation sets. Rows that hold one are left out."

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        self._dataset_id = release.dataset_id
        self._tally = checking.tally(session, release.dataset_id)

    def look(self, session: Session, rows: Sequence[Row]) -> Iterator[Finding]:
        for place in sorted(contaminations.in_release(session, self._dataset_id, rows, self._tally)):
            yield Finding(rows[place], HELD, leaves_out=True)

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        checked = len(benchmarks.of(session, release.dataset_id))
        if not checked:
            return Outcome(Level.WARN, say("No evaluation set was given, so nothing could be compared."))
        if left_out := counts["left_out"]:
            words = say_many(
                "%(num)s row held a question and is left out.", "%(num)s rows held a question and are left out.", left_out
            )
            return Outcome(Level.WARN, words, left_out)
        words = say_many(
            "No row holds a question of the %(num)s evaluation set.",
            "No row holds a question of the %(num)s evaluation sets.",
            checked,
        )
        return Outcome(Level.PASS, words)
