"""The key that signs releases: one per installation, its owner's alone, or the one from the environment."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.curation.releasing.minisign import SecretKey
from app.services import signing
from app.services.errors import Invalid
from app.settings import get_settings


def test_a_key_is_made_once_and_only_its_owner_reads_it() -> None:
    one = signing.public_key()
    home = get_settings().home
    assert (home / signing.FILE).stat().st_mode & 0o777 == 0o600
    assert signing.public_key() == one
    assert [path.name for path in home.iterdir()] == [signing.FILE]


def test_processes_that_make_it_at_the_same_time_have_one() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: signing.public_key(), range(32)))
    assert set(keys) == {signing.public_key()}


def test_the_environment_s_key_stands_above_the_home_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_SIGNING_KEY", b64encode(b"k" * 32).decode())
    get_settings.cache_clear()
    assert signing.public_key() == SecretKey(b"k" * 32).public
    assert not (get_settings().home / signing.FILE).exists()
    assert "kkkk" not in repr(get_settings())


@pytest.mark.parametrize("text", ["short", "ä", b64encode(b"k" * 31).decode()])
def test_what_is_no_key_is_said_without_showing_it(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("WINNOW_SIGNING_KEY", text)
    get_settings.cache_clear()
    with pytest.raises(Invalid, match="openssl rand -base64 32") as refused:
        signing.public_key()
    assert text not in str(refused.value)
