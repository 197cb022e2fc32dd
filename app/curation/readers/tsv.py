"""Tab-separated tables (.tsv, .tab), quoted like CSV."""

from app.curation.readers._table import Table


class TabSeparated(Table):
    suffixes = (".tsv", ".tab")
    delimiter = "\t"
