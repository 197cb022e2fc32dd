"""Requests wait their turn instead of blocking each other."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from app.web.admission import Admitted, _is_counted


class App:
    """Notes how many requests it has at a time, and what it received."""

    def __init__(self) -> None:
        self.now = self.most = self.answered = 0
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        await asyncio.sleep(0.01)
        self.now -= 1
        if scope["path"] == "/broken":
            raise ValueError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.answered += 1


def request(app: Admitted, path: str = "/", method: str = "GET", messages: list[Message] | None = None, **headers: str):
    left = list(messages or [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        return left.pop(0)

    async def send(message: Message) -> None:
        pass

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return app({"type": "http", "path": path, "method": method, "headers": raw}, receive, send)


def run(*requests: Any) -> list[Any]:
    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*requests, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_no_more_than_so_many_at_a_time_and_all_are_answered() -> None:
    app = App()
    admitted = Admitted(app, 3)
    run(*[request(admitted) for _ in range(20)])
    assert (app.most, app.answered) == (3, 20)


def test_an_error_gives_its_turn_back() -> None:
    app = App()
    admitted = Admitted(app, 1)
    run(*[request(admitted, "/broken") for _ in range(3)], request(admitted))
    assert app.answered == 1


def test_files_of_our_own_and_uploads_do_not_take_a_turn() -> None:
    app = App()
    admitted = Admitted(app, 1)
    run(*[request(admitted, "/static/a.css") for _ in range(3)], *[request(admitted, method="PUT") for _ in range(3)])
    assert app.most == 6


def test_a_form_is_complete_before_it_takes_a_turn_and_arrives_unchanged() -> None:
    app = App()
    parts = [{"type": "http.request", "body": part, "more_body": part != b"c"} for part in (b"a", b"b", b"c")]
    run(request(Admitted(app, 1), method="POST", messages=parts, content_length="3"))
    assert app.bodies == [b"abc"]


def test_who_hangs_up_before_the_form_is_there_is_not_served() -> None:
    app = App()
    cut = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    run(request(Admitted(app, 1), method="POST", messages=cut, content_length="3"))
    assert app.bodies == []


def test_pictures_of_pages_take_no_turn_from_others() -> None:
    asked = {"type": "http", "method": "GET", "headers": []}
    assert not _is_counted(asked | {"path": "/datasets/1/documents/1/pages/1.png"})
    assert _is_counted(asked | {"path": "/datasets/1/documents/1/pages/1"})
