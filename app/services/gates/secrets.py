"""No key, token or private key leaves."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.release_page import Page

KIND = "secret"
WHY = say("It holds a key, a token or a private key.")


class Secrets(Check):
    title = "Secrets"
    about = "Every text as it leaves, tool calls included, against the forms of keys and tokens of known services."

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        places = Counter(
            said.place for said, found in rows.personal_data for one in found if one.kind == KIND
        )
        for place, many in sorted(places.items()):
            self.counts["secrets"] += many
            yield Finding(rows[place], WHY)

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        facts = {"secrets": counts["secrets"]}
        if rows := counts["found"]:
            words = say_many(
                "%(num)s row holds a key or a token. Revoke it, take it out of the sample, and compose again.",
                "%(num)s rows hold a key or a token. Revoke them, take them out of the samples, and compose again.",
                rows,
            )
            return Outcome(Level.BLOCK, words, rows, facts)
        return Outcome(Level.PASS, say("No row holds a key or a token that is known by its form."), 0, facts)
