"""Password rules and hashing."""

import threading

import pytest

from app.services import passwords
from app.services.errors import Invalid, TooManyTries


@pytest.mark.parametrize(
    "password", ["", "elevenchars", "password1234", "PASSWORD1234", "aaaaaaaaaaaaaaaa", "abababababababab"]
)
def test_short_and_well_known_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check_rules(password)
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password", ["amara.okafor@clinic.example", "Amara Okafor 2026", "amaraokafor2026!", "amara.okafor1234"]
)
def test_own_name_and_address_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_rules(password, "amara.okafor@clinic.example", "Amara Okafor")


@pytest.mark.parametrize("password", ["a long quiet river", "ثلاث كلمات غير مترابطة", "twelve chars", "kmfpwzqbvhtr"])
def test_long_passwords_of_any_signs_are_taken(password: str) -> None:
    passwords.check_rules(password, "amara.okafor@clinic.example", "Amara Okafor")


def test_only_the_password_fits_its_hash() -> None:
    stored = passwords.hashed("a long quiet river")

    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.fits(stored, "a long quiet river")
    assert not passwords.fits(stored, "a long quiet rive")
    assert not passwords.is_dated(stored)


def test_nothing_fits_a_missing_or_broken_hash() -> None:
    assert not passwords.fits(None, "a long quiet river")
    assert not passwords.fits("not a hash", "a long quiet river")


def test_a_flood_is_turned_away_instead_of_waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_at_once", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.05)
    with passwords._turn(), pytest.raises(TooManyTries):
        passwords.hashed("a long quiet river")
    assert passwords.hashed("a long quiet river")
