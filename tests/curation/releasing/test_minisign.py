"""Signatures in minisign's format: its own files are read back, and the program itself accepts ours where it is there."""

import shutil
import subprocess
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.releasing.minisign import Malformed, PublicKey, SecretKey, verify

KEY, OTHER = SecretKey(bytes(range(32))), SecretKey(b"o" * 32)


def test_a_signature_holds_for_its_content_its_comment_and_its_key() -> None:
    signature = KEY.sign(b"content", "release 1")
    assert verify(b"content", signature, KEY.public) == "release 1"
    assert verify(b"Content", signature, KEY.public) is None
    assert verify(b"content", signature, OTHER.public) is None
    assert verify(b"content", signature.replace(b"release 1", b"release 2"), KEY.public) is None
    assert KEY.sign(b"content", "release 1") == signature


def test_the_bytes_are_laid_out_as_the_format_says() -> None:
    first, packed, comment, over_all = KEY.sign(b"content", "release 1").decode().splitlines()
    assert first.startswith("untrusted comment: ")
    assert comment == "trusted comment: release 1"
    assert (b64decode(packed)[:2], len(b64decode(packed)), len(b64decode(over_all))) == (b"ED", 74, 64)
    assert b64decode(packed)[2:10] == b64decode(KEY.public.line)[2:10]
    assert (b64decode(KEY.public.line)[:2], len(b64decode(KEY.public.line))) == (b"Ed", 42)
    assert b64decode(KEY.public.line)[2:10][::-1].hex().upper() == KEY.public.name


def test_a_key_is_read_from_its_file_and_from_its_line() -> None:
    assert PublicKey.read(KEY.public.file().decode()) == KEY.public
    assert PublicKey.read(KEY.public.line) == KEY.public


@given(st.integers(0))
def test_every_flipped_bit_of_a_signature_is_seen(at: int) -> None:
    signature = KEY.sign(b"content", "release 1")
    place = at % (len(signature) * 8)
    flipped = bytearray(signature)
    flipped[place // 8] ^= 1 << place % 8
    with suppress(Malformed):
        assert verify(b"content", bytes(flipped), KEY.public) is None


@pytest.mark.parametrize(
    "text", ["", "no key", "RWQ", b64encode(b"Ed" + bytes(40)).decode(), "ä", b64encode(b"XX" + bytes(40)).decode()]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        PublicKey.read(text)


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_minisign_itself_accepts_it(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"content")
    (tmp_path / "manifest.json.minisig").write_bytes(KEY.sign(b"content", "release 1"))
    (tmp_path / "winnow.pub").write_bytes(KEY.public.file())
    call = ["minisign", "-V", "-p", "winnow.pub", "-m", "manifest.json"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Trusted comment: release 1" in done.stdout
    (tmp_path / "manifest.json").write_bytes(b"Content")
    assert subprocess.run(call, cwd=tmp_path, capture_output=True, check=False).returncode != 0
