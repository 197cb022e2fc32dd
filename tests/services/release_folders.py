"""Whole releases for tests: composed, worked off, and laid out in a folder as they are downloaded."""

from pathlib import Path

from app import db
from app.curation.releasing.composition import Composition
from app.models import Dataset, JobState, Release, ReleaseState
from app.services import release_folder, releases
from tests.services.engine import work_off


def released(dataset_id: int, **asked: object) -> Release:
    """Compose and do all work of it."""
    composition = Composition.model_validate({"format": "prompt_completion", **asked})
    with db.transaction() as session:
        release = releases.compose(session, session.get_one(Dataset, dataset_id), composition)
        release_id = release.id
    for _ in ("check", "write"):
        assert work_off(int(find(release_id).job_id or 0)).state is JobState.SUCCEEDED
    assert find(release_id).state is ReleaseState.PUBLISHED
    return find(release_id)


def find(release_id: int) -> Release:
    with db.transaction() as session:
        return session.get_one(Release, release_id)


def laid_out(release: Release, folder: Path) -> Path:
    """Every file under its name."""
    with db.transaction() as session:
        release_folder.lay_out(session, release, folder)
    return folder
