"""Text of shapes in DrawingML: paragraphs and lists, pictures, charts as tables, diagrams as lists."""

from collections.abc import Iterator

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.markdown_table import tables
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, text_of
from app.curation.documents.pandoc import spans

_MARKS = {"b": "**", "i": "*"}


def lines(body: Node | None) -> Iterator[str]:
    """The text of each paragraph that has some, marks of emphasis left out."""
    for paragraph in children(body, "p"):
        text = "".join(text for text, _ in _runs(paragraph)).replace("\n", " ").strip()
        if text:
            yield text


def _runs(paragraph: Node) -> Iterator[tuple[str, str]]:
    """Text and the mark around it."""
    for node in paragraph:
        name = local(node)
        if name in {"r", "fld"}:
            settings = child(node, "rPr")
            marks = "".join(mark for key, mark in _MARKS.items() if attribute(settings, key) in {"1", "true"})
            text = child(node, "t")
            yield (text.text or "") if text is not None else "", marks
        elif name == "br":
            yield "\n", ""
        elif name in {"m", "oMath", "oMathPara", "AlternateContent"}:
            yield text_of(next(iter(descendants(node, "oMath")), None)), ""


def _written(paragraph: Node) -> str:
    """Runs of the same mark are one; a paragraph of which all is bold is not marked."""
    runs: list[tuple[str, str]] = []
    for text, mark in _runs(paragraph):
        if runs and (runs[-1][1] == mark or not text.strip()):
            runs[-1] = (runs[-1][0] + text, runs[-1][1])
        else:
            runs.append((text, mark))
    if len(runs) == 1:
        return spans.escaped(runs[0][0]).strip().replace("\n", "  \n")
    return "".join(spans.marked(mark, spans.escaped(text)) for text, mark in runs).strip().replace("\n", "  \n")


def is_listed(body: Node) -> bool:
    """A placeholder's paragraphs are points of a list where there are several."""
    return sum(1 for _ in lines(body)) > 1


def paragraphs(body: Node | None, listed: bool) -> Iterator[Block]:
    """Points in a row are one list; `listed` is what a paragraph is that does not say."""
    points: list[tuple[int, str, str]] = []
    for paragraph in children(body, "p"):
        text = _written(paragraph)
        if not text:
            continue
        mark = _bullet(paragraph, listed)
        if mark:
            points.append((int(attribute(child(paragraph, "pPr"), "lvl") or 0), mark, text))
            continue
        yield from _list(points)
        points = []
        yield Block(BlockKind.PARAGRAPH, text)
    yield from _list(points)


def _bullet(paragraph: Node, listed: bool) -> str:
    """- or 1. where the paragraph is a point of a list."""
    settings = child(paragraph, "pPr")
    if child(settings, "buAutoNum") is not None:
        return "1."
    if child(settings, "buNone") is not None:
        return ""
    return "-" if listed or child(settings, "buChar") is not None or child(settings, "buBlip") is not None else ""


def _list(points: list[tuple[int, str, str]]) -> Iterator[Block]:
    """Numbers count on within their level."""
    if not points:
        return
    counts: dict[int, int] = {}
    written = []
    base = min(level for level, _, _ in points)
    for level, mark, text in points:
        counts = {deep: count for deep, count in counts.items() if deep <= level}
        counts[level] = counts.get(level, 0) + 1 if mark == "1." else 0
        shown = f"{counts[level]}." if mark == "1." else mark
        inset = "   " * (level - base)
        written.append(inset + f"{shown} " + text.replace("\n", f"\n{inset}{' ' * (len(shown) + 1)}"))
    yield Block(BlockKind.LIST, "\n".join(written))


def picture(shape: Node) -> Iterator[Block]:
    """By its alternative text."""
    told = next(iter(descendants(shape, "cNvPr")), None)
    text = spans.picture(attribute(told, "descr") or "")
    if text:
        yield Block(BlockKind.CAPTION, text)


def diagram(root: Node | None) -> Iterator[Block]:
    """The points of a drawn diagram, as a list."""
    points = [] if root is None else [" ".join(lines(node)) for node in descendants(root, "t") if local(node) == "t"]
    written = [f"- {spans.escaped(text)}" for text in points if text]
    if written:
        yield Block(BlockKind.LIST, "\n".join(written))


def chart(root: Node | None) -> Iterator[Block]:
    """Its title as a caption and its figures as a table, a column for each series."""
    if root is None:
        return
    title = (
        " ".join(text_of(node) for node in descendants(child(root, "chart", "title"), "t"))
        if child(root, "chart", "title") is not None
        else ""
    )
    if title:
        yield Block(BlockKind.CAPTION, spans.escaped(title))
    series = [_series(node) for node in descendants(root, "ser")]
    labels = next((names for _, names, _ in series if names), {})
    if series and any(values for _, _, values in series):
        at = sorted({index for _, _, values in series for index in values} | set(labels))[:1000]
        head = ["", *(name for name, _, _ in series)]
        rows = [[labels.get(index, ""), *(values.get(index, "") for _, _, values in series)] for index in at]
        yield from (Block(BlockKind.TABLE, text) for text in tables([head], rows))


def _series(node: Node) -> tuple[str, dict[int, str], dict[int, str]]:
    name = (
        " ".join(text_of(value) for value in descendants(child(node, "tx"), "v"))
        if child(node, "tx") is not None
        else ""
    )
    labels = child(node, "cat") if child(node, "cat") is not None else child(node, "xVal")
    values = child(node, "val") if child(node, "val") is not None else child(node, "yVal")
    return name, _points(labels), _points(values)


def _points(node: Node | None) -> dict[int, str]:
    found = descendants(node, "pt") if node is not None else ()
    return {int(attribute(point, "idx") or 0): text_of(child(point, "v")) for point in found}
