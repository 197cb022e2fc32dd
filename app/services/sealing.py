"""Secrets of others, such as the keys of model servers, as they are stored: encrypted under this installation's key.

A copy of the database alone does not hold them. Machines that share a database share WINNOW_SIGNING_KEY, or its file.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.messages import say
from app.services import signing
from app.services.errors import Invalid

_INFO = b"winnow: secrets of others, 1"


def seal(secret: str) -> bytes:
    """The secret as it may be stored."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret again. Invalid where another installation's key sealed it."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken as error:
        raise Invalid(
            say(
                "The key of this model cannot be read on this machine: WINNOW_SIGNING_KEY is not the one that it was "
                "stored under. Give all machines the same, or enter the model’s key anew."
            )
        ) from error


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=_INFO).derive(signing.secret_key().seed)
    return Fernet(urlsafe_b64encode(derived))
