"""Formats of documents: one module each, its name is the key."""
