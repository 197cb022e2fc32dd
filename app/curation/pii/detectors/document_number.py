"""Numbers of passports, licences, accounts, policies and patients: known by the words before them alone."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import MIXED, NUMBER
from app.curation.pii.context import before
from app.curation.pii.detector import Detector, Span

_NAME = (
    r"(?:driv(?:er['’]?s?|ing)(?: |['’]s )licen[cs]e|passport|(?:identity|id) card|visa number|green card|voter(?: id)?|"
    r"medical record|mrn|health (?:card|insurance|plan)|medicare|medicaid|patient (?:id|number)|"
    r"insurance (?:policy|id)|policy|member(?:ship)? id|(?:bank )?account|acct|routing|employee (?:id|number)|"
    r"student (?:id|number)|licen[cs]e plate|vin)"
)
_NAMED = re.compile(rf"\b{_NAME}\b(?:[ ]?(?:number|num|no\b\.?|nr\b\.?|id|#|is|was|of|:|=|-|it['’]s))* ?#?\Z", re.ASCII)
_NUMBER = re.compile(r"[0-9](?:[A-Za-z0-9]|[ -](?=[A-Za-z]{0,3}[0-9])){4,24}+(?![\w/]|[.,-]\w)", re.ASCII)
_LETTERS = re.compile(r"(?<![\w.,/$€£-])[A-Za-z]{0,4}-?\Z", re.ASCII)


class DocumentNumber(Detector):
    """Seven digits or more, or five and letters, right behind the name of a document or an account."""

    title = "Document or account number"
    signs = NUMBER | MIXED

    def spans(self, text: str) -> Iterator[Span]:
        for match in _NUMBER.finditer(text):
            begin = _LETTERS.search(text, max(0, match.start() - 6), match.start())
            if begin and _is_long(text[begin.start() : match.end()]) and _NAMED.search(before(text, begin.start(), 60)):
                yield Span("document_number", begin.start(), match.end(), 0.85)

    @staticmethod
    def canonical(value: str) -> str:
        return "".join(filter(str.isalnum, value.casefold()))


def _is_long(number: str) -> bool:
    digits = sum(map(str.isdigit, number))
    return digits >= 7 or (digits >= 5 and number.isalnum() and not number.isdigit())
