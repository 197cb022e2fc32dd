"""Names of persons, organisations and places, by a spaCy model that the user installs."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from app.curation.pii.detector import Detector, NotInstalled, Span

_LABELS = {
    **dict.fromkeys(("PERSON", "PER"), "person"),
    **dict.fromkeys(("ORG", "ORGANIZATION"), "organisation"),
    **dict.fromkeys(("GPE", "LOC", "LOCATION", "FAC"), "place"),
}
_UNUSED = ("tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "morphologizer")
_MOST = 100_000
"""Characters read at a time; models of spaCy take memory in proportion."""


class Spacy(Detector):
    """Named entities. `model` is the name of an installed package or a folder; nothing is fetched from the network."""

    title = "Names (spaCy)"
    further = True

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self._read = load(model)

    @classmethod
    def kinds(cls) -> dict[str, str]:
        return {"person": "Name of a person", "organisation": "Name of an organisation", "place": "Name of a place"}

    def spans(self, text: str) -> Iterator[Span]:
        for first in range(0, len(text), _MOST):
            for entity in self._read(text[first : first + _MOST]).ents:
                if kind := _LABELS.get(entity.label_):
                    yield Span(kind, first + entity.start_char, first + entity.end_char, 0.6)


@cache
def load(model: str) -> Any:
    """The model, loaded once per process. NotInstalled says what to install."""
    try:
        import spacy

        return spacy.load(model, exclude=_UNUSED)
    except ImportError as error:
        raise NotInstalled("Finding names needs spaCy: pip install spacy, and a model of your choice.") from error
    except OSError as error:
        raise NotInstalled(f"There is no spaCy model {model!r}: install one, and name it as spacy:MODEL.") from error
