"""Reviewers agree as far as is asked for."""

from collections import Counter
from typing import Any

from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.db import Json
from app.messages import say
from app.models import Level, Release
from app.services.gate import Check, Outcome
from app.services.questions import DECISION, REASON


class Agreement(Check):
    """Of the whole dataset: among approved samples alone nearly all say the same, and alpha would mean nothing."""

    title = "Agreement"
    about = (
        "How far reviewers of the same sample agreed when the release was frozen (Krippendorff's alpha), against the "
        "floor you set: on the decision, and on the rubric's questions where their answers leave with the rows."
    )

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        floor = composition.gate.agreement_floor
        asked = [one for one in release.frozen.get("agreement", []) if _is_meant(one, composition)]
        told = [one for one in asked if one["samples"] and one["alpha"]["value"] is not None]
        facts: Json = {"floor": floor, "alpha": {one["question"]: one["alpha"] for one in told}}
        if not any(one["question"] == DECISION for one in told):
            words = say(
                "How far reviewers agree cannot be told: no two people reviewed the same samples. Ask for two reviews "
                "of some samples in the review plan."
            )
            return Outcome(Level.WARN, words, 0, facts)
        if floor is None:
            return Outcome(Level.PASS, say("%(figures)s. No floor was set.", figures=_figures(told)), 0, facts)
        if below := [one for one in told if one["alpha"]["value"] < floor]:
            words = say("Agreement is below the floor of %(floor)s: %(figures)s.", floor=floor, figures=_figures(below))
            return Outcome(Level.BLOCK, words, 0, facts)
        if unsure := [one for one in told if _low(one) < floor]:
            words = say(
                "Agreement is above the floor of %(floor)s, but on too few samples to be sure: %(figures)s.",
                floor=floor,
                figures=_figures(unsure),
            )
            return Outcome(Level.WARN, words, 0, facts)
        words = say("Agreement is above the floor of %(floor)s: %(figures)s.", floor=floor, figures=_figures(told))
        return Outcome(Level.PASS, words, 0, facts)


def _is_meant(one: dict[str, Any], composition: Composition) -> bool:
    return one["question"] == DECISION or (
        one["question"] != REASON and exporters()[composition.format].reads_answers
    )


def _low(one: dict[str, Any]) -> float:
    low = one["alpha"]["low"]
    return float(one["alpha"]["value"] if low is None else low)


def _figures(of: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['title']} {one['alpha']['value']:.2f} ({one['samples']:,} samples)" for one in of)
