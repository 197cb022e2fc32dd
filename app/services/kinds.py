"""Every kind of job, imported so that it registers itself."""

from app.services import bulk_jobs, imports, releases, runs

__all__ = ["bulk_jobs", "imports", "releases", "runs"]
