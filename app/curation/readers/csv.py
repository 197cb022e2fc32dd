"""Comma-separated tables (.csv), also with semicolons, tabs or bars where there is no comma in the header."""

from app.curation.readers._table import Table


class CommaSeparated(Table):
    suffixes = (".csv",)
    delimiter = ","
