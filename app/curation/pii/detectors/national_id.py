"""National identity, tax, health and social insurance numbers of persons."""

import re
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from typing import Any

from app.curation.kernels.signs import MIXED, NUMBER
from app.curation.pii.context import before, fits
from app.curation.pii.detector import Detector, Span
from app.curation.pii.detectors._national_formats import FORMATS

_WORD = re.compile(r"[0-9](?:[A-Za-z0-9]|[-./+](?=[A-Za-z0-9])){4,24}+(?![\w/])")
_GROUPS = re.compile(r"[0-9]++(?: [0-9]++)++")
_GOES_ON = re.compile(r"[\w/]|[.,-]\w")
_LETTERS = re.compile(r"(?<![\w.,/+$€£#-])[A-Za-z]{0,6}-?\Z", re.ASCII)
_ALONE = re.compile(r"(?<![\w.,/+$€£#-])\Z", re.ASCII)
_BRITISH = re.compile(r"[0-9][0-9] ?[0-9]{2} ?[0-9]{2} ?[A-D]\b")
_PREFIX = re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\Z")
_SHAPE = str.maketrans("012345678ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "9" * 9 + "A" * 52)
_NAMES = re.compile(
    r"\b(?:(?:id(?: card)?|sin|pan|tin|rut|run|rfc|nie)\b ?(?:number|no\b|nr\b|#|:|is\b|\Z)|"
    r"(?:ssn|itin|social (?:security|insurance)|national (?:id|insurance|identi\w+)|ni number|nino|nhs|utr|"
    r"tax (?:id\w*|file|payer|number)|taxpayer|tfn|identi(?:ty|fication)|personal (?:id\w*|number|code)|citizen\w*|"
    r"resident\w*|pps|ird|steuer\w*|sozialversicherung\w*|idnr|bsn|burgerservicenummer|sofi|rijksregister\w*|"
    r"registre national|niss|insz|cpf|cpr|personnummer|fødselsnummer|henkilötunnus|hetu|kennitala|pesel|nif|"
    r"contribuinte|cnp|egn|rodné|isikukood|asmens|oib|amka|emšo|emso|t\.?c\.? kimlik|kimlik|teudat|aadhaa?r|uidai|nik|"
    r"ktp|nric|mykad|rrn|curp|cuit|cuil|dni|cédula|cedula|codice fiscale|nir|sécurité sociale|инн|рнокпп|егн)\b)|"
    r"身份证|身分證|マイナンバー|個人番号|주민등록|ת\.ז|תעודת זהות|บัตรประชาชน"
)


class NationalId(Detector):
    """Numbers with valid check digits or dates in the form of their country; weak forms only beside a word that names them."""

    title = "National id number"
    signs = NUMBER | MIXED

    def spans(self, text: str) -> Iterator[Span]:
        for match in _WORD.finditer(text):
            if begin := _LETTERS.search(text, max(0, match.start() - 8), match.start()):
                yield from filter(None, [_span(text, begin.start(), match.end())])
        for match in _GROUPS.finditer(text):
            if _ALONE.search(text, max(0, match.start() - 1), match.start()):
                yield from fits(text, *match.span(), range(9, 16), partial(_span, text))
        for match in _BRITISH.finditer(text):
            if begin := _PREFIX.search(text, max(0, match.start() - 4), match.start()):
                yield Span("national_id", begin.start(), match.end(), 0.9)

    @staticmethod
    def canonical(value: str) -> str:
        return "".join(filter(str.isalnum, value.casefold()))


def _span(text: str, start: int, end: int) -> Span | None:
    number = text[start:end]
    formats = FORMATS.get(number.translate(_SHAPE), ())
    if not formats or len(set(number)) < 3 or _GOES_ON.match(text, end):
        return None
    named = _NAMES.search(before(text, start)) is not None
    if not any(_rule(one.rule).is_valid(number) for one in formats if one.certain or named):
        return None
    return Span("national_id", start, end, 1.0 if named else 0.75)


@cache
def _rule(name: str) -> Any:
    return import_module(f"stdnum.{name}")
