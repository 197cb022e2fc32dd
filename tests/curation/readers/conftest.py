"""Files to read: written where pytest puts them, read through the whole reader or through one pass without shapes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.curation.readers import Item, Limits, Reading
from app.curation.readers._stream import Stream
from app.curation.sample import Refusal, Sample


@pytest.fixture
def items(tmp_path: Path) -> Callable[..., list[Item]]:
    """The items of a file of that name and content, before any shape looks at them."""

    def run(name: str, content: bytes, limits: Limits | None = None, skip: int = 0) -> list[Item]:
        path = tmp_path / "blob"
        path.write_bytes(content)
        with Stream(path, name, limits or Limits()) as stream:
            return list(stream.items(skip))

    return run


@pytest.fixture
def outcomes(tmp_path: Path) -> Callable[..., list[Sample | Refusal]]:
    """Samples and refusals of a file of that name and content."""

    def run(name: str, content: bytes, **options: object) -> list[Sample | Refusal]:
        path = tmp_path / "blob"
        path.write_bytes(content)
        return list(Reading(path, name, **options))  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material that is not part of the project."""
    folder = Path(__file__).parents[3].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not there: put it next to the project as ../shared/data")
    return folder
