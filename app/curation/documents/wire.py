"""Elements as lines of JSON: what a child process tells its parent."""

from collections.abc import Callable
from typing import Any

import orjson

from app.curation.documents.document import Block, BlockKind, Element, Exchange, Facts, Fault, Place
from app.curation.sample import Form

_MADE: dict[str, Callable[[dict[str, Any]], Element]] = {}


def dumps(element: Element) -> bytes:
    """One line, its newline included."""
    value = {"type": type(element).__name__, "value": element}
    return orjson.dumps(value, default=list, option=orjson.OPT_APPEND_NEWLINE)


def loads(line: bytes) -> Element:
    """The element again, equal to the one that was written."""
    told = orjson.loads(line)
    return _MADE[told["type"]](told["value"])


def _block(value: dict[str, Any]) -> Block:
    places = tuple(Place(*place) for place in value.pop("places"))
    return Block(kind=BlockKind(value.pop("kind")), places=places, **value)


def _exchange(value: dict[str, Any]) -> Exchange:
    value |= {"form": Form(value["form"]), "block": _block(value["block"]), "heading": tuple(value["heading"])}
    return Exchange(**value)


_MADE |= {
    "Facts": lambda value: Facts(**value),
    "Block": _block,
    "Exchange": _exchange,
    "Fault": lambda value: Fault(**value),
}
