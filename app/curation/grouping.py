"""Rows that are equal or hang together, in time linear in their number."""

from app.curation.kernels.pairing import components, first_equal

__all__ = ["components", "first_equal"]
