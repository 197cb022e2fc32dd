"""Runs of atoms that become passages: filled within a section, small rests joined to what they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.curation.documents.atoms import Atom, Placed, atoms, opening, tail, whole
from app.curation.documents.document import BlockKind
from app.curation.documents.flags import flag_of
from app.curation.documents.sizes import Measure, tokens

Path = tuple[str, ...]


@dataclass(slots=True)
class Run:
    """Consecutive atoms under one heading. The first `again` of them are in the run before as well."""

    heading: Path
    atoms: list[Atom] = field(default_factory=list)
    size: int = 0
    again: int = 0

    @classmethod
    def of(cls, placed: Placed, heading: Path) -> "Run":
        """A block by itself."""
        return cls(heading, [whole(placed, len)])

    @property
    def is_heading(self) -> bool:
        return all(atom.placed.block.kind is BlockKind.HEADING for atom in self.atoms)

    @property
    def own_size(self) -> int:
        """Without what the run before said already."""
        return self.size - sum(atom.size for atom in self.atoms[: self.again])

    @property
    def flag(self) -> str | None:
        text = "\n\n".join(atom.text for atom in self.atoms)
        return flag_of(text, self.heading, tokens(text))


class Runs:
    """Blocks in, runs out, as soon as nothing can be added to them any more."""

    def __init__(self, size: int, overlap: int, smallest: int, measure: Measure) -> None:
        self._size, self._overlap, self._smallest, self._measure = size, overlap, smallest, measure
        self._open: Run | None = None
        self._waiting: Run | None = None

    def add(self, placed: Placed, heading: Path) -> Iterator[Run]:
        """The next block. A large one begins a run of its own where the open one is at least half full."""
        one = whole(placed, self._measure)
        if one.size <= self._size + self._measure("\n\n"):
            yield from self._atom(one, heading)
            return
        if self._open and self._open.size > self._size // 2:
            yield from self._close(goes_on=True)
        for atom in atoms(placed, self._size, self._measure):
            yield from self._atom(atom, heading)

    def end_section(self) -> Iterator[Run]:
        """A heading follows."""
        yield from self._close(goes_on=False)

    def end(self) -> Iterator[Run]:
        """Nothing follows, or something that is a passage of its own."""
        yield from self._close(goes_on=False)
        if self._waiting:
            yield self._waiting
        self._waiting = None

    def _atom(self, atom: Atom, heading: Path) -> Iterator[Run]:
        run = self._open
        if run and run.own_size >= self._least(run) and run.size + atom.size > self._size:
            yield from self._close(goes_on=True)
        if self._open is None:
            self._open = Run(heading, size=self._repeated(atom))
        self._open.atoms.append(atom)
        self._open.size += atom.size

    def _least(self, run: Run) -> int:
        """Below this a run takes one atom more, whatever its size."""
        return self._smallest + 1 if run.is_heading else max(self._smallest, 1)

    def _repeated(self, atom: Atom) -> int:
        """What of a table or listing is said again before this atom."""
        return self._measure(opening(atom.placed.block)) if atom.start else 0

    def _close(self, goes_on: bool) -> Iterator[Run]:
        run, self._open = self._open, None
        if run is None:
            return
        if goes_on and self._overlap and (said := tail(run.atoms[-1], self._overlap, self._measure)):
            self._open = Run(run.heading, [said], said.size, again=1)
        if run.again == len(run.atoms):
            return
        if self._waiting is None:
            self._waiting = run
        elif joined := self._joined(self._waiting, run):
            self._waiting = joined
        else:
            yield self._waiting
            self._waiting = run

    def _joined(self, one: Run, other: Run) -> Run | None:
        """The two as one run where one of them is a rest, and they belong together."""
        if other.is_heading and not one.is_heading:
            return None
        small = one.own_size < self._smallest or other.own_size < self._smallest or one.is_heading
        most = self._size + (0 if self._are_apart(one, other) else self._smallest)
        if not small or one.size + other.own_size > most or not _are_related(one.heading, other.heading):
            return None
        if one.flag != other.flag and not one.is_heading:
            return None
        heading = other.heading if one.is_heading and _begins(other, one) else _common(one.heading, other.heading)
        return Run(heading, one.atoms + other.atoms[other.again :], one.size + other.own_size, one.again)

    def _are_apart(self, one: Run, other: Run) -> bool:
        """Sections of their own, of which the first has more to say than a rest."""
        return one.heading != other.heading and one.own_size >= self._smallest and not one.is_heading


def _begins(other: Run, one: Run) -> bool:
    return other.heading[: len(one.heading)] == one.heading


def _common(one: Path, other: Path) -> Path:
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return one[:shared]


def _are_related(one: Path, other: Path) -> bool:
    """The same section, sections of the same one, or a section and one inside it."""
    shared = len(_common(one, other))
    return shared == len(one) or shared >= max(len(one), len(other)) - 1
