"""Checks of the gate: one module each; the file name is the check's key."""
