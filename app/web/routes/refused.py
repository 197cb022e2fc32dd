"""The lines of a corpus that could not become samples: a page, and the same as files."""

import csv
import io
from collections.abc import Iterator

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from app.models import RefusedLine
from app.services import refusals
from app.web.dependencies import Id, LeadDep, SessionDep
from app.web.downloads import attachment, cell
from app.web.rendering import render
from app.web.routes.corpora import find
from app.web.uploading import short_transaction

router = APIRouter()

PAGE = 50
COLUMNS = ("file", "position", "line", "offset", "code", "message", "excerpt")


@router.get("/datasets/{dataset_id}/corpora/{corpus_id}/refused", name="refused")
def show_refused(
    request: Request, access: LeadDep, session: SessionDep, corpus_id: Id, code: str = "", after: str = ""
) -> Response:
    """Refused lines by reason, and one by one."""
    corpus = find(session, access, corpus_id)
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    lines = refusals.page(session, corpus.id, code, start, PAGE)
    return render(
        request,
        "refused.html",
        dataset=access.dataset,
        access=access,
        corpus=corpus,
        code=code,
        code_title=refusals.title(code),
        lines=lines[:PAGE],
        groups=refusals.groups(session, corpus.id),
        next_after=lines[PAGE - 1].id if len(lines) > PAGE else None,
    )


@router.get("/datasets/{dataset_id}/corpora/{corpus_id}/refused.jsonl", name="refused_jsonl")
def download_jsonl(request: Request, access: LeadDep, session: SessionDep, corpus_id: Id) -> Response:
    """All refused lines, one JSON object a line."""
    corpus = find(session, access, corpus_id)
    lines = (orjson.dumps(_values(line), option=orjson.OPT_APPEND_NEWLINE) for line in _every_line(request, corpus.id))
    return StreamingResponse(
        lines, media_type="application/x-ndjson", headers=attachment(f"{corpus.name}-refused.jsonl")
    )


@router.get("/datasets/{dataset_id}/corpora/{corpus_id}/refused.csv", name="refused_csv")
def download_csv(request: Request, access: LeadDep, session: SessionDep, corpus_id: Id) -> Response:
    """All refused lines as a table that a spreadsheet opens without running anything that stands in it."""
    corpus = find(session, access, corpus_id)
    return StreamingResponse(
        _csv(_every_line(request, corpus.id)),
        media_type="text/csv; charset=utf-8",
        headers=attachment(f"{corpus.name}-refused.csv"),
    )


def _every_line(request: Request, corpus_id: int) -> Iterator[RefusedLine]:
    """Page by page, each in a transaction of its own: a slow download must not keep one open."""
    after = 0
    while True:
        with short_transaction(request) as session:
            lines = _page(session, corpus_id, after)
        if not lines:
            return
        yield from lines
        after = lines[-1].id


def _page(session: Session, corpus_id: int, after: int) -> list[RefusedLine]:
    lines = refusals.page(session, corpus_id, "", after, 1_000)
    session.expunge_all()
    return lines


def _csv(lines: Iterator[RefusedLine]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # else Excel takes the text for an older encoding
    yield _row(COLUMNS)
    for line in lines:
        yield _row([cell(value) for value in _values(line).values()])


def _row(values: tuple[str, ...] | list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue().encode("utf-8", "replace")


def _values(line: RefusedLine) -> dict[str, str | int | None]:
    return {name: getattr(line, name) for name in COLUMNS}
