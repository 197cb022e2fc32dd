"""Samples to check, and the real material."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material that is not part of the project."""
    folder = Path(__file__).parents[3].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not there: put it next to the project as ../shared/data")
    return folder
