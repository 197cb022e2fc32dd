"""Every kind of job, imported so that it registers itself."""

from app.services import imports, releases, runs

__all__ = ["imports", "releases", "runs"]
