"""Deduplicators: one module each; the file name is the key in a recipe."""
