"""What a route asks for: the transaction, the signed-in person, and their access to a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from app import db
from app.messages import say
from app.models import Dataset, Role, User
from app.services import datasets, sign_ins
from app.services.errors import Forbidden, NotFound
from app.web import cookies

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""A path parameter that fits a bigint; anything else is a 404, as for any address that leads nowhere."""


@dataclass(frozen=True)
class Viewer:
    """The signed-in person as pages show them: plain values, because after a rollback a row can no longer be read."""

    id: int
    name: str
    is_admin: bool
    language: str = ""


class SignInNeeded(Exception):
    """Nobody is signed in. The answer is a redirect to the sign-in page, or a sentence for htmx."""


def get_session(request: Request) -> Iterator[Session]:
    """One transaction per request: committed before the response is sent, rolled back on any error."""
    with db.transaction() as session:
        request.state.session = session
        yield session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def get_viewer(request: Request, session: SessionDep) -> User | None:
    """The signed-in person, or None."""
    token = cookies.token(request)
    user = sign_ins.signed_in(session, token) if token else None
    request.state.viewer = Viewer(user.id, user.name, user.is_admin, user.language) if user else None
    return user


ViewerDep = Annotated[User | None, Depends(get_viewer)]


# What asks nothing of the database runs where it is called from: a hop to another thread and back costs more than it.
async def get_user(viewer: ViewerDep) -> User:
    """The signed-in person."""
    return somebody(viewer)


def somebody(viewer: User | None) -> User:
    """The same for code that is no dependency."""
    if viewer is None:
        raise SignInNeeded
    return viewer


UserDep = Annotated[User, Depends(get_user)]


class SomebodyElse(Exception):
    """The page was opened by one person, and another is signed in by now. Nothing may be done under the wrong name."""


async def same_person(request: Request, user: UserDep) -> None:
    """Pages that send in the background say whose they are; where they do, nobody else's sign-in will do."""
    if request.headers.get("Winnow-Person", str(user.id)) != str(user.id):
        raise SomebodyElse


def get_admin(user: UserDep) -> User:
    """A person who may do everything in this installation."""
    if not user.is_admin:
        raise Forbidden(say("Only an administrator of this installation may do this. Ask the person who invited you."))
    return user


AdminDep = Annotated[User, Depends(get_admin)]


@dataclass(frozen=True)
class Access:
    """What one person may do in one dataset."""

    dataset: Dataset
    user: User
    role: Role

    @property
    def is_lead(self) -> bool:
        """A lead or an admin."""
        return self.role in (Role.LEAD, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def get_access(dataset_id: Id, user: UserDep, session: SessionDep) -> Access:
    """A member's access to the dataset in the address. For everyone else the dataset does not exist."""
    found = datasets.with_role(session, dataset_id, user)
    if found is None:
        raise NotFound(
            say(
                "There is no such dataset, or you have not been invited to it. Your own datasets are on the start page."
            )
        )
    dataset, role = found
    return Access(dataset, user, role)


ExpertDep = Annotated[Access, Depends(get_access)]


def get_lead(access: ExpertDep) -> Access:
    """The access of a lead or an admin."""
    if not access.is_lead:
        raise Forbidden(say("Only a lead or an admin of this dataset may do this. Ask the person who invited you."))
    return access


LeadDep = Annotated[Access, Depends(get_lead)]


def get_dataset_admin(access: ExpertDep) -> Access:
    """The access of an admin."""
    if not access.is_admin:
        raise Forbidden(say("Only an admin of this dataset may do this. Ask the person who invited you."))
    return access


DatasetAdminDep = Annotated[Access, Depends(get_dataset_admin)]


def dataset_admin(request: Request, session: Session, dataset_id: int) -> Access:
    """An admin's access, for a route that cannot keep one transaction open for the whole request, such as an upload."""
    return get_dataset_admin(get_access(dataset_id, somebody(get_viewer(request, session)), session))
