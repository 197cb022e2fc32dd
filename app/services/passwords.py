"""Passwords: argon2id, and the few rules that help."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHash

from app.messages import say
from app.services.errors import Invalid, TooManyTries

SHORTEST, LONGEST = 12, 512
LONGEST_WAIT = 3.0

# OWASP's first choice: 46 MiB, one pass, one lane.
_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
# A flood of sign-ins must not take more memory and cores than there are.
_at_once = threading.BoundedSemaphore(os.cpu_count() or 1)

_COMMON = frozenset(
    [
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456123456",
        "012345678910",
        "111111111111",
        "000000000000",
        "121212121212",
        "123123123123",
        "abcdefghijkl",
        "abcdefghijklm",
        "abcd12345678",
        "abc123456789",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "qwertyuiopasdfgh",
        "qwerty123456",
        "qwerty1234567",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv",
        "zaq12wsxcde3",
        "asdfghjkl123",
        "asdfasdfasdf",
        "adminadminadmin",
        "administrator",
        "administrator1",
        "letmeinletmein",
        "letmein12345",
        "iloveyou1234",
        "iloveyou12345",
        "welcome12345",
        "welcome123456",
        "changeme1234",
        "changeme12345",
        "trustno1trustno1",
        "monkey123456",
        "dragon123456",
        "football1234",
        "baseball1234",
        "superman1234",
        "princess1234",
        "sunshine1234",
        "p@ssw0rd1234",
        "passw0rd1234",
        "correcthorsebatterystaple",
    ]
)


def hashed(password: str) -> str:
    """The hash to store, with its parameters inside."""
    with _turn():
        return _hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without a hash it takes as long, and is always false."""
    with _turn():
        try:
            return _hasher.verify(password_hash or _nobodys(), password) and password_hash is not None
        except (Argon2Error, InvalidHash):
            return False


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a free core, but not for long: each waiting request holds a database connection that others need."""
    if not _at_once.acquire(timeout=LONGEST_WAIT):
        raise TooManyTries(say("Many people are signing in at this moment. Try again in a few seconds."), 5)
    try:
        yield
    finally:
        _at_once.release()


def is_dated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check_rules(password: str, *personal: str) -> None:
    """Invalid unless it is long, not a well-known one, and not the person's own name or address. Signs help nobody."""
    if len(password) < SHORTEST:
        raise Invalid(
            say(
                "Use %(number)s characters or more. Four words that do not belong together are easy to remember.",
                number=SHORTEST,
            ),
            "password",
        )
    if len(password) > LONGEST:
        raise Invalid(say("Use %(number)s characters or fewer.", number=LONGEST), "password")
    plain = password.casefold().strip()
    if plain in _COMMON or len(set(plain)) < 4:
        raise Invalid(
            say("Too many people use this password. Choose four words that do not belong together."), "password"
        )
    if any(len(part) >= 4 and plain.replace(part, "", 1).strip(" 0123456789.!-_") == "" for part in _parts(personal)):
        raise Invalid(say("This is your name or address. Choose four words that do not belong together."), "password")


def _parts(personal: tuple[str, ...]) -> set[str]:
    whole = {text.casefold().strip() for text in personal}
    return whole | {text.partition("@")[0] for text in whole} | {text.replace(" ", "") for text in whole}


_nobody: list[str] = []


def _nobodys() -> str:
    """A hash that no password fits, made once with today's parameters."""
    if not _nobody:
        _nobody.append(_hasher.hash(os.urandom(16).hex()))
    return _nobody[0]
