"""Shapes: which fields a record has, how they become a sample and back. A module is a shape, its name the key."""

from app.curation.shapes._known import known, restore, understand
from app.curation.shapes._mapping import Mapping
from app.curation.shapes._note import NOTE
from app.curation.shapes._shape import Shape, Unfit
from app.curation.shapes._text import kind

__all__ = ["NOTE", "Mapping", "Shape", "Unfit", "kind", "known", "restore", "understand"]
