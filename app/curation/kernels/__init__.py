"""Compiled loops over the bytes of many texts. Nothing here knows samples, filters or recipes."""
