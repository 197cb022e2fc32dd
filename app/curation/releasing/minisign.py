"""Detached signatures as minisign writes and reads them: Ed25519 over the BLAKE2b-512 hash of a file.

https://jedisct1.github.io/minisign/#signature-format. Reading is strict: a file that says the same in other bytes is
not what was signed.
"""

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_KEY, _PREHASHED = b"Ed", b"ED"
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
SEED = 32
"""Bytes of a secret key."""


class Malformed(Exception):
    """Not a key or a signature; the message says which."""


@dataclass(frozen=True)
class PublicKey:
    """Whom a signature can be checked against. Its id is made of the key itself."""

    raw: bytes

    @property
    def id(self) -> bytes:
        return blake2b(self.raw, digest_size=8).digest()

    @property
    def name(self) -> str:
        """The id as minisign prints it."""
        return f"{int.from_bytes(self.id, 'little'):016X}"

    @property
    def line(self) -> str:
        """The key as `minisign -P` takes it."""
        return b64encode(_KEY + self.id + self.raw).decode()

    def file(self) -> bytes:
        """The key as `minisign -p` takes it."""
        return f"{_UNTRUSTED}minisign public key {self.name}\n{self.line}\n".encode()

    @classmethod
    def read(cls, text: str) -> Self:
        """From a file's text or from its second line alone. Malformed."""
        line = text.strip().splitlines()[-1].strip() if text.strip() else ""
        packed = _decoded(line, len(_KEY) + 8 + 32, "This is not a public key of minisign.")
        key = cls(packed[10:])
        if key.line != line:
            raise Malformed("This is not a public key that Winnow made.")
        return key


@dataclass(frozen=True)
class SecretKey:
    """Signs. Made of 32 random bytes."""

    seed: bytes

    @property
    def public(self) -> PublicKey:
        return PublicKey(self._key.public_key().public_bytes_raw())

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, content: bytes, comment: str) -> bytes:
        """The signature file of a content. `comment` is signed too; the same content and comment give the same file."""
        signature = self._key.sign(_hashed(content))
        return _file(self.public, signature, comment, self._key.sign(signature + comment.encode()))


def verify(content: bytes, signature_file: bytes, key: PublicKey) -> str | None:
    """The signed comment where the key signed exactly this content; None where it did not. Malformed."""
    signature, comment, over_all = _parts(signature_file)
    if signature_file != _file(key, signature, comment, over_all):
        return None
    try:
        public = Ed25519PublicKey.from_public_bytes(key.raw)
        public.verify(signature, _hashed(content))
        public.verify(over_all, signature + comment.encode())
    except (InvalidSignature, ValueError):
        return None
    return comment


def _file(key: PublicKey, signature: bytes, comment: str, over_all: bytes) -> bytes:
    return (
        f"{_UNTRUSTED}signature by minisign public key {key.name}\n"
        f"{b64encode(_PREHASHED + key.id + signature).decode()}\n"
        f"{_TRUSTED}{comment}\n{b64encode(over_all).decode()}\n"
    ).encode()


def _parts(signature_file: bytes) -> tuple[bytes, str, bytes]:
    told = "This is not a signature of minisign."
    try:
        _, signature, comment, over_all, end = signature_file.decode().split("\n")
    except ValueError as error:
        raise Malformed(told) from error
    if end or not comment.startswith(_TRUSTED):
        raise Malformed(told)
    return _decoded(signature, 74, told)[10:], comment.removeprefix(_TRUSTED), _decoded(over_all, 64, told)


def _decoded(line: str, length: int, told: str) -> bytes:
    try:
        packed = b64decode(line, validate=True)
    except (Error, ValueError) as error:
        raise Malformed(told) from error
    if len(packed) != length:
        raise Malformed(told)
    return packed


def _hashed(content: bytes) -> bytes:
    return blake2b(content).digest()
