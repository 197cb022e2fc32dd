"""The background worker: it carries, services decide."""
