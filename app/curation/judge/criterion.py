"""What a judge looks at: a criterion, the steps of judging by it, and the scale of the score."""

from dataclasses import dataclass
from enum import StrEnum


class JudgeKind(StrEnum):
    """SCORE fills in a form; CLAIMS checks each sentence against the passage; ROUND_TRIP answers from the passage alone."""

    SCORE = "score"
    CLAIMS = "claims"
    ROUND_TRIP = "round_trip"

    @property
    def needs_passage(self) -> bool:
        return self is not JudgeKind.SCORE


@dataclass(frozen=True)
class Criterion:
    """`judged` says what the criterion means, `steps` how to judge by it, line by line. The best score is the highest."""

    name: str
    judged: str
    steps: tuple[str, ...]
    lowest: int = 1
    highest: int = 5

    @property
    def points(self) -> range:
        return range(self.lowest, self.highest + 1)

    def share(self, score: float) -> float:
        """The score as a share of the scale, from 0 to 1."""
        return (score - self.lowest) / (self.highest - self.lowest)


STARTS = (
    Criterion(
        "Correctness",
        "Is what the answer says true, and does it answer what was asked?",
        (
            "Read the question and say to yourself what a right answer must hold.",
            "Read the answer and note everything in it that is wrong, misleading or missing.",
            "Give the lowest score where a mistake could do harm, the highest where an expert would change nothing.",
        ),
    ),
    Criterion(
        "Faithfulness to the passage",
        "Does the passage support everything that the answer says?",
        (
            "Read the passage.",
            "Go through the answer sentence by sentence and look for each statement and number in the passage.",
            "Give the highest score only where nothing is added, changed or left out so that the meaning differs.",
        ),
    ),
    Criterion(
        "Usefulness of the question",
        "Would somebody in this field ask this question, and can it be understood without the passage?",
        (
            "Read the question without the passage.",
            "Note whether it points at the text (“according to the passage”) or cannot be understood alone.",
            "Give the highest score to a question that an expert would be glad to see in an examination.",
        ),
    ),
)
"""Judges to begin with."""
