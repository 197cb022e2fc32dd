"""As many requests at a time as there are database connections for them; the others wait their turn, in order.

Threads and connections are two pools: where requests that hold a connection wait for a thread, and threads wait for a
connection, nothing moves. Two hundred experts who press at the same moment did that.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import CONNECTIONS
from app.web.forms import LARGEST

AT_A_TIME = CONNECTIONS - 4
"""Some connections are left to the reconciler and to answers that are still being streamed."""


class Admitted:
    """Lets a request in once its form has arrived, and counts it until its answer begins. Uploads are not counted."""

    def __init__(self, app: ASGIApp, at_a_time: int = AT_A_TIME) -> None:
        self.app = app
        self.turns = asyncio.Semaphore(at_a_time)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_counted(scope):
            return await self.app(scope, receive, send)
        arrived = await _arrived(receive)
        if arrived is None:
            return None
        await self.turns.acquire()
        is_in = True

        def leave() -> None:
            nonlocal is_in
            if is_in:
                is_in = False
                self.turns.release()

        async def replayed() -> Message:
            return arrived.pop(0) if arrived else await receive()

        async def leaving(message: Message) -> None:
            leave()  # by now the transaction has ended
            await send(message)

        try:
            return await self.app(scope, replayed, leaving)
        finally:
            leave()


def _is_counted(scope: Scope) -> bool:
    if scope["path"].startswith("/static/") or scope["path"].endswith(".png"):
        return False  # pictures of pages wait their own turn, and without a connection
    if scope["method"] in ("GET", "HEAD"):
        return True
    length = Headers(scope=scope).get("Content-Length", "")
    return scope["method"] == "POST" and length.isdecimal() and int(length) <= LARGEST


async def _arrived(receive: Receive) -> list[Message] | None:
    """The whole body; None where the browser hung up before it was there: then there is nothing to do."""
    arrived = [await receive()]
    while arrived[-1]["type"] == "http.request" and arrived[-1].get("more_body", False):
        arrived.append(await receive())
    return None if arrived[-1]["type"] == "http.disconnect" else arrived
