"""The key that this installation signs its releases with: from the environment, or made once in the home directory."""

import os
from base64 import b64decode
from binascii import Error
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from app.curation.releasing.minisign import SEED, PublicKey, SecretKey
from app.services.errors import Invalid
from app.settings import get_settings

FILE = "signing.key"


def public_key() -> PublicKey:
    """Whom releases of this installation are checked against. Invalid where the setting is no key."""
    return secret_key().public


def secret_key() -> SecretKey:
    """The setting where there is one. Machines that share a database must share it: a home is one machine's own."""
    if chosen := get_settings().signing_key:
        return SecretKey(_seed(chosen.get_secret_value()))
    path = get_settings().home / FILE
    if not path.exists():
        _make(path)
    return SecretKey(path.read_bytes())


def _seed(text: str) -> bytes:
    try:
        seed = b64decode(text, validate=True)
    except (Error, ValueError):
        seed = b""
    if len(seed) != SEED:
        raise Invalid(
            "WINNOW_SIGNING_KEY is not a key: it must be 32 random bytes in base64, as `openssl rand -base64 32` prints."
        )
    return seed


def _make(path: Path) -> None:
    """Only this user may read it. Of several processes that make one at the same time, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{FILE}.{os.getpid()}.{token_bytes(4).hex()}")
    number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(token_bytes(SEED))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink(missing_ok=True)
