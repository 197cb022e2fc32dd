"""Lists of a page as one piece of Markdown: nested, numbered as the page numbers them, terms with what they mean."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from app.curation.documents.web.code import listing
from app.curation.documents.web.inline import hidden, inline, is_block, rendered, squeezed
from app.curation.documents.web.notes import holds_notes
from app.curation.documents.web.tables import cell_text, piped
from app.curation.documents.web.tables import is_layout as is_layout_table

LISTS = {"ul", "ol", "menu", "dir", "dl"}
_WORDS_OF_TERM = 400


def is_layout(element: HtmlElement) -> bool:
    """Items with headings or whole sections are parts of the page, and a list of notes is read note by note."""
    if holds_notes(element):
        return True
    if any(True for _ in element.iter("h1", "h2", "h3", "h4", "h5", "h6", "section", "article")):
        return True
    long = element.tag == "dl" and any(
        len("".join(part.itertext()).split()) > _WORDS_OF_TERM for part in element.iterchildren("dd", "div")
    )
    return long


def markdown(element: HtmlElement) -> str:
    """The whole list; what an item holds below its first line is indented under it."""
    return "\n".join(_terms(element) if element.tag == "dl" else _items(element))


def _items(element: HtmlElement) -> Iterator[str]:
    number = _start(element)
    for child in element:
        if not isinstance(child.tag, str) or hidden(child):
            continue
        if child.tag in LISTS:
            yield _indented(markdown(child), "  ")
            continue
        mark = "- "
        if element.tag == "ol":
            number = _given(child.get("value"), number)
            mark, number = f"{number}. ", number + 1
        yield from _marked(mark, _content(child))


def _terms(element: HtmlElement) -> Iterator[str]:
    """A term is an item, what it means stands under it."""
    for child in element:
        if not isinstance(child.tag, str) or hidden(child):
            continue
        if child.tag == "dt":
            term = squeezed(inline(child, marks=False)).replace("\n", " ")
            yield from [f"- **{term}**"] if term else []
        elif child.tag == "div":
            yield from _terms(child)
        else:
            inner = _content(child)
            alone = len(inner) == 1 and inner[0].startswith("- **")
            yield from (
                [_indented(inner[0], "  ")] if alone else (_indented(line, "  ") for line in _marked("- ", inner))
            )


def _marked(mark: str, inner: list[str]) -> Iterator[str]:
    if inner:
        yield mark + _indented("\n".join(inner), " " * len(mark)).lstrip()


def _indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else "" for line in text.split("\n"))


def _content(item: HtmlElement) -> list[str]:
    """The parts of an item in order, each on lines of its own."""
    found: list[str] = []
    run = [item.text or ""]
    for child in item:
        if isinstance(child.tag, str) and not hidden(child) and is_block(child):
            found += [*_run(run), *_part(child)]
            run = []
        elif isinstance(child.tag, str):
            run.append(rendered(child))
        run.append(child.tail or "")
    return found + _run(run)


def _run(run: list[str]) -> list[str]:
    text = squeezed("".join(run))
    return [text] if text else []


def _part(child: HtmlElement) -> list[str]:
    if child.tag in LISTS:
        text = markdown(child)
    elif child.tag == "pre":
        text = listing(child)
    elif child.tag == "table":
        text = cell_text(child) if is_layout_table(child) else f"\n{piped(child)}\n"
    else:
        return _content(child)
    return [text] if text.strip() else []


def _start(element: HtmlElement) -> int:
    return _given(element.get("start"), 1)


def _given(told: str | None, otherwise: int) -> int:
    digits = (told or "").strip()
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else otherwise
