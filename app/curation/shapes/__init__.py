"""Shapes: which fields a record has, and how they become a sample and back. One module per shape, its name is the key."""

from app.curation.shapes._known import known, restore, understand
from app.curation.shapes._mapping import Mapping
from app.curation.shapes._shape import Shape, Unfit

__all__ = ["Mapping", "Shape", "Unfit", "known", "restore", "understand"]
