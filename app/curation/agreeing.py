"""Whether two texts say the same, as far as words and numbers can tell: two answers."""

import re
from collections import Counter
from decimal import Decimal
from typing import Literal, TypeAlias

from app.curation.text import comparable, words

Way: TypeAlias = Literal["number", "verdict", "short", "text"]
SHORT = 8
"""Words of an answer that is compared without its wording."""
TOLERANCE = Decimal("0.005")
"""Numbers that differ by less than this share were rounded differently."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\$?\d[\d,]*(?:\.\d+)?")
_RESULT = re.compile(r"(?:####|\\boxed\{|\banswer(?: is)?:?|=)\s*\$?([-−]?\d[\d,]*(?:\.\d+)?)", re.IGNORECASE)
_VERDICT = re.compile(
    r"\W*(yes|no|true|false|correct|incorrect|fact|opinion|positive|negative|valid|invalid)\b", re.IGNORECASE
)
_EMPTY_WORDS = """
a an the is are was were be of to in on at for and or it its this that these please could would can you me do does answer
my your there here with by
"""
EMPTY = frozenset(_EMPTY_WORDS.split())
"""Words that say nothing about what is asked or answered."""

_OPEN = re.compile(
    r"\W*(?:(?:please|can you|could you|let's|now|i want you to|help me)\W+)*"
    r"(?:write|create|compose|generate|suggest|design|come up|propose|summari[sz]e|rewrite|rephrase|paraphrase|describe|edit|"
    r"give (?:me )?(?:an? |some |\w+ )?(?:example|idea|suggestion|tip)|find (?:\w+ )?(?:words|synonyms|examples)|think of|"
    r"brainstorm|imagine|invent|make up|make a list|tell me|tell a|craft|draft|develop|build|list|name|provide|recommend|"
    r"construct|produce|explain|discuss|outline|form|formulate|illustrate|improve|choose|analy[sz]e|compare)\b",
    re.IGNORECASE,
)


def is_open(question: str) -> bool:
    """Whether a request has many right answers, by the verb it begins with."""
    return _OPEN.match(question) is not None


def compare(one: str, other: str) -> tuple[Way, float]:
    """How two answers were compared, and how far they agree, from 0 to 1.

    number: their results, where both give one. verdict: the yes or no that they begin with. short: the shorter one's
    words in the longer one. text: words in common over all words.
    """
    result, other_result = _result(one), _result(other)
    if result is not None and other_result is not None:
        return "number", float(_is_close(result, other_result))
    verdicts = _VERDICT.match(one), _VERDICT.match(other)
    if verdicts[0] and verdicts[1]:
        return "verdict", float(verdicts[0][1].lower() == verdicts[1][1].lower())
    said = [Counter(word for word in words(comparable(text)) if word not in EMPTY) for text in (one, other)]
    shared = (said[0] & said[1]).total()
    if min(each.total() for each in said) <= SHORT:
        return "short", shared / max(1, min(each.total() for each in said)) if all(said) else float(said[0] == said[1])
    return "text", shared / (said[0] | said[1]).total()


def _result(answer: str) -> Decimal | None:
    """The number that an answer comes to: a marked one, or the only one in a short answer."""
    marked = _RESULT.findall(answer)
    if marked:
        return _number(marked[-1])
    found = _NUMBER.findall(answer) if len(answer) <= 12 * SHORT else []
    return _number(found[0]) if len(found) == 1 else None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("$", "").replace("−", "-").rstrip("."))


def _is_close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
