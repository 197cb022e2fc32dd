"""Every row keeps the rules of its format."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.curation.exporter import Unsuitable, exporters
from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.release_rows import Row, remaining


class Format(Check):
    title = "Format"
    about = "Every row against the published rules of its format. Samples that cannot be said in it are left out."

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        self._exporter = exporters()[composition.format]()

    def look(self, session: Session, rows: Sequence[Row]) -> Iterator[Finding]:
        for row in rows:
            try:
                row.records = list(self._exporter.rows(row.example))
            except Unsuitable as reason:
                yield Finding(row, str(reason), leaves_out=True)
                continue
            if faults := [fault for record in row.records for fault in self._exporter.faults(record)]:
                yield Finding(row, faults[0])

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        if not remaining(session, release.id):
            return Outcome(Level.BLOCK, say("Nothing is left to release: no selected sample fits this format."))
        if counts["found"]:
            words = say_many(
                "%(num)s row breaks a rule of the format.", "%(num)s rows break a rule of the format.", counts["found"]
            )
            return Outcome(Level.BLOCK, words, counts["found"])
        return Outcome(Level.PASS, say("Every row keeps the rules of the format."))
