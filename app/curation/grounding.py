"""Grounding: how far the words of an answer stand in the passage that it is to come from, sentence by sentence.

No model is asked. A sentence's coverage is the share of its weight (`units`: numbers 2, names 1.5, other telling words
1, function words and the words of the question nothing) that is found in the passage: the mean of what stands anywhere
in it and of what stands together in at most `TOGETHER` sentences of it, so that a long passage does not cover everything
by chance. Two words are the same where one looks like the other inflected (`same_stem`), two numbers where one is the
other, rounded. It works alike in every language whose words are written apart, and by pairs of characters in others.

What it cannot see: a negation, a relation turned round, a paraphrase without a word in common. High coverage is no proof; low
coverage is a reason to look.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.curation.text import words
from app.curation.units import NUMBER, SPELLED, Unit, units, values

TOGETHER = 3
SUPPORTED = 0.3
"""Coverage from which on a sentence counts as supported (measured: benchmarks/grounding.py)."""
LEAST = 2.0
"""Weight below which a sentence says too little to be looked up ("Yes.", "That is right.")."""
_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？｡])\s*|\n+")
_SHORT = re.compile(
    r"(?:^|\W)(?:\w|[a-z]\.\w|dr|mr|mrs|ms|prof|st|vs|etc|figs?|al|approx|bzw|ca|ggf|inkl|nr|vgl|resp|no)\.$", re.I
)
_MARKER = re.compile(r"\s*(?:[-*•–#>|]+|\(?(?:\d{1,2}|[a-zA-Z])[.)])(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class Claim:
    """Characters `start` to `end` of an answer, and how far the passage covers them, from 0 to 1.

    `best_span` is the piece of the passage that covers most of it, None where nothing does. `missing` are the numbers
    that the passage does not hold.
    """

    start: int
    end: int
    text: str
    coverage: float
    best_span: tuple[int, int] | None
    missing: tuple[str, ...] = ()

    @property
    def is_supported(self) -> bool:
        """As far as words can tell."""
        return self.coverage >= SUPPORTED


def claims(answer: str, passage: str, question: str = "") -> list[Claim]:
    """The sentences of the answer that say enough to be looked up, in order."""
    ground = _ground(passage)
    asked = _ground(question)
    found = ((span, units(answer[slice(*span)])) for span in spans(answer))
    return [_claim(answer, span, said, ground, asked) for span, said in found if _tells(said)]


def missing_numbers(answer: str, passage: str, question: str = "") -> list[str]:
    """The numbers of the answer, each once, that neither passage nor question hold."""
    known = _ground(passage), _ground(question)
    found = dict.fromkeys(match[0] for start, end in spans(answer) for match in NUMBER.finditer(answer[start:end]))
    return [digits for digits in found if not any(one.has_number(values(digits)) for one in known)]


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences as (start, end), without the marks of a list; abbreviations end none."""
    found: list[tuple[int, int]] = []
    for start, end in _cut(text):
        if found and _SHORT.search(text[: found[-1][1]][-12:]) and "\n" not in text[found[-1][1] : start]:
            start = found.pop()[0]
        found.append((start, end))
    return [(start, end) for start, end in (_bare(text, *span) for span in found) if end > start]


def same_stem(one: str, other: str) -> bool:
    """Whether one word looks like the other inflected: a common beginning, and short ends that differ."""
    shorter, longer = sorted((len(one), len(other)))
    common = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    return common >= _least(one) and 3 * common >= 2 * shorter and longer - common <= min(5, common + 1)


class Ground:
    """A passage prepared for looking words up in it: the sentences in which each of its words and numbers stands."""

    def __init__(self, text: str) -> None:
        self.spans = spans(text)
        self._words: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[Decimal, set[int]] = defaultdict(set)
        for place, (start, end) in enumerate(self.spans):
            for unit in units(text[start:end]):
                self._note(unit, place)
            for word in words(text[start:end].lower()):
                if word in SPELLED:
                    self._numbers[SPELLED[word]].add(place)

    def _note(self, unit: Unit, place: int) -> None:
        for value in unit.values:
            self._numbers[value].add(place)
        if not unit.values:
            self._words[unit.word].add(place)
            self._stems[unit.word[: _least(unit.word)]].add(unit.word)

    def places(self, unit: Unit) -> set[int]:
        """The sentences in which the unit stands."""
        if unit.values:
            return {place for number in self._rounded(unit.values) for place in self._numbers[number]}
        if unit.word in self._words or len(unit.word) < 3:
            return self._words.get(unit.word, set())
        alike = self._stems.get(unit.word[: _least(unit.word)], ())
        return {place for word in alike if same_stem(word, unit.word) for place in self._words[word]}

    def has_number(self, wanted: frozenset[Decimal]) -> bool:
        """Whether one of these values stands anywhere."""
        return any(True for _ in self._rounded(wanted))

    def _rounded(self, wanted: frozenset[Decimal]) -> Iterator[Decimal]:
        for value in wanted:
            if value in self._numbers:
                yield value
            elif value >= 10 or value.as_tuple().exponent:
                yield from (number for number in self._numbers if _rounds_to(number, value))


def _rounds_to(number: Decimal, value: Decimal) -> bool:
    """Whether the value is the number with fewer decimals."""
    step = Decimal(1).scaleb(int(value.as_tuple().exponent))
    return abs(number - value) <= step / 2 and number.as_tuple().exponent < value.as_tuple().exponent  # type: ignore[operator]


@lru_cache(maxsize=64)
def _ground(text: str) -> Ground:
    """Samples of one passage come one after the other."""
    return Ground(text)


def _claim(answer: str, span: tuple[int, int], said: Sequence[Unit], ground: Ground, asked: Ground) -> Claim:
    counted = [unit for unit in said if not asked.places(unit)] or said
    found = [(unit.weight, ground.places(unit)) for unit in counted]
    whole = sum(unit.weight for unit in counted)
    anywhere = sum(weight for weight, places in found if places)
    together, best = _best(found, len(ground.spans))
    missing = tuple(unit.word for unit in said if unit.values and not (ground.places(unit) or asked.places(unit)))
    where = (ground.spans[best[0]][0], ground.spans[best[1] - 1][1]) if together else None
    return Claim(*span, answer[slice(*span)], (anywhere + together) / (2 * whole), where, missing)


def _best(found: Sequence[tuple[float, set[int]]], many: int) -> tuple[float, tuple[int, int]]:
    """The weight that neighbouring sentences cover best, and (first, behind the last) of the fewest that do."""
    best = (0.0, (0, 0))
    begin = sorted(set[int]().union(*(places for _, places in found)))
    for size in range(1, min(TOGETHER, many) + 1):
        for first in begin:
            covered = sum(weight for weight, places in found if not places.isdisjoint(range(first, first + size)))
            if covered > best[0]:
                best = (covered, (first, min(first + size, many)))
    return best


def _tells(said: Sequence[Unit]) -> bool:
    return sum(unit.weight for unit in said) >= LEAST or any(unit.values for unit in said)


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    marker = _MARKER.match(text, start, end)
    start = marker.end() if marker else start
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), end - len(body) + len(body.rstrip())


def _least(word: str) -> int:
    """Characters in common at least: a Korean syllable holds more than a letter."""
    return 2 if "가" <= word[:1] <= "힣" else 3
