"""Languages of the interface: which ones there are, and which one a request gets."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

HERE = Path(__file__).parents[1] / "locales"
SOURCE = "en"
"""What everything is written in, and what is shown where a translation is missing."""

LANGUAGES = (SOURCE, *sorted(path.parent.parent.name for path in HERE.glob("*/LC_MESSAGES/winnow.po")))


def of(request: Request) -> str:
    """The person's own choice, else what the browser asks for, else English."""
    own: str = getattr(getattr(request.state, "viewer", None), "language", "")
    return own if own in LANGUAGES else negotiated(request.headers.get("Accept-Language", ""))


def negotiated(header: str) -> str:
    """The first language of an Accept-Language header that there is: `de-AT` is content with `de`."""
    for wanted in sorted(header.split(","), key=_weight, reverse=True):
        code = wanted.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES and _weight(wanted) > 0:
            return code
    return SOURCE


def name(language: str) -> str:
    """What a language is called by those who speak it."""
    return (locale(language).get_display_name() or language).capitalize()


@lru_cache
def locale(language: str) -> Locale:
    """How the language writes numbers and months."""
    return Locale.parse(language)


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The translations. They are read as translators write them, once for each process: no step of set-up makes them."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with (HERE / language / "LC_MESSAGES" / "winnow.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _weight(wanted: str) -> float:
    _, _, quality = wanted.partition(";q=")
    try:
        return float(quality or 1)
    except ValueError:
        return 0
