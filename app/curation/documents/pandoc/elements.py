"""A whole document by pandoc: facts, its title as the first heading, then its blocks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.office.package import no_text
from app.curation.documents.pandoc.blocks import Blocks
from app.curation.documents.pandoc.inlines import plain
from app.curation.documents.pandoc.program import syntax_tree

_KEPT = ("author", "date", "keywords", "subject", "section")


def elements(
    sources: Iterable[bytes],
    format: str,
    known: Facts,
    *,
    titled: bool = True,
    heading: str = "",
    quotes: bool = True,
    mended: Callable[[bytes], bytes] = bytes,
) -> Iterator[Element]:
    """`titled`: the title that pandoc finds stands in the text and is its first heading, above all others; `heading`
    is one that was found before. Of several sources the first tells the facts, each goes on where the last one ended."""
    pieces = iter(sources)
    source = next(pieces, None)
    if source is None:
        raise no_text()
    tree = syntax_tree(source, format, mended)
    found = _plain(tree["meta"].get("title"))
    top = heading or (found if titled else "")
    yield _facts(known, tree["meta"], heading or found or known.title or _only_top(tree["blocks"]))
    walk = Blocks(shift=1 if top else 0, quotes=quotes)
    rest = (_further(walk, syntax_tree(piece, format, mended), titled) for piece in pieces)
    blocks = chain(_front(walk, tree["meta"], top), walk.walk(tree["blocks"]), chain.from_iterable(rest))
    first = next(blocks, None)
    if first is None:
        raise no_text()
    yield first
    yield from blocks


def _front(walk: Blocks, meta: dict[str, Any], title: str) -> Iterator[Block]:
    """The title and what stands between it and the text."""
    if title:
        yield Block(BlockKind.HEADING, title, 1)
    if title and (subtitle := _plain(meta.get("subtitle")).lstrip(": ")):
        yield Block(BlockKind.PARAGRAPH, subtitle)
    abstract = meta.get("abstract")
    if title and abstract is not None:
        nodes = abstract["c"] if abstract["t"] == "MetaBlocks" else [{"t": "Para", "c": abstract["c"]}]
        yield from walk.walk(nodes)


def _further(walk: Blocks, tree: dict[str, Any], titled: bool) -> Iterator[Block]:
    """A title that opens a later piece is one more heading."""
    if titled and (title := _plain(tree["meta"].get("title"))):
        yield Block(BlockKind.HEADING, title, 1)
    yield from walk.walk(tree["blocks"])


def _facts(known: Facts, meta: dict[str, Any], title: str) -> Facts:
    told = {key: _plain(meta[key]) for key in _KEPT if key in meta}
    language = known.language or _plain(meta.get("lang"))
    metadata = {key: value for key, value in told.items() if value} | known.metadata
    return replace(known, title=title or known.title, language=language, metadata=metadata)


def _only_top(nodes: list[Any]) -> str:
    """The heading that opens a document, where no other is as high."""
    levels = [node["c"][0] for node in nodes if node["t"] == "Header"]
    first = nodes[0] if nodes else None
    if first is None or first["t"] != "Header" or levels.count(first["c"][0]) > 1 or min(levels) < first["c"][0]:
        return ""
    return " ".join(plain(first["c"][2]).split())


def _plain(value: Any) -> str:
    """Several of a kind with a semicolon between."""
    if value is None:
        return ""
    if value["t"] == "MetaList":
        return "; ".join(text for text in map(_plain, value["c"]) if text)
    return " ".join((value["c"] if value["t"] == "MetaString" else plain(value["c"]) or "").split())
