"""All that Microsoft Presidio finds, by the analyzer that the user installs."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from app.curation.pii.detector import Detector, NotInstalled, Span
from app.curation.pii.detectors.spacy import load

_KINDS = {
    "PERSON": "person",
    "ORGANIZATION": "organisation",
    "LOCATION": "place",
    "DATE_TIME": "date",
    "NRP": "group",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "CRYPTO": "wallet",
    "MAC_ADDRESS": "mac",
    "US_SSN": "national_id",
    "US_ITIN": "national_id",
    "UK_NHS": "national_id",
    "UK_NINO": "national_id",
    "US_PASSPORT": "document_number",
    "US_DRIVER_LICENSE": "document_number",
    "US_BANK_NUMBER": "document_number",
    "MEDICAL_LICENSE": "document_number",
}


class Presidio(Detector):
    """Presidio's recognisers over an installed spaCy model of English; nothing is fetched from the network."""

    title = "Names, dates and more (Presidio)"
    further = True

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self._analyzer = _analyzer(model)

    @classmethod
    def kinds(cls) -> dict[str, str]:
        return {
            "person": "Name of a person",
            "organisation": "Name of an organisation",
            "place": "Name of a place",
            "date": "Date or time",
            "group": "Nationality, religion or party",
        }

    def spans(self, text: str) -> Iterator[Span]:
        for found in self._analyzer.analyze(text, language="en"):
            if kind := _KINDS.get(found.entity_type):
                yield Span(kind, found.start, found.end, found.score)


@cache
def _analyzer(model: str) -> Any:
    try:
        analyzer, engines = import_module("presidio_analyzer"), import_module("presidio_analyzer.nlp_engine")
    except ImportError as error:
        raise NotInstalled("Presidio is not installed: pip install presidio-analyzer.") from error
    load(model)  # Presidio itself would fetch a model that is missing.
    models = [{"lang_code": "en", "model_name": model}]
    engine = engines.NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    return analyzer.AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
