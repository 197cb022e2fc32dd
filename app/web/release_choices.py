"""What a release can be composed of in one dataset: the options that its form shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.exporter import Exporter, exporters
from app.curation.releasing.composition import LABEL
from app.curation.releasing.token_counts import ESTIMATE
from app.curation.rubric import Question as Asked
from app.messages import Message, known, say
from app.models import Dataset, Release, ReleaseRow, ReleaseState
from app.services import corpora, releases, rubrics, selections, strata, tokenizers
from app.services.release_selecting import BUDGET, CAPS, QUESTION
from app.web.languages import language
from app.web.release_form import Composed

TAKEN_AWAY: dict[str, Message] = {
    "corpora": say("from other corpora"),
    "licences": say("under other licences"),
    "dates": say("decided on other days"),
    "languages": say("in other languages"),
    "score": say("with a lower score, or none"),
    "agreement": say("on which reviewers agreed less"),
    QUESTION: say("with an open question"),
    CAPS: say("beyond the most of one kind"),
    BUDGET: say("beyond the number you want"),
}
KINDS: dict[str, Message] = {
    "imitate": say("To learn from approved answers"),
    "prefer": say("To learn what is better and what is worse"),
    "label": say("To learn what reviewers answered"),
}


@dataclass(frozen=True)
class Question:
    """A question of the rubric whose agreed answers can be chosen: (value as it is sent, words)."""

    key: str
    title: str
    answers: Sequence[tuple[str, str]]

    @property
    def field(self) -> str:
        return Composed.many + self.key


@dataclass(frozen=True)
class Choices:
    """All options of one dataset."""

    corpora: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    licences: Sequence[str]
    questions: Sequence[Question]
    frozen: Sequence[int]
    saved: Sequence[tuple[int, str]]
    tokenizers: Sequence[str]

    @property
    def licence_options(self) -> list[tuple[str, str]]:
        return [(one, one) for one in self.licences]

    @property
    def by_key(self) -> list[tuple[str, str]]:
        return [(one.key, one.title) for one in self.questions]

    @property
    def by_label(self) -> list[tuple[str, str]]:
        return [(LABEL + one.key, one.title) for one in self.questions]

    @property
    def frozen_options(self) -> list[tuple[str, str]]:
        return [(str(one), say("release %(version)s", version=str(one))) for one in self.frozen]

    @property
    def tokenizer_options(self) -> list[tuple[str, str]]:
        named = [(one, say("an estimate from the letters") if one == ESTIMATE else one) for one in self.tokenizers]
        return [("", say("the built-in one")), *named]

    def title(self, key: str) -> str:
        """A question's words; its key where the rubric does not ask it any more."""
        return next((one.title for one in self.questions if one.key == key), key)

    def taken_away(self, name: str) -> str:
        """What takes samples away, in words."""
        if not name.startswith(LABEL):
            return TAKEN_AWAY[name]
        key = name.removeprefix(LABEL)
        return say("with another answer to “%(question)s”, or none", question=self.title(key))


def of(session: Session, dataset: Dataset) -> Choices:
    """What there is to choose from now."""
    found = corpora.of(session, dataset.id)
    return Choices(
        corpora=[(str(one.id), one.name) for one in found],
        languages=[(code or "-", language(code)) for code, _ in strata.languages(session, dataset)],
        licences=sorted({one.licence for one in found if one.licence}),
        questions=_questions(session, dataset),
        frozen=_with_test(session, dataset.id),
        saved=[(one.id, one.name) for one in selections.of(session, dataset.id)],
        tokenizers=tokenizers.names(session, dataset.id),
    )


def formats() -> dict[str, list[tuple[str, str, str]]]:
    """By what a model learns from them: (key, title, one sentence)."""
    found: dict[str, list[tuple[str, str, str]]] = {kind: [] for kind in KINDS}
    for key, (title, about) in releases.formats().items():
        found[_kind(exporters()[key])].append((key, known(title), known(about)))
    return found


def _kind(exporter: type[Exporter]) -> str:
    if exporter.key().startswith("labels"):
        return "label"
    return "prefer" if exporter.takes_rejected or exporter.reads_original else "imitate"


def _questions(session: Session, dataset: Dataset) -> list[Question]:
    """Those with one answer out of a few: an answer for each turn, or several labels, cannot be chosen by."""
    asked = rubrics.questions(rubrics.current(session, dataset))
    return [
        Question(one.key, one.title, answers)
        for one in asked
        if not getattr(one, "per_turn", "")
        and (answers := [(orjson.dumps(value).decode(), one.words(value)) for value in _answers(one)])
    ]


def _answers(question: Asked) -> Sequence[object]:
    match question.kind():
        case "rating":
            return [int(choice) for choice in question.choices]
        case "single" | "preference":
            return list(question.choices)
        case _:
            return ()


def _with_test(session: Session, dataset_id: int) -> list[int]:
    """Published releases whose test split could be kept, newest first."""
    has_test = (
        select(ReleaseRow.sample_id)
        .where(ReleaseRow.release_id == Release.id, ReleaseRow.split == "test", ReleaseRow.left_out == "")
        .exists()
    )
    mine = (Release.dataset_id == dataset_id, Release.state == ReleaseState.PUBLISHED)
    asked = Release.composition["splits"]["test"].as_float() > 0
    kept = Release.composition["splits"]["frozen_from"].as_integer().is_not(None)
    return list(
        session.scalars(select(Release.version).where(*mine, asked | kept, has_test).order_by(Release.version.desc()))
    )
