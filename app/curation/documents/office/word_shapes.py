"""Parts of a Word document that pandoc loses: text boxes, and cells of tables without a grid."""

from lxml import etree

from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local

_MOST_COLUMNS = 200


def lift_boxes(body: Node) -> None:
    """The paragraphs of a text box after the paragraph that it hangs on."""
    for choice in list(descendants(body, "AlternateContent")):
        first = child(choice, "Choice")
        if first is not None and next(descendants(first, "txbxContent"), None) is not None:
            for other in list(children(choice, "Fallback")):
                choice.remove(other)
    last: dict[Node, Node] = {}
    for box in list(descendants(body, "txbxContent")):
        host = next((above for above in box.iterancestors() if local(above) == "p"), None)
        if host is not None:
            for part in list(box):
                last.get(host, host).addnext(part)
                last[host] = part


def give_grid(body: Node) -> None:
    """As many columns as the widest row has: some programs write none, and pandoc cuts the rows there."""
    for table in list(descendants(body, "tbl")):
        for grid in list(children(table, "tblGrid")):
            table.remove(grid)
        space = table.tag.rpartition("}")[0] + "}"
        grid = etree.Element(f"{space}tblGrid")
        for _ in range(min(max(map(_width, children(table, "tr")), default=1), _MOST_COLUMNS)):
            etree.SubElement(grid, f"{space}gridCol").set(f"{space}w", "1000")
        table.insert(1 if child(table, "tblPr") is not None else 0, grid)


def _width(row: Node) -> int:
    settings = child(row, "trPr")
    around = sum(_count(child(settings, name), 0) for name in ("gridBefore", "gridAfter"))
    cells = [node for node in row.iter() if local(node) == "tc" and _row_of(node) is row]
    return around + sum(_count(child(cell, "tcPr", "gridSpan"), 1) for cell in cells)


def _row_of(cell: Node) -> Node:
    """Through content controls: cells may stand in one."""
    return next((above for above in cell.iterancestors() if local(above) == "tr"), None)


def _count(node: Node | None, otherwise: int) -> int:
    told = attribute(node, "val")
    return int(told) if told and told.isdigit() and len(told) < 5 else otherwise
