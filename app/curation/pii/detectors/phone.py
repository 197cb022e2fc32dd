"""Telephone numbers."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from app.curation.kernels.signs import NUMBER
from app.curation.pii.context import after, before, digits_of, fits
from app.curation.pii.detector import Detector, Span

_NUMBER = re.compile(r"[0-9](?:[ .()/\u00a0\u2010-\u2013-]{0,3}+[0-9]){6,}+")
_BEGIN = re.compile(r"(?<![\w./=$€£#^*-])(?<![0-9][,:])(?:\+?\(?|\(\+)\Z", re.ASCII)
_END = re.compile(
    r"(?P<extension> ?(?:x|ext\.?|extension) ?[0-9]{1,6})?"
    r"(?![\w/%€£$*=+]|[.,:]\w|-(?!(?:office|fax|home|mobile|work)\b)\w)",
    re.ASCII | re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:(?:tele)?phones?|tel|telef\w*|téléphone|mobile?s?|móvil|cell(?:ular|phone)?|cel|celular|handy|portable|"
    r"call(?:ed|ing)?|fax|whatsapp|viber|signal|sms|messag\w+|voice ?mail|answer(?:ing|s)? (?:at|on)|text(?: me)?|"
    r"dial(?:ed|ing)?|ring|contact|reach(?: me| us)?|desk|hotline|helpline|landline|\w*rufnummer|erreich\w+|cellulare|puhelin|"
    r"telefoon|(?:my|his|her|their|our|your) number|number to)\b|\bph[.:]|\b[tmf]:|тел|电话|電話|手机|手機|携帯|전화|هاتف|फोन"
)
_NAME_BEHIND = re.compile(
    r"\s{0,2}[(,-]?(?:(?:is|was) (?:my|his|her|our|their) (?:new |old )?(?:number|phone|mobile|cell)|office|fax|mobile|"
    r"cell|home|work|desk|phone|tel|direct|main|toll[- ]free|hotline)\b(?!:)"
)
_OTHER = re.compile(
    r"(?:\b(?:isbn|issn|doi|arxiv|pmid|pmc|rfc|oclc|asin|ean|imei|version|ver|v|order|invoice|account|acct|cards?|cc|"
    r"iban|ssn|social security|licen[cs]e|passport|zip|postal|postcode|box|id|no|nr|ticket|case|serial|tracking|"
    r"ref|reference|vat|tax|mrn|policy|pages?|pp|vol|§|section|port|rev|build|sku|part|patent|nct|grant)\b"
    r"[\s.:#(]*(?:is|was|number|no)?[\s.:#]*|[#=<>*/^×÷±√])\Z"
)
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:1[5-9]|20)[0-9]{2}"
_ONE_DATE = (
    rf"(?:{_YEAR}[-/. ]{_MONTH}[-/. ]{_DAY}|{_DAY}[-/. ]{_DAY}[-/. ]{_YEAR}|{_DAY}[-/.]{_DAY}[-/.][0-9]{{2}}|{_YEAR})"
)
_DATE = re.compile(rf"{_ONE_DATE}(?:[ /\u2013-]{{1,3}}(?:{_ONE_DATE}|[0-9]{{1,2}}))*")
_AMERICAN = re.compile(
    r"(?:\+?1[-. ]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}(?P<gap>[-.]))[0-9]{3}(?(gap)(?P=gap)|[-. ])[0-9]{4}"
)
_STREET = re.compile(r" [A-ZÀ-Þ]")
_NATIONAL = re.compile(r"\(?0[1-9][0-9]{0,4}\)?(?:[ ./-][0-9]{2,8}){1,4}")
_ZIP = re.compile(r"[0-9]{5}-[0-9]{4}")
_INTERNATIONAL = re.compile(r"\+|00[1-9]")
_FRACTION = re.compile(r"[0-9]+\.[0-9]+")
_GROUPS = re.compile(r"[0-9]+")
_ENGLISH = ("US", "GB", "IE", "AU", "NZ", "ZA", "IN")
_OTHERS = ("DE", "AT", "CH", "FR", "BE", "NL", "ES", "PT", "IT", "PL", "SE", "NO", "DK", "FI", "BR", "MX", "JP", "CN")
_REGIONS = _ENGLISH + _OTHERS
_MOST = 15


class Phone(Detector):
    """International and American forms; any number beside a word for telephones; else as its country writes it."""

    title = "Telephone number"
    signs = NUMBER

    def spans(self, text: str) -> Iterator[Span]:
        for match in _NUMBER.finditer(text):
            if one := _span(text, *match.span(), alone=True):
                yield one
            elif " " in match.group():
                yield from fits(text, *match.span(), range(7, _MOST + 1), partial(_span, text))

    @staticmethod
    def canonical(value: str) -> str:
        return digits_of(value)


def _span(text: str, start: int, end: int, alone: bool = False) -> Span | None:
    """The telephone number around text[start:end]; one in a row of numbers must be known by its form."""
    begin, behind = _BEGIN.search(text, max(0, start - 3), start), _END.match(text, end)
    if not begin or not behind:
        return None
    score = _score(text, begin.start(), end, behind.end(), alone)
    has_lone_bracket = text[begin.start()] == "(" and ")" not in text[start:end]
    return Span("phone", begin.start() + has_lone_bracket, behind.end(), score) if score else None


def _score(text: str, start: int, end: int, behind: int, alone: bool) -> float:
    """How sure text[start:end] is a telephone number; its extension ends `behind`."""
    number = text[start:end]
    digits = digits_of(number)
    if len(digits) > _MOST or _DATE.fullmatch(number) or len(set(digits)) < 3:
        return 0.0
    if _INTERNATIONAL.match(number) and _is_possible("+" + digits.removeprefix("00")):
        return 0.95
    score = _score_by_form(number, text, end)
    context = before(text, start)
    if alone and (_NAME.search(context) or _NAME_BEHIND.match(after(text, behind))) and _reads_as_number(number):
        score = 0.85
    is_other = _OTHER.search(context) or _ZIP.fullmatch(number)
    return 0.0 if is_other and not _NAME.search(context[-16:]) else score


def _score_by_form(number: str, text: str, end: int) -> float:
    if _AMERICAN.fullmatch(number):
        return 0.8
    return 0.6 if _is_written_nationally(number) and not _STREET.match(text, end) else 0.0


def _is_possible(number: str) -> bool:
    import phonenumbers

    parsed = _parsed(number, None)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _reads_as_number(number: str) -> bool:
    """In one piece, or in at most six groups; no decimal fraction."""
    groups = _GROUPS.findall(number)
    return not _FRACTION.fullmatch(number) and all(len(group) <= 11 for group in groups) and len(groups) <= 6


def _is_written_nationally(number: str) -> bool:
    """Whether the groups are those in which some country writes this valid number; the trunk zero must be there."""
    if not _NATIONAL.fullmatch(number):
        return False
    groups = _GROUPS.findall(number)
    return any(_as_written_in(region, number) == groups for region in _REGIONS)


def _as_written_in(region: str, number: str) -> list[str] | None:
    """The groups of digits, where the number is valid in the region."""
    import phonenumbers

    parsed = _parsed(number, region)
    if parsed is None or not phonenumbers.is_valid_number_for_region(parsed, region):
        return None
    return _GROUPS.findall(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _parsed(number: str, region: str | None) -> Any:
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
