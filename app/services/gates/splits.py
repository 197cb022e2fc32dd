"""Nothing that the model is tested on is near to what it is trained on."""

from collections import Counter

from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.messages import say, say_many
from app.models import Level, Release, ReleaseTally
from app.services.gate import Check, Outcome
from app.services.release_splitting import CHECK, SHARD


class Splits(Check):
    title = "Splits"
    about = "Every row of validation and test against all rows for training: whether one resembles it too much."

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        if not composition.splits.are_asked:
            return Outcome(Level.PASS, say("All rows are for training."))
        tally = session.get(ReleaseTally, (release.id, SHARD, CHECK))
        if tally is None:
            return Outcome(Level.WARN, say("No row was left to be split."))
        found = tally.facts
        empty = [name for name in ("validation", "test") if asked(composition, name) and not found["splits"][name]]
        if found["above"]:
            return Outcome(
                Level.BLOCK,
                say_many(
                    "%(num)s row of validation and test has a near-copy among those for training.",
                    "%(num)s rows of validation and test have a near-copy among those for training.",
                    found["above"],
                ),
                found["above"],
                found,
            )
        if empty:
            words = say(
                "No row is left for %(splits)s: too many rows belong together. Choose larger shares.",
                splits=", ".join(empty),
            )
            return Outcome(Level.WARN, words, 0, found)
        if found.get("frozen_gone"):
            words = say_many(
                "%(num)s row of the frozen test split is not approved or not selected any more.",
                "%(num)s rows of the frozen test split are not approved or not selected any more.",
                found["frozen_gone"],
            )
            return Outcome(Level.WARN, words, found["frozen_gone"], found)
        words = say("No row of validation or test has a near-copy among those for training.")
        if found["naive"]:
            words = say_many(
                "No row of validation or test has a near-copy among those for training. A split by chance alone would "
                "have put %(num)s pair on two sides.",
                "No row of validation or test has a near-copy among those for training. A split by chance alone would "
                "have put %(num)s pairs on two sides.",
                found["naive"],
            )
        return Outcome(Level.PASS, words, 0, found)


def asked(composition: Composition, name: str) -> bool:
    """Whether rows are wanted for this split."""
    kept = name == "test" and composition.splits.frozen_from is not None
    return kept or bool(getattr(composition.splits, name))
