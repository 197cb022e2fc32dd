"""Tables with drawn lines: grids of cells, and tables between level rules."""

from bisect import bisect_right

from app.curation.documents.pdf.aligned import merged
from app.curation.documents.pdf.rules import Drawing, Rule
from app.curation.documents.pdf.runs import Run, rows
from app.curation.documents.pdf.tables import Table, edges, grid_table, table
from app.curation.documents.pdf.words import Word

_NEAR = 3.0
"""Points between lines that meet, or that are one."""
_MOST_CELLS = 20_000
_LONG = 60.0


def ruled(pieces: list[Run], drawing: Drawing) -> list[Run]:
    """The runs with those of ruled tables replaced by one that stands for the table."""
    for level, upright in _clusters(drawing):
        pieces = _with_grid(pieces, level, upright)
    for left, top, right, bottom in _between(drawing.level):
        pieces = _with_open(pieces, left, top, right, bottom)
    return pieces


def _clusters(drawing: Drawing) -> list[tuple[list[Rule], list[Rule]]]:
    """Level and upright lines that meet each other, directly or through others."""
    level, upright = drawing.level, drawing.upright
    if len(upright) < 2 or len(level) < 3 or len(level) * len(upright) > 4_000_000:
        return []
    parent = list(range(len(level) + len(upright)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    order = sorted(range(len(upright)), key=lambda index: upright[index].at)
    places = [upright[index].at for index in order]
    for index, rule in enumerate(level):
        for at in range(bisect_right(places, rule.start - _NEAR), bisect_right(places, rule.end + _NEAR)):
            other = upright[order[at]]
            if other.start - _NEAR <= rule.at <= other.end + _NEAR:
                parent[root(index)] = root(len(level) + order[at])
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        group = groups.setdefault(root(index), ([], []))
        if index < len(level):
            group[0].append(level[index])
        else:
            group[1].append(upright[index - len(level)])
    return [group for group in groups.values() if len(group[0]) > 2 and len(group[1]) > 2]


def _distinct(values: list[float]) -> list[float]:
    made: list[float] = []
    for value in sorted(values):
        if not made or value - made[-1] > _NEAR:
            made.append(value)
    return made


def _with_grid(pieces: list[Run], level: list[Rule], upright: list[Rule]) -> list[Run]:
    # Tables that are open at their sides have level lines that reach beyond the upright ones.
    ends = [min(rule.start for rule in level), max(rule.end for rule in level)]
    across, down = _distinct([rule.at for rule in upright] + ends), _distinct([rule.at for rule in level])
    if len(across) < 3 or len(down) < 3 or len(across) * len(down) > _MOST_CELLS:
        return pieces
    box = (across[0] - 2, down[0] - 2, across[-1] + 2, down[-1] + 2)
    inside, outside = _parted(pieces, *box)
    if not inside or _finer(inside, across):
        return pieces
    cells: list[list[list[Word]]] = [[[] for _ in across[1:]] for _ in down[1:]]
    parting = [[rule for rule in upright if abs(rule.at - edge) <= _NEAR] for edge in across]
    for run in inside:
        for word in run.words:
            row = min(len(down) - 1, max(1, bisect_right(down, (word.top + word.bottom) / 2))) - 1
            column = min(len(across) - 1, max(1, bisect_right(across, (word.left + word.right) / 2))) - 1
            cells[row][_spanned(column, row, down, parting)].append(word)
    kept = [part for row in cells if any(row) for part in _unfolded(row)]
    used = [index for index in range(len(across) - 1) if any(row[index] for row in kept)]
    if len(kept) < 2 or len(used) < 2 or not _filled(kept, used):
        return pieces
    return [*outside, _standing_for(grid_table([[row[index] for index in used] for row in kept]), inside)]


def _finer(inside: list[Run], across: list[float]) -> bool:
    """True where the text stands in more columns than the lines part: they are for the eye only."""
    pieces = [run for row in rows(inside) for run in merged(row)]
    cells = sum(len({bisect_right(across, (run.left + run.right) / 2) for run in merged(row)}) for row in rows(inside))
    return len(pieces) > 1.1 * cells


def _unfolded(row: list[list[Word]]) -> list[list[list[Word]]]:
    """The row, or its own rows of text where they are rows of figures that no line parts."""
    runs = [Run.of([word], column) for column, cell in enumerate(row) for word in cell]
    parts = rows(runs)
    figures = sum(any(map(str.isdigit, word.text)) for cell in row for word in cell)
    several = sum(len({run.first for run in part}) > 1 for part in parts)
    if len(parts) < 2 or several < 0.6 * len(parts) or figures < 0.35 * len(runs):
        return [row]
    made = []
    for part in parts:
        words = sorted(part, key=lambda run: run.left)
        made.append([[run.words[0] for run in words if run.first == column] for column in range(len(row))])
    return made


def _spanned(column: int, row: int, down: list[float], parting: list[list[Rule]]) -> int:
    """The first column of the cell: leftwards while no line parts this column from the one before in this row."""
    middle = (down[row] + down[row + 1]) / 2
    while column > 0 and not any(rule.start - 1 <= middle <= rule.end + 1 for rule in parting[column]):
        column -= 1
    return column


def _filled(cells: list[list[list[Word]]], used: list[int]) -> bool:
    """A figure's boxes are mostly empty; a page's frame holds sentences."""
    filled = [cell for row in cells for index in used if (cell := row[index])]
    several = sum(sum(bool(row[index]) for index in used) > 1 for row in cells)
    longest = max(len(cell) for cell in filled)
    return several >= max(1, 0.3 * len(cells)) and len(filled) >= 0.3 * len(cells) * len(used) and longest < 150


def _between(level: list[Rule]) -> list[tuple[float, float, float, float]]:
    """Rectangles between the first and the last of level rules of one length that stand under each other."""
    groups: list[list[Rule]] = []
    for rule in sorted((rule for rule in level if rule.end - rule.start > _LONG), key=lambda rule: rule.at):
        for group in groups:
            if abs(group[-1].start - rule.start) <= _NEAR and abs(group[-1].end - rule.end) <= _NEAR:
                group.append(rule)
                break
        else:
            groups.append([rule])
    tall = [group for group in groups if len(_distinct([rule.at for rule in group])) >= 3]
    return [(group[0].start - 2, group[0].at - 1, group[0].end + 2, group[-1].at + 1) for group in tall]


def _with_open(pieces: list[Run], left: float, top: float, right: float, bottom: float) -> list[Run]:
    inside, outside = _parted(pieces, left, top, right, bottom)
    if any(run.table for run in inside):
        return pieces
    body = [merged(row) for row in rows(inside)]
    several = sum(len(row) > 1 for row in body)
    if len(body) < 2 or several < max(2, 0.6 * len(body)):
        return pieces
    words = [len(run.words) for row in body for run in row]
    if sum(words) / len(words) > 6:
        return pieces
    made = table(body, edges(body))
    return [*outside, _standing_for(made, inside)] if len(made.rows[0]) > 1 else pieces


def _parted(pieces: list[Run], left: float, top: float, right: float, bottom: float) -> tuple[list[Run], list[Run]]:
    inside: list[Run] = []
    outside: list[Run] = []
    for run in pieces:
        within = left <= (run.left + run.right) / 2 <= right and top <= run.middle <= bottom
        (inside if within else outside).append(run)
    return inside, outside


def _standing_for(made: Table, inside: list[Run]) -> Run:
    run = Run.of([word for piece in inside for word in piece.words], min(piece.first for piece in inside))
    run.table = made
    return run
