"""Cells of a table in a grid: spans filled, and columns joined that only hold a sign or repeat their neighbour."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

WIDEST = 400
"""Columns and rows that one cell may span."""
_MOST = 400_000
"""Places of a grid up to which spans are filled; a larger table is read cell by cell."""
_BEFORE = {"", "$", "€", "£", "¥", "(", "$(", "$ (", "US$", "C$", "NT$", "R$"}
_AFTER = {"", "%", ")", ")%", "%)", ") %"}


class Cell(NamedTuple):
    """A cell as it stands in a row: its text and how far it reaches to the right and down."""

    text: str
    across: int = 1
    down: int = 1


class Held(NamedTuple):
    """What one place of the grid holds; `source` tells cells apart, so that a span is known as one cell."""

    text: str
    source: int = 0


NOTHING = Held("")


@dataclass
class Grid:
    """Fills up row by row."""

    rows: list[list[Held]] = field(default_factory=list)
    hanging: dict[int, tuple[int, Held]] = field(default_factory=dict)
    cells: int = 0
    waiting: list[Held] = field(default_factory=list)

    def add(self, cells: Iterable[Cell]) -> None:
        """One more row. A row of nothing but cells that reach down says nothing of its own and is left out."""
        row: list[Held] = []
        after: dict[int, tuple[int, Held]] = {}
        own = False
        few = len(self.rows) * WIDEST < _MOST
        for cell in cells:
            self._carry(row, after)
            self.cells += 1
            held = Held(cell.text, self.cells)
            own = own or (cell.down == 1 and cell.text != "")
            for _ in range(min(cell.across, WIDEST - len(row)) if few else 1):
                if cell.down > 1 and few:
                    after[len(row)] = (cell.down - 1, held)
                row.append(held)
        for column in sorted(self.hanging):
            row += [NOTHING] * (column - len(row))
            self._carry(row, after)
        self.hanging = after
        self.waiting = [] if own else row
        if own:
            self.rows.append(row)

    def _carry(self, row: list[Held], after: dict[int, tuple[int, Held]]) -> None:
        while len(row) in self.hanging:
            left, held = self.hanging.pop(len(row))
            if left > 1:
                after[len(row)] = (left - 1, held)
            row.append(held)

    def texts(self) -> list[list[str]]:
        """The rows, without columns that hold nothing; a lone sign stands with its figure."""
        held = [*self.rows, self.waiting] if any(one.text for one in self.waiting) else self.rows
        width = max(map(len, held), default=0)
        rows = [row + [NOTHING] * (width - len(row)) for row in held]
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [list(row) for row in zip(*_joined(columns), strict=True)]


def _joined(columns: list[list[Held]]) -> list[list[str]]:
    made: list[list[Held]] = []
    for column in columns:
        if not any(held.text for held in column):
            continue
        if made and (_all_in(column, _AFTER, made[-1]) or _all_in(made[-1], _BEFORE, column)):
            made[-1] = [_one(*pair) for pair in zip(made[-1], column, strict=True)]
        else:
            made.append(column)
    return [[held.text for held in column] for column in made]


def _all_in(column: list[Held], signs: set[str], beside: list[Held]) -> bool:
    """Whether the column holds nothing but these signs, or parts of cells that span it and the column beside."""
    pairs = zip(column, beside, strict=True)
    return all(held.text in signs or (held.source == other.source and held.source) for held, other in pairs)


def _one(left: Held, right: Held) -> Held:
    return left if left.source == right.source else Held(left.text + right.text, left.source or right.source)
