"""The note a shape leaves in a sample's metadata, so that the original record can be written again."""

from typing import Any

from app.curation.sample import Json

NOTE = "_shape"
"""The one metadata key that is not from the record; a record's own field of that name is kept inside the note."""


def noted(rest: Json, name: str, facts: dict[str, Any]) -> Json:
    """Metadata with the note; facts that are None go without saying."""
    note: Json = {"name": name}
    for key, value in facts.items():
        if value is not None:
            note[key] = value
    if NOTE in rest:
        note["shadowed"] = rest[NOTE]
    rest[NOTE] = note
    return rest


def note_of(metadata: Json) -> Json:
    note = metadata.get(NOTE)
    return note if isinstance(note, dict) else {}


def unnoted(metadata: Json) -> Json:
    """The record's own unknown fields, exactly."""
    rest = {key: value for key, value in metadata.items() if key != NOTE}
    note = note_of(metadata)
    return rest | {NOTE: note["shadowed"]} if "shadowed" in note else rest
