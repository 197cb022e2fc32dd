"""What a route asks for: the transaction, the signed-in person, and their access to a dataset."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from app import db
from app.messages import say
from app.models import Dataset, Role, User
from app.services import sign_ins
from app.services.errors import Forbidden, NotFound
from app.services.sign_ins import Entered
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


async def get_session(request: Request) -> AsyncIterator[Session]:
    """One transaction per request: committed before the response is sent, rolled back on any error."""
    transaction = db.transaction()
    request.state.session = session = transaction.__enter__()  # which asks the database nothing yet
    leaving = CapacityLimiter(1)  # its end must not wait for threads that wait for its connection
    try:
        yield session
    except BaseException as error:
        with CancelScope(shield=True):  # where the browser has hung up, too, the connection must go back
            await to_thread.run_sync(transaction.__exit__, type(error), error, error.__traceback__, limiter=leaving)
        raise
    await to_thread.run_sync(transaction.__exit__, None, None, None, limiter=leaving)


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def get_viewer(request: Request, session: SessionDep) -> User | None:
    """The signed-in person, or None."""
    token = cookies.token(request)
    entered = sign_ins.entered(session, token, _dataset_id(request)) if token else None
    user = entered.user if entered else None
    request.state.entered = entered
    request.state.viewer = Viewer(user.id, user.name, user.is_admin, user.language) if user else None
    return user


def _dataset_id(request: Request) -> int | None:
    """The dataset in the address, so that one question brings it along with the person."""
    number = str(request.path_params.get("dataset_id", ""))
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


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


async def get_admin(user: UserDep) -> User:
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


async def get_access(request: Request, dataset_id: Id, user: UserDep) -> Access:
    """A member's access to the dataset in the address. For everyone else the dataset does not exist."""
    return access_of(request.state.entered, dataset_id)


def access_of(entered: Entered, dataset_id: int) -> Access:
    """The same for code that is no dependency."""
    dataset, mine = entered.dataset, entered.membership
    role = Role.ADMIN if entered.user.is_admin else mine.role if mine else None
    if dataset is None or dataset.id != dataset_id or role is None:
        raise NotFound(
            say(
                "There is no such dataset, or you have not been invited to it. Your own datasets are on the start page."
            )
        )
    return Access(dataset, entered.user, role)


ExpertDep = Annotated[Access, Depends(get_access)]


async def get_lead(access: ExpertDep) -> Access:
    """The access of a lead or an admin."""
    if not access.is_lead:
        raise Forbidden(say("Only a lead or an admin of this dataset may do this. Ask the person who invited you."))
    return access


LeadDep = Annotated[Access, Depends(get_lead)]


async def get_dataset_admin(access: ExpertDep) -> Access:
    """The access of an admin."""
    return _admin(access)


DatasetAdminDep = Annotated[Access, Depends(get_dataset_admin)]


def _admin(access: Access) -> Access:
    if not access.is_admin:
        raise Forbidden(say("Only an admin of this dataset may do this. Ask the person who invited you."))
    return access


def dataset_admin(request: Request, session: Session, dataset_id: int) -> Access:
    """An admin's access, for a route that cannot keep one transaction open for the whole request, such as an upload."""
    somebody(get_viewer(request, session))
    return _admin(access_of(request.state.entered, dataset_id))
