"""No answer is empty, a stand-in, or damaged on its way."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from sqlalchemy.orm import Session

from app.curation.bounds import Rule
from app.curation.filter import Filter
from app.curation.filters.encoding import Encoding
from app.curation.filters.placeholder import Placeholder
from app.curation.filters.residue import Residue
from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.release_page import Page

EMPTY = say("The answer is empty.")
_FILTERS: tuple[Filter, ...] = (Encoding(), Residue(), Placeholder())


class Damage(Check):
    title = "Damaged texts"
    about = (
        "Empty answers and stand-ins such as “N/A”, text read in the wrong encoding, and control tokens or headings of "
        "prompt templates: also in what experts edited."
    )

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        batch = rows.batch
        why: dict[int, str] = {
            place: EMPTY
            for place, answer in enumerate(batch.answers)
            if not answer.strip() and (batch.is_answered[place] or batch.is_text[place])
        }
        self.counts["fault:empty_answer"] += len(why)
        for rule, values, limit in _measured(rows):
            broken = np.flatnonzero(values > limit).tolist()
            self.counts[f"fault:{rule.reason}"] += len(broken)
            why |= {place: rule.title for place in broken if place not in why}
        for place in sorted(why):
            yield Finding(rows[place], why[place])

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        faults = {name[6:]: many for name, many in sorted(counts.items()) if name.startswith("fault:") and many}
        if rows := counts["found"]:
            words = say_many(
                "%(num)s row is empty or damaged. Mend it or take it out.",
                "%(num)s rows are empty or damaged. Mend them or take them out.",
                rows,
            )
            return Outcome(Level.WARN, words, rows, {"faults": faults})
        return Outcome(Level.PASS, say("No answer is empty, and no text looks damaged."), 0, {"faults": faults})


def _measured(rows: Page) -> Iterator[tuple[Rule, "np.ndarray[tuple[int], np.dtype[np.float64]]", float]]:
    for one in _FILTERS:
        measured = one.measured(rows.batch)
        for limit in one.limits():
            yield limit.rule, measured[limit.rule.measure.name], limit.bound
