"""Accounts: making them, signing in with a password, changing it."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Membership, Role, User
from app.services import passwords, sign_ins, throttling
from app.services.errors import Conflict, Invalid
from app.services.invitations import first_admin_link

__all__ = [
    "add_member",
    "change_language",
    "change_name",
    "change_password",
    "create_user",
    "find",
    "first_admin_link",
    "is_empty",
    "sign_in",
]


def create_user(
    session: Session, *, email: str, name: str, password: str, is_admin: bool = False, specialty: str = ""
) -> User:
    """Make an account. Invalid where the address or the password cannot be used, Conflict where the address has one."""
    email = plain(email)
    passwords.check_rules(password, email, name)
    user = User(
        email=email,
        name=name.strip() or email,
        specialty=specialty.strip(),
        is_admin=is_admin,
        password_hash=passwords.hashed(password),
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise Conflict(
            say("There is an account for this address already. Sign in with it, then open the link again.")
        ) from error
    session.refresh(user)
    return user


def add_member(session: Session, dataset_id: int, user_id: int, role: Role | str) -> None:
    """Give a person a role in a dataset, or another one than before."""
    session.merge(Membership(dataset_id=dataset_id, user_id=user_id, role=Role(role)))
    session.flush()


def sign_in(session: Session, email: str, password: str, address: str) -> str | None:
    """A new sign-in's token; None where address and password do not match, whichever of them is wrong.

    The answer for an unknown address takes as long. TooManyTries where one has to wait. A failure is recorded, so the
    caller must commit.
    """
    throttling.check(session, plain_or_same(email), address)
    user = find(session, email)
    if (
        not passwords.fits(user.password_hash if user else None, password)
        or user is None
        or user.disabled_at is not None
    ):
        throttling.failed(session, plain_or_same(email), address)
        return None
    throttling.succeeded(session, user.email)
    if passwords.is_dated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    return sign_ins.start(session, user)


def change_password(session: Session, user: User, current: str, new: str) -> str:
    """Change a password, sign the person out everywhere, and return the token of a new sign-in."""
    if not passwords.fits(user.password_hash, current):
        raise Invalid(say("This is not your present password. Type it again."), "current")
    passwords.check_rules(new, user.email, user.name)
    user.password_hash = passwords.hashed(new)
    sign_ins.end_all(session, user)
    return sign_ins.start(session, user)


def change_name(session: Session, user: User, name: str, specialty: str) -> None:
    """Change what colleagues see of a person."""
    user.name, user.specialty = name, specialty
    session.flush()


def change_language(session: Session, user: User, language: str) -> None:
    """Change the language in which a person reads the pages; an empty one leaves it to the browser."""
    user.language = language
    session.flush()


def find(session: Session, email: str) -> User | None:
    """The account of an e-mail address, in whatever case it was typed."""
    return session.scalar(select(User).where(User.email == plain_or_same(email)))


def is_empty(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return not session.scalar(select(func.count()).select_from(User))


def plain(email: str) -> str:
    """An address as it is stored. Only its shape is checked: whether it exists, no rule can tell."""
    address = plain_or_same(email)
    name, _, host = address.rpartition("@")
    if (
        not name
        or not host
        or any(letter.isspace() for letter in address)
        or not address.isprintable()
        or len(address) > 254
    ):
        raise Invalid(say("This is not an e-mail address. It looks like name@clinic.example."), "email")
    return address


def plain_or_same(email: str) -> str:
    return email.strip().lower()
