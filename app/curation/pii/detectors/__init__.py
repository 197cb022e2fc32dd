"""Detectors: one module per kind of personal data, found by file name."""
