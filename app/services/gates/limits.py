"""The files are as many rows and as few bytes as the format's reader says."""

from collections import Counter
from collections.abc import Iterator

import orjson
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.db import Json
from app.messages import say
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.release_page import Page

_MIB = 1 << 20


class Limits(Check):
    """It only warns: others read the same format and have other limits, or none."""

    title = "Reader's limits"
    about = "The number of rows and the size of a file, against what services that read this format accept."

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        records = [record for row in rows for record in row.records]
        self.counts["records"] += len(records)
        if exporters()[self.composition.format].largest_file is not None:
            self.counts["bytes"] += sum(len(orjson.dumps(record)) + 1 for record in records)
        return iter(())

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        exporter, records = exporters()[composition.format], counts["records"]
        largest = _largest(composition, counts)
        facts: Json = {"records": records, "largest_file": largest}
        if records < exporter.fewest_rows:
            words = say(
                "There are %(rows)s rows; services that read this format want at least %(fewest)s.",
                rows=records,
                fewest=exporter.fewest_rows,
            )
            return Outcome(Level.WARN, words, 0, facts)
        if exporter.largest_file is not None and largest > exporter.largest_file:
            words = say(
                "A file will have about %(size)s MiB; services that read this format take %(most)s. "
                "Choose fewer rows for a file.",
                size=largest // _MIB,
                most=exporter.largest_file // _MIB,
            )
            return Outcome(Level.WARN, words, 0, facts)
        return Outcome(Level.PASS, say("The files keep to what services that read this format accept."), 0, facts)


def _largest(composition: Composition, counts: "Counter[str]") -> int:
    """Bytes of a full file, as if rows were equally long and all in one split."""
    whole = exporters()[composition.format].in_one_file or counts["records"] <= composition.layout.shard_rows
    return counts["bytes"] if whole else counts["bytes"] * composition.layout.shard_rows // counts["records"]
