"""People, their sign-ins, and the links that invite them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class User(Identified, Dated, Base):
    """A person. `is_admin` sees and may do everything; all other rights come from memberships.

    `keys` are those keys of the desk that they chose otherwise, by action.
    `language` is what they chose for the pages; empty leaves it to the browser.
    """

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    specialty: Mapped[str] = mapped_column(server_default="")
    keys: Mapped[Json] = mapped_column(server_default="{}")
    language: Mapped[str] = mapped_column(server_default="")
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(server_default="false")
    disabled_at: Mapped[datetime | None]


class SignIn(Dated, Base):
    """One signed-in browser. Only a hash of its cookie is stored; deleting the row signs it out."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class Invitation(Identified, Dated, Base):
    """A personal link. `dataset_id` is null for the link that makes the first admin."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    specialty: Mapped[str] = mapped_column(server_default="")
    role: Mapped[str]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class LoginAttempt(Identified, Dated, Base):
    """A failed sign-in, kept to slow down the next ones for the same address or machine."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_key", "key", "created_at"),)

    key: Mapped[str]
