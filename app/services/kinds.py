"""Every kind of job, imported so that it registers itself."""

from app.services import acceptance_jobs, bulk_jobs, generating_jobs, imports, judge_jobs, queue_jobs, releases, runs

__all__ = ["acceptance_jobs", "bulk_jobs", "generating_jobs", "imports", "judge_jobs", "queue_jobs", "releases", "runs"]
