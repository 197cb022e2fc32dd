"""Words of a sample marked in its plain text. A number on each mark says why it is there, so colour is not needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from markupsafe import Markup, escape

from app.curation.sample import Path
from app.services.marks import Mark
from app.web.material import shown

LINKED = 6
"""Places of one kind that its line in the legend leads to."""
_MARK = Markup("<mark{}>{}{}</mark>")
_NUMBER = Markup(
    '<span class="mark-n" id="mark-{0}-{1}" tabindex="-1"><span aria-hidden="true">{0}</span>'
    '<span class="off">{2}: </span></span>'
)


@dataclass(frozen=True)
class Kind:
    """One line of the legend: its number on the marks, and in how many places it stands."""

    number: int
    about: str
    code: str
    title: str
    places: int

    @property
    def links(self) -> range:
        """The places that can be jumped to, from 1."""
        return range(1, min(self.places, LINKED) + 1)


@dataclass(frozen=True)
class Placed:
    """A mark with its kind's number, and which of that kind it is."""

    mark: Mark
    number: int
    place: int


Cover: TypeAlias = Callable[[Markup, Sequence[Placed], Sequence[Placed]], Markup]
"""Makes an element of words, the marks over them, and those of these that begin here."""


class Marks:
    """All marks of a sample, numbered kind by kind in the order given."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        codes = list(dict.fromkeys((mark.about, mark.code) for mark in marks))
        seen: dict[tuple[str, str], int] = dict.fromkeys(codes, 0)
        self._by_path: dict[Path, list[Placed]] = {}
        for mark in marks:
            code = (mark.about, mark.code)
            seen[code] += 1
            placed = Placed(mark, codes.index(code) + 1, seen[code])
            self._by_path.setdefault(mark.path, []).append(placed)
        titles = {(mark.about, mark.code): mark.title for mark in marks}
        self.kinds = [Kind(at, *code, titles[code], seen[code]) for at, code in enumerate(codes, 1)]

    def kind(self, about: str, code: str) -> Kind | None:
        """The line of the legend for a rule or a kind of personal data; None where nothing is marked for it."""
        return next((kind for kind in self.kinds if (kind.about, kind.code) == (about, code)), None)

    def on(self, path: Path) -> bool:
        """Whether anything is marked in this turn."""
        return path in self._by_path

    def placed(self, path: Path) -> Sequence[Placed]:
        """The marks of a turn, in the order given."""
        return self._by_path.get(path, [])

    def text(self, path: Path, text: str) -> Markup:
        """The turn's text as it stands in the sample, with its marks."""
        return Markup('<div class="plain">{}</div>').format(marked(text, self._by_path.get(path, [])))


def numbered(words: Markup, over: Sequence[Placed], beginning: Sequence[Placed]) -> Markup:
    """Words under one mark or more, with the numbers of those that begin here."""
    several = Markup(' class="several"') if len(over) > 1 else Markup("")
    return _MARK.format(several, Markup("").join(_numbers(beginning)), words)


def marked(text: str, placed: Sequence[Placed], cover: Cover = numbered) -> Markup:
    """Escaped text cut at every end of a mark: marks may overlap, elements may not."""
    inside = [one for one in placed if 0 <= one.mark.start < one.mark.end <= len(text)]
    ends = {0, len(text)} | {end for one in inside for end in (one.mark.start, one.mark.end)}
    return Markup("").join(
        _piece(
            text[first:last], first, [one for one in inside if one.mark.start <= first and last <= one.mark.end], cover
        )
        for first, last in pairwise(sorted(ends))
    )


def _piece(text: str, first: int, over: Sequence[Placed], cover: Cover) -> Markup:
    if not over:
        return shown(text)
    return cover(shown(text), over, [one for one in over if one.mark.start == first])


def _numbers(beginning: Sequence[Placed]) -> Iterator[Markup]:
    for one in beginning:
        yield _NUMBER.format(one.number, one.place, escape(one.mark.title))
