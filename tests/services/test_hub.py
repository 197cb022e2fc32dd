"""A release goes to a hub whole and in one commit, by the real client; only a verified one goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.curation.releasing.verifying import verify
from app.services import hub
from app.services.errors import Invalid
from tests.curation.releasing.made import make, rows
from tests.services.hub_stand_in import TOKEN, Hub

pytest.importorskip("huggingface_hub")


@pytest.fixture
def standing() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "release", {"train": rows(0, 20), "test": rows(20, 25)})


def fetched(standing: Hub, folder: Path) -> Path:
    for name, content in standing.repos["clinic/answers"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_what_is_on_the_hub_verifies(standing: Hub, folder: Path, tmp_path: Path) -> None:
    address = hub.push(folder, "clinic/answers", TOKEN, endpoint=standing.url)
    assert address == f"{standing.url}/datasets/clinic/answers/commit/{'1' * 40}"
    assert standing.private == {"clinic/answers": True}
    assert len(standing.objects) == 2
    (message,) = standing.commits
    assert message.startswith("Release with manifest sha256:")
    found = verify(fetched(standing, tmp_path / "fetched"), allowed=[".gitattributes"])
    assert (found.problems, found.manifest and found.manifest.rows) == ([], 25)


def test_the_next_release_takes_the_place_of_the_last(standing: Hub, folder: Path, tmp_path: Path) -> None:
    hub.push(folder, "clinic/answers", TOKEN, endpoint=standing.url)
    standing.repos["clinic/answers"]["notes.txt"] = b"ours"
    hub.push(make(tmp_path / "next", {"train": rows(0, 30)}), "clinic/answers", TOKEN, endpoint=standing.url)
    found = verify(fetched(standing, tmp_path / "fetched"), allowed=[".gitattributes", "notes.txt"])
    assert (found.problems, found.manifest and found.manifest.rows) == ([], 30)
    assert len(standing.commits) == 2


def test_a_changed_release_is_not_sent(standing: Hub, folder: Path) -> None:
    with (folder / "README.md").open("ab") as file:
        file.write(b"!")
    with pytest.raises(Invalid, match=r"nothing was sent: README\.md was changed"):
        hub.push(folder, "clinic/answers", TOKEN, endpoint=standing.url)
    assert standing.seen == []


def test_a_wrong_token_is_told_and_not_shown(standing: Hub, folder: Path) -> None:
    with pytest.raises(Invalid, match="does not let this token write") as refused:
        hub.push(folder, "clinic/answers", "hf_wrong", endpoint=standing.url)
    assert "hf_wrong" not in str(refused.value)
    with pytest.raises(Invalid, match="HF_TOKEN"):
        hub.push(folder, "clinic/answers", " ", endpoint=standing.url)


def test_a_name_that_is_none_and_a_hub_that_is_not_there(standing: Hub, folder: Path) -> None:
    with pytest.raises(Invalid, match="no name of a dataset"):
        hub.push(folder, "not a/good/name", TOKEN, endpoint=standing.url)
    with pytest.raises(Invalid, match="could not take the release"):
        hub.push(folder, "clinic/answers", TOKEN, endpoint="http://127.0.0.1:9")
