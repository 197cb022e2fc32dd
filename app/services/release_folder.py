"""A published release as a folder: what is downloaded whole, verified, compared and pushed."""

import shutil
from pathlib import Path

from sqlalchemy.orm import Session

from app.curation.releasing.folder import MANIFEST
from app.models import Release
from app.services import releases
from app.services.errors import Invalid


def lay_out(session: Session, release: Release, folder: Path) -> None:
    """Write every file under its name, the manifest last: where it is, the others are. Invalid for a folder in use."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{folder} holds something already. Nothing was written. Name a new folder.")
    names = [file.name for file in releases.files(session, release)]
    for name in sorted(names, key=lambda name: (name == MANIFEST, name)):
        source = releases.file_path(session, release, name)
        if not source.exists():
            raise Invalid(f"{name} of this release is not there any more. Release the dataset again.")
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
