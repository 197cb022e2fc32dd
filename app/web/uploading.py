"""Receiving files of any size: straight from the network to the disk, never whole in memory."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app import db
from app.messages import say
from app.services import blobs
from app.services.blobs import Incoming, NoSpace, Stored
from app.settings import get_settings
from app.web.dependencies import get_session
from app.web.wording import size

WRITTEN_AT_ONCE = 1 << 20
LONGEST_FIELD = 10_000
MOST_PARTS = 1_000
DRAINED = 64 << 20
"""Bytes of a refused upload still read, because a browser shows no answer to a request that it could not finish."""


class UploadRefused(Exception):
    """A file that cannot be taken in, with its status and a sentence that says what to do."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass
class Received:
    """What a form brought: files that are safely on the disk, by the names they had, and the other fields."""

    files: list[tuple[str, Stored]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


@contextmanager
def short_transaction(request: Request) -> Iterator[Session]:
    """A transaction beside the upload: none may stay open for the hour that a large file takes."""
    in_tests: Callable[[Request], Any] | None = request.app.dependency_overrides.get(get_session)
    with contextmanager(in_tests)(request) if in_tests else db.transaction() as session:
        request.state.session = session
        yield session


async def receive_body(request: Request) -> Stored:
    """The whole body as one file. UploadRefused."""
    check_size(request)
    try:
        with blobs.incoming() as file:
            async for chunk in _chunks(request):
                await run_in_threadpool(file.write, chunk)
            _refuse_cut(request, file.size)
            return await run_in_threadpool(file.keep)
    except NoSpace as error:
        await drain(request)
        raise UploadRefused(507, error.message) from error


async def receive_form(request: Request) -> Received:
    """The files and fields of a multipart form. UploadRefused."""
    check_size(request)
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise UploadRefused(422, say("No file was sent. Choose a file and upload it again."))
    with ExitStack() as open_files:
        reading = _FormReading(open_files, options[b"boundary"])
        try:
            async for chunk in _chunks(request):
                await run_in_threadpool(reading.write, chunk)
            return await run_in_threadpool(reading.end)
        except NoSpace as error:
            await drain(request)
            raise UploadRefused(507, error.message) from error
        except MultipartParseError as error:
            raise UploadRefused(
                422, say("The upload broke off before it was complete. Nothing was kept; upload the file again.")
            ) from error


def check_size(request: Request) -> None:
    """Refuse what is sure not to fit before a byte of it is read."""
    announced = request.headers.get("Content-Length", "")
    most = get_settings().upload_limit
    wanted = int(announced) if announced.isdecimal() else 0
    if most and wanted > most:
        raise UploadRefused(413, _too_large(most))
    if wanted > (free := blobs.free_bytes()):
        raise UploadRefused(
            507,
            f"This upload needs {size(wanted)}, and the disk has {size(free)} left. Nothing was kept. "
            "Ask whoever runs Winnow to make room.",
        )


async def drain(request: Request) -> None:
    """Read on a little, so that the browser gets to see the answer."""
    seen = 0
    try:
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > DRAINED:
                return
    except RuntimeError:  # the body was read to its end already
        return


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte, whatever the network delivers; refuses to go beyond the limit."""
    most, seen, waiting = get_settings().upload_limit, 0, bytearray()
    async for chunk in request.stream():
        seen += len(chunk)
        if most and seen > most:
            raise UploadRefused(413, _too_large(most))
        waiting += chunk
        if len(waiting) >= WRITTEN_AT_ONCE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _refuse_cut(request: Request, received: int) -> None:
    if received == 0:
        raise UploadRefused(422, say("The file is empty. Choose the file that holds the data and upload it again."))
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) != received:
        raise UploadRefused(
            422, say("The upload broke off before it was complete. Nothing was kept; upload the file again.")
        )


def _too_large(most: int) -> str:
    return (
        f"The file is larger than {size(most)}, which is the most that this installation takes. Nothing was kept. "
        "Upload it in parts, or compressed."
    )


class _FormReading:
    """A multipart body as it comes in: each file part goes to the disk, each other part to `fields`."""

    def __init__(self, open_files: ExitStack, boundary: bytes) -> None:
        self.received = Received()
        self._open_files = open_files
        self._header = (bytearray(), bytearray())
        self._headers: dict[str, bytes] = {}
        self._name = self._file_name = ""
        self._text = bytearray()
        self._file: Incoming | None = None
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._close,
                "on_end": self._finish,
            },
        )

    def write(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def end(self) -> Received:
        """Everything that came. MultipartParseError where the last boundary never did."""
        self._parser.finalize()
        if not self._ended:
            raise MultipartParseError(say("the form has no end"))
        return self.received

    def _begin(self) -> None:
        self._headers.clear()
        self._text.clear()

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = bytes(value)
        name.clear()
        value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self._file = self._open_files.enter_context(blobs.incoming())

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif len(self._text) < LONGEST_FIELD:
            self._text += data[start:end]

    def _close(self) -> None:
        if len(self.received.fields) + len(self.received.files) >= MOST_PARTS:
            raise MultipartParseError(say("the form has too many parts"))
        if self._file is None:
            self.received.fields[self._name] = self._text.decode("utf-8", "replace")
        elif self._file.size:  # a file control that was left empty sends an empty part
            self.received.files.append((self._file_name, self._file.keep()))
        self._file = None

    def _finish(self) -> None:
        self._ended = True


def plain_name(given: str) -> str:
    """A file's own name: without folders, invisible characters, or more than 200 characters."""
    own = given.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in own if c.isprintable()).strip()[-200:] or "upload"
