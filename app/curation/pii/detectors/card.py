"""Numbers of payment cards."""

import re
from collections.abc import Iterator
from functools import partial

from app.curation.kernels.signs import LONG_NUMBER
from app.curation.pii.context import before, digits_of, fits
from app.curation.pii.detector import Detector, Span

_NUMBER = re.compile(r"(?<![\w.,+/-])[0-9](?:[ -]?[0-9]){11,}+")
_GOES_ON = re.compile(r"[\w/]|[.,-]\w")
_GROUPS = re.compile(
    r"[0-9]{12,19}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}(?:\1[0-9]{4})?(?:\1[0-9]{1,4})?|[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}"
)
_ISSUERS = (
    (re.compile(r"4"), {16, 19}),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),  # Mastercard
    (re.compile(r"3[47]"), {15}),  # American Express
    (re.compile(r"30[0-5]|309|36|3[89]"), {14, 16}),  # Diners Club
    (re.compile(r"6011|64[4-9]|65"), {16, 19}),  # Discover
    (re.compile(r"35(?:2[89]|[3-8])"), {16, 19}),  # JCB
    (re.compile(r"2131|1800"), {15}),  # JCB, before 2004
    (re.compile(r"62|81"), {16, 17, 18, 19}),  # UnionPay
    (re.compile(r"220[0-4]"), {16}),  # Mir
)
_CARD = re.compile(
    r"\b(?:cards?|cc|visa|master ?card|maestro|amex|american express|credit|debit|karte|carte|tarjeta|carta|cartão)\b"
)
_OTHER = re.compile(r"\b(?:isbn|imei|ean|gtin|upc|barcode|tracking|order|invoice|serial)\b[^.]{0,12}\Z")


class Card(Detector):
    """12 to 19 digits, in groups as on cards or in one, with a valid Luhn digit and an issuer; elsewhere beside its name."""

    title = "Payment card number"
    signs = LONG_NUMBER

    def spans(self, text: str) -> Iterator[Span]:
        for match in _NUMBER.finditer(text):
            yield from fits(text, *match.span(), range(12, 20), partial(_span, text))

    @staticmethod
    def canonical(value: str) -> str:
        return digits_of(value)


def _span(text: str, start: int, end: int) -> Span | None:
    number = text[start:end]
    digits = digits_of(number)
    if _GOES_ON.match(text, end) or not _GROUPS.fullmatch(number):
        return None
    if len(set(digits)) < 2 or not has_luhn_digit(digits):
        return None
    context = before(text, start)
    if _CARD.search(context):
        return Span("card", start, end, 1.0)
    return Span("card", start, end, 0.85) if _has_issuer(digits) and not _OTHER.search(context) else None


def has_luhn_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _has_issuer(digits: str) -> bool:
    return any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _ISSUERS)
