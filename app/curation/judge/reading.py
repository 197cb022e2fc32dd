"""What a judge's reply says, read strictly: a score that is none is refused, never guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, sqrt
from typing import Any

import orjson

from app.curation.agreeing import compare
from app.curation.grounding import claims
from app.curation.judge.asking import NOT_THERE, VERDICTS
from app.curation.judge.criterion import Criterion

LEAST_MASS = 0.5
"""Probability that must lie on points of the scale before it weighs a score; below, the model meant to say something else."""
_ALONE = re.compile(
    r"(?:-\s+)?[\s*_`\"'(\[]*(-?\d+(?:[.,]\d+)?)(?:\s*(?:/|out of|von)\s*(\d+))?[\s*_`\"').\]]*", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?:score|rating|punkte|note|bewertung)\W{0,6}(\d+)(?![\d.,])(?:\s*(?:/|out of|von)\s*(\d+))?", re.IGNORECASE
)


class NotReadable(Exception):
    """A reply that is not what was asked for: a stable code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Scored:
    """The mean of the repeats and their standard deviation (0 for one). `weighted`: all came from probabilities."""

    score: float
    spread: float
    scores: tuple[float, ...]
    weighted: bool


def score(text: str, criterion: Criterion) -> int:
    """The one score that a filled-in form holds. NotReadable."""
    last = text.strip().rpartition(f"{criterion.name}:")[2].strip()
    found = _ALONE.fullmatch(last) or _alone(_NAMED.findall(text))
    digits, of = (found[1], found[2]) if isinstance(found, re.Match) else found or ("", "")
    if not digits or (of and int(of) != criterion.highest):
        raise NotReadable("no_score", "The model did not answer with a score.")
    value = float(digits.replace(",", "."))
    if value != int(value) or int(value) not in criterion.points:
        raise NotReadable("outside_scale", "The model gave a score that is not on the scale.")
    return int(value)


def _alone(found: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """A score among other words counts where it is the only one named so."""
    return found[0] if len(set(found)) == 1 else None


def weighted(logprobs: Sequence[Mapping[str, Any]] | None, criterion: Criterion) -> float | None:
    """G-Eval's score: each point times its probability at the token that gave the score; None where they are not known.

    Probabilities are of what the server lists (at most 20 tokens), made to add up to 1 over the points of the scale.
    A scale with points of several digits is cut into several tokens by many models, so it is not weighted.
    """
    if criterion.highest > 9 or criterion.lowest < 0:
        return None
    token = _score_token(logprobs or (), criterion)
    if token is None:
        return None
    mass = dict.fromkeys(criterion.points, 0.0)
    for text, probability in _alternatives(token).items():
        if (point := _point(text, criterion)) is not None:
            mass[point] += probability
    total = sum(mass.values())
    return sum(point * share for point, share in mass.items()) / total if total >= LEAST_MASS else None


def _score_token(tokens: Sequence[Mapping[str, Any]], criterion: Criterion) -> Mapping[str, Any] | None:
    """The only token that is a point of the scale: with two of them nobody knows which one is the score."""
    found = [one for one in tokens if isinstance(one, Mapping) and _point(one.get("token"), criterion) is not None]
    return found[0] if len(found) == 1 else None


def _alternatives(token: Mapping[str, Any]) -> dict[str, float]:
    """Probability by token; what is listed twice, as itself and among the likeliest, counts once."""
    listed = token.get("top_logprobs")
    found = {}
    for one in [token, *(listed if isinstance(listed, list) else [])]:
        if isinstance(one, Mapping) and isinstance(one.get("token"), str):
            logprob = one.get("logprob")
            if isinstance(logprob, int | float) and isfinite(logprob):
                found[one["token"]] = exp(min(float(logprob), 0.0))
    return found


def _point(token: Any, criterion: Criterion) -> int | None:
    digits = token.strip(" \n\t*▁Ġ") if isinstance(token, str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) in criterion.points else None


def together(scores: Sequence[float], is_weighted: bool) -> Scored:
    """Repeats as one score. NotReadable where there is none."""
    if not scores:
        raise NotReadable("no_score", "The model did not answer with a score.")
    mean = sum(scores) / len(scores)
    spread = sqrt(sum((one - mean) ** 2 for one in scores) / (len(scores) - 1)) if len(scores) > 1 else 0.0
    return Scored(mean, spread, tuple(scores), is_weighted)


def verdicts(text: str, many: int) -> list[str]:
    """One verdict per sentence, in order. NotReadable where one is missing, unknown, or told twice otherwise."""
    try:
        made = orjson.loads(re.sub(r"\A\s*```(?:json)?\s*|\s*```\s*\Z", "", text))
        told = [(one["claim"], one["verdict"]) for one in made["verdicts"]]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise NotReadable("malformed", "The model did not answer in the form that was asked for.") from error
    found: dict[int, str] = {}
    for number, verdict in told:
        if type(number) is not int or verdict not in VERDICTS or found.setdefault(number, verdict) != verdict:
            raise NotReadable("malformed", "The model gave a verdict that was not asked for.")
    if sorted(found) != list(range(1, many + 1)):
        raise NotReadable("incomplete", "The model did not judge every sentence.")
    return [found[number] for number in range(1, many + 1)]


def round_trip(answer: str, given: str, question: str) -> float:
    """How far two answers to one question agree, from 0 to 1; 0 where the passage did not hold the answer.

    Numbers and yes or no as `agreeing` compares them, otherwise the words of each found in the other, whichever is less
    for the shorter one: a brief answer from the passage agrees with a long one that says the same.
    """
    if not given.strip() or NOT_THERE.lower() in given.lower():
        return 0.0
    way, agreement = compare(answer, given)
    if way in ("number", "verdict"):
        return agreement
    shorter, longer = sorted((answer, given), key=len)
    found = claims(shorter, longer, question)
    if not found:
        return agreement
    weights = [len(claim.text) for claim in found]
    return sum(claim.coverage * weight for claim, weight in zip(found, weights, strict=True)) / sum(weights)
