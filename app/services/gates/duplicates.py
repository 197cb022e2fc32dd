"""No record stands in the files twice."""

from array import array
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
import orjson
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.db import Json
from app.messages import say, say_many
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.gates import _whole
from app.services.release_page import Page

FEW = 0.01
"""Up to this share of all records copies are pointed at; above it they hold the release."""
WHY = say("An earlier row of the release is exactly the same.")


class Duplicates(Check):
    """Eight bytes stand for a record: among a million, two different ones share them once in forty million releases."""

    title = "Copies"
    about = "Records that stand in the files more than once, to the letter: the model would learn them twice."

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        self._hashes = array("q")
        self._positions = array("q")

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        for row in rows:
            for record in row.records:
                content = orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY, default=str)
                self._hashes.append(int.from_bytes(blake2b(content, digest_size=8).digest(), "little", signed=True))
                self._positions.append(row.position)
        return iter(())

    def facts(self) -> Json:
        return {"hashes": _whole.packed(np.array(self._hashes)), "positions": _whole.packed(np.array(self._positions))}

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        hashes, positions = _whole.columns(session, release, cls.key(), "hashes", "positions")
        first = np.zeros(len(hashes), np.bool_)
        first[np.unique(hashes, return_index=True)[1]] = True
        copies = np.unique(positions[~first]).tolist()
        share = _whole.share(len(copies), len(np.unique(positions)))
        facts: Json = {"copies": int((~first).sum()), "share": share}
        if not copies:
            return Outcome(Level.PASS, say("No record stands in the files twice."), 0, facts)
        _whole.point(session, release, cls.key(), dict.fromkeys(copies[: _whole.MOST_SHOWN], WHY))
        words = say_many(
            "%(num)s row is an exact copy of another one. Let the recipe drop duplicates, and compose again.",
            "%(num)s rows are exact copies of others. Let the recipe drop duplicates, and compose again.",
            len(copies),
        )
        return Outcome(Level.BLOCK if share > FEW else Level.WARN, words, len(copies), facts)
