"""How the parts of an Office package point to each other."""

from posixpath import dirname, join, normpath
from typing import NamedTuple

from app.curation.documents.office.xml import attribute, children, parsed

Members = dict[str, bytes]


class Relation(NamedTuple):
    """`kind` is the last word of the type; what lies outside the package is left out."""

    kind: str
    target: str


def main_part(members: Members) -> str | None:
    """The part that the package itself points to as its document."""
    return next((found.target for found in relations(members, "").values() if found.kind == "officeDocument"), None)


def relations(members: Members, name: str) -> dict[str, Relation]:
    """By id, of the part of this name."""
    folder, _, file = name.rpartition("/")
    told = members.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
    return {
        attribute(node, "Id") or "": Relation(
            (attribute(node, "Type") or "").rpartition("/")[2], _target(name, attribute(node, "Target") or "")
        )
        for node in (children(parsed(told), "Relationship") if told else ())
        if attribute(node, "TargetMode") != "External"
    }


def _target(name: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(dirname(name), target))
