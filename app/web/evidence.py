"""The source of a sample as pages show it: the passage with its marked words, and where they stand on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import bidirectional

from markupsafe import Markup

from app.curation.claims import Claim, best, claims
from app.curation.claims import Span as Words
from app.curation.documents.document import Place
from app.curation.sample import Form, Path, turns
from app.models import Document, Passage, Sample
from app.services.marks import Mark
from app.services.sources import Source
from app.web.marking import Marks, Placed, marked, numbered
from app.web.material import material
from app.web.rendering import GLOBALS
from app.web.weaving import laid_over, woven

_PATH = ("passage",)
_COVER = Markup('<mark class="evidence{}"{}>{}</mark>')
_CLAIMS = Markup(' data-claims="{}"')
_SAID = Markup('<span class="said" data-said="{}">{}</span>')


class Box(NamedTuple):
    """A rectangle on a page in shares of its sides, to six places; `is_marked` where the marked words stand."""

    left: str
    top: str
    width: str
    height: str
    is_marked: bool


@dataclass(frozen=True)
class Evidence:
    """A passage to be read. `marked` are the words that the sample rests on, as far as they are known."""

    source: Source
    claims: Sequence[Claim]
    by_claim: Sequence[Sequence[Words]]
    marked: Sequence[Words]

    @property
    def text(self) -> Markup:
        """With a mark on the words of the sample, and one, unseen at first, on those of each claim."""
        text = self.source.passage.text
        marks = [_mark("source", "", words) for words in self.marked]
        marks += [_mark("claim", str(at), words) for at, found in enumerate(self.by_claim) for words in found]
        placed = [Placed(mark, 0, 0) for mark in marks]
        woven = laid_over(text, material(text), placed, _cover)
        return Markup('<div class="plain">{}</div>').format(marked(text, placed, _cover)) if woven is None else woven

    @property
    def pages(self) -> tuple[int, int] | None:
        """The first and last page of the passage."""
        one = self.source.passage
        return (one.first_page, one.last_page or one.first_page) if one.first_page else None

    def boxes(self, page: int) -> list[Box]:
        """Where the passage stands on a page, and in it the marked words."""
        here = [place for place in self.source.places if place.page == page]
        found = [_box(place, False) for place in here]
        return found + [_box(cut, True) for words in self.marked for place in here if (cut := self._cut(place, *words))]

    def _cut(self, place: Place, start: int, end: int) -> Place | None:
        """The part of a line where these characters stand, as if all were equally wide; whole where it runs leftwards."""
        first, last, length = max(start, place.start), min(end, place.end), place.end - place.start
        if first >= last:
            return None
        if any(bidirectional(sign) in ("R", "AL") for sign in self.source.passage.text[place.start : place.end]):
            return place
        width = (place.right - place.left) / length
        return place._replace(
            left=place.left + (first - place.start) * width, right=place.right - (place.end - last) * width
        )


def of(source: Source, sample: Sample) -> Evidence:
    """The passage beside its sample. A text is its own passage, so there nothing is marked but what was."""
    text, form = source.passage.text, Form(sample.form)
    said = [] if form is Form.TEXT else claims(list(turns(form, sample.content)))
    by_claim = [best(text, one.text) for one in said]
    if source.start is not None and source.end is not None:
        return Evidence(source, said, by_claim, [(source.start, source.end)])
    return Evidence(source, said, by_claim, sorted({words for found in by_claim for words in found}))


def alone(document: Document, passage: Passage) -> Evidence:
    """A passage without a sample."""
    source = Source(0, document, passage, passage.number, None, None, None, None, None, None)
    return Evidence(source, [], [], [])


def said(evidence: Evidence, marks: Marks, path: Path, text: str, rendered: Markup) -> Markup:
    """The answer with its marks, and each sentence an element of its own, so that pointing at it shows its source."""
    claims = [
        Placed(Mark("claim", str(at), "", path, one.start, one.end), 0, 0)
        for at, one in enumerate(evidence.claims)
        if one.path == path
    ]
    found = laid_over(text, rendered, [*marks.placed(path), *claims], _sentence) if claims else None
    if found is not None:
        return found
    return woven(marks, path, text, rendered) if marks.on(path) else rendered


def _sentence(words: Markup, over: Sequence[Placed], beginning: Sequence[Placed]) -> Markup:
    others = [one for one in over if one.mark.about != "claim"]
    number = next((one.mark.code for one in over if one.mark.about == "claim"), None)
    inside = numbered(words, others, [one for one in beginning if one.mark.about != "claim"]) if others else words
    return inside if number is None else _SAID.format(number, inside)


def _mark(about: str, code: str, words: Words) -> Mark:
    return Mark("claim" if about == "claim" else "source", code, "", _PATH, *words)


def _cover(words: Markup, over: Sequence[Placed], beginning: Sequence[Placed]) -> Markup:
    rests = Markup(" is-source") if any(one.mark.about == "source" for one in over) else Markup("")
    numbers = " ".join(one.mark.code for one in over if one.mark.about == "claim")
    return _COVER.format(rests, _CLAIMS.format(numbers) if numbers else "", words)


def _box(place: Place, is_marked: bool) -> Box:
    sides = (place.left, place.top, place.right - place.left, place.bottom - place.top)
    left, top, width, height = (f"{max(0.0, side):.6f}".rstrip("0").rstrip(".") for side in sides)
    return Box(left, top, width, height, is_marked)


GLOBALS.update(evidence_of=of, with_sentences=said)
