"""Readers: raw files as a stream of samples and refusals. One module per format, its name is the key."""

from app.curation.documents.chunking import Chunking
from app.curation.readers._documents import Documents
from app.curation.readers._limits import Limits
from app.curation.readers._package import is_archive, readable
from app.curation.readers._preview import NeedsMapping, Preview, preview
from app.curation.readers._reader import Broken, Cut, Item, Reader, Record
from app.curation.readers._reading import Reading, read
from app.curation.readers._records import records
from app.curation.readers._refused import FileRefused
from app.curation.shapes import Mapping

__all__ = [
    "Broken",
    "Chunking",
    "Cut",
    "Documents",
    "FileRefused",
    "Item",
    "Limits",
    "Mapping",
    "NeedsMapping",
    "Preview",
    "Reader",
    "Reading",
    "Record",
    "is_archive",
    "preview",
    "read",
    "readable",
    "records",
]
