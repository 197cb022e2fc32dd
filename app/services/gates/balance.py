"""No label, corpus or language makes up nearly all of the rows."""

from collections import Counter
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.db import Json
from app.messages import Message, say
from app.models import Corpus, Dataset, Level, Release, ReleaseRow, Sample
from app.services import agreed, rubrics
from app.services.gate import Check, Outcome
from app.services.gates import _whole

_KINDS = {"single", "rating"}
"""Questions with one answer of a few: what people call a label."""


class Balance(Check):
    """A label above the largest share holds the release; a corpus or a language is a matter of choice, and only told."""

    title = "Balance"
    about = "The share of each agreed label, each corpus and each language of the rows, against the largest you allow."

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        labels = {key: found for key in _questions(session, release) if (found := _labels(session, release, key))}
        others = {"corpus": _corpora(session, release), "language": release.frozen.get("languages", {})}
        facts: Json = {"labels": labels, "corpora": others["corpus"], "languages": others["language"]}
        most = composition.gate.largest_label_share
        if most is None:
            return Outcome(Level.PASS, _counted(labels), 0, facts)
        if above := _above(labels, most):
            return Outcome(Level.BLOCK, _words(above, most), 0, facts)
        if above := _above({name: found for name, found in others.items() if len(found) > 1}, most):
            return Outcome(Level.WARN, _words(above, most), 0, facts)
        words = say("No label, corpus or language makes up more than %(most)s %% of the rows.", most=_percent(most))
        return Outcome(Level.PASS, words, 0, facts)


def _questions(session: Session, release: Release) -> list[str]:
    """Keys of the rubric's questions that ask for a label, as they are stored: an old kind may not be known any more."""
    newest = rubrics.current(session, session.get_one(Dataset, release.dataset_id))
    stored = [one for one in (newest.questions if newest else ()) if isinstance(one, dict)]
    return [one["key"] for one in stored if one.get("kind") in _KINDS and one.get("key") and not one.get("per_turn")]


def _labels(session: Session, release: Release, key: str) -> dict[str, int]:
    """How many rows have each answer as the agreed one; rows without any are not counted."""
    said = agreed.answers(release.dataset_id, key)
    value = said.c.value.op("#>>")(literal_column("'{}'"))
    query = select(value, func.count()).join(ReleaseRow, ReleaseRow.sample_id == said.c.sample_id)
    return _sorted(session.execute(query.where(*_whole.going(release)).group_by(value)).all())


def _corpora(session: Session, release: Release) -> dict[str, int]:
    query = (
        select(Corpus.name, func.count())
        .select_from(ReleaseRow)
        .join(Sample, Sample.id == ReleaseRow.sample_id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
    )
    return _sorted(session.execute(query.where(*_whole.going(release)).group_by(Corpus.name)).all())


def _sorted(found: Any) -> dict[str, int]:
    return dict(sorted((str(name), many) for name, many in found if name is not None))


def _above(groups: dict[str, dict[str, int]], most: float) -> list[tuple[str, float]]:
    """Names with their shares, the largest first."""
    found = [
        (name, share)
        for of in groups.values()
        for name, many in of.items()
        if (share := _whole.share(many, sum(of.values()))) > most
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _words(above: list[tuple[str, float]], most: float) -> Message:
    name, share = above[0]
    return say(
        "“%(name)s” makes up %(share)s %% of the rows; you allow %(most)s %%.",
        name=name or "unknown",
        share=_percent(share),
        most=_percent(most),
    )


def _counted(labels: dict[str, dict[str, int]]) -> Message:
    if not labels:
        return say("These rows have no labels, and no largest share was set.")
    return say("Labels were counted. No largest share was set.")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")
