"""What happens when somebody opens a personal link."""

from sqlalchemy.orm import Session

from app.models import Invitation, User
from app.services import accounts, invitations


def with_new_account(session: Session, invitation: Invitation, *, name: str, email: str, password: str) -> User:
    """Make the account and the membership, or neither."""
    with session.begin_nested():
        user = accounts.create_user(session, name=name, email=email, password=password, specialty=invitation.specialty)
        invitations.use(session, invitation, user)
    return user


def with_account(session: Session, invitation: Invitation, user: User) -> None:
    """Make a person who has an account a member, or leave the link unused."""
    with session.begin_nested():
        invitations.use(session, invitation, user)
