"""No two rows answer one question otherwise."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.conflicts import Conflicts as Core
from app.curation.recipe import Recipe
from app.curation.releasing.composition import Composition
from app.curation.sample import Form, Source
from app.curation.sample import Sample as CoreSample
from app.db import Json
from app.messages import say, say_many
from app.models import Corpus, Level, Release, ReleaseRow, Revision, Sample
from app.services import packing
from app.services.gate import Check, Finding, Outcome
from app.services.gates import _whole
from app.services.release_page import Page

FEW = 0.01
"""Up to this share of the rows conflicts are pointed at; above it they hold the release."""
MOST_PAIRS = 100_000
"""Pairs with one question whose answers are compared: the rest is said to be left."""


class Conflicts(Check):
    """Rejected rows are no answers to be learnt, so only approved ones are compared."""

    title = "Conflicting answers"
    about = "Rows that answer the same question, or nearly the same, differently: a model cannot learn both."

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        self._core = _core(release)
        self._keys, self._positions = [np.empty((0, 2), np.int64)], array("q")

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        keys = np.ascontiguousarray(self._core.signatures(rows.batch)).view(np.int64)
        self._keys.append(keys)
        # A row that is not compared has no question.
        keys[[not row.example.approved for row in rows]] = 0
        self._positions.extend(row.position for row in rows)
        return iter(())

    def facts(self) -> Json:
        same, near = np.concatenate(self._keys).T
        found = {"same": same, "near": near, "positions": np.array(self._positions, np.int64)}
        return {name: _whole.packed(values[same != 0]) for name, values in found.items()}

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        core = _core(release)
        *keys, positions = _whole.columns(session, release, cls.key(), "same", "near", "positions")
        pairs, is_all = _pairs(core, np.stack(keys, axis=1))
        found = pairs[core.verified(core.similarities(pairs, lambda rows: _batch(session, release, positions[rows])))]
        partner = _partners(positions[found])
        share = _whole.share(len(partner), _whole.count(session, release))
        facts: Json = {"pairs": len(found), "compared": len(pairs), "compared_all": is_all, "share": share}
        if not partner:
            return Outcome(Level.PASS, say("No two rows answer the same question differently."), 0, facts)
        _whole.point(session, release, cls.key(), _why(session, release, partner))
        words = say_many(
            "%(num)s row answers a question differently from another row. Settle which is right.",
            "%(num)s rows answer a question differently from another row. Settle which is right.",
            len(partner),
        )
        return Outcome(Level.BLOCK if share > FEW else Level.WARN, words, len(partner), facts)


def _core(release: Release) -> Core:
    """As the frozen recipe compares answers."""
    frozen = release.frozen.get("recipe")
    return Recipe.model_validate(frozen["recipe"]).conflicts if frozen else Core()


def _pairs(core: Core, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """Pairs of rows with one question; whether these are all of them."""
    candidates = core.candidates(keys.view(np.uint32), np.arange(len(keys)))
    pairs = np.concatenate([np.empty((0, 2), np.int64), *candidates])
    return pairs[:MOST_PAIRS], len(pairs) <= MOST_PAIRS


def _batch(session: Session, release: Release, positions: NDArray[np.int64]) -> Batch:
    some = packing.ids(positions)
    words = func.coalesce(Revision.content, Sample.content)
    query = (
        select(Sample.form, words)
        .join(ReleaseRow, ReleaseRow.sample_id == Sample.id)
        .join(some, some.c.id == ReleaseRow.position)
        .outerjoin(Revision, Revision.id == ReleaseRow.revision_id)
        .where(ReleaseRow.release_id == release.id)
        .order_by(ReleaseRow.position)
    )
    found = session.execute(query)
    return Batch([CoreSample(Form(form), content, Source("", 0)) for form, content in found])


def _partners(pairs: NDArray[np.int64]) -> dict[int, int]:
    """The first partner of each position that has any."""
    found: dict[int, int] = {}
    for one, other in sorted(map(tuple, pairs.tolist())):
        found.setdefault(one, other)
        found.setdefault(other, one)
    return found


def _why(session: Session, release: Release, partner: dict[int, int]) -> dict[int, str]:
    """Names the partner as people find it: by its file and line."""
    shown = dict(sorted(partner.items())[: _whole.MOST_SHOWN])
    places = _places(session, release, sorted(set(shown.values())))
    return {position: say("It answers differently from %(place)s.", place=places[other]) for position, other in shown.items()}


def _places(session: Session, release: Release, positions: Sequence[int]) -> dict[int, str]:
    query: Any = (
        select(ReleaseRow.position, Corpus.name, Sample.line, Sample.number)
        .join(Sample, Sample.id == ReleaseRow.sample_id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(ReleaseRow.release_id == release.id, ReleaseRow.position.in_(positions))
    )
    return {
        position: f"line {line:,} of {name}" if line else f"record {number + 1:,} of {name}"
        for position, name, line, number in session.execute(query)
    }
