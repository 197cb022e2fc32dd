"""Benchmarks of a dataset: the report, the upload, what was found of one, and suspects for a person's verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.models import Benchmark, Contamination, Suspect
from app.services import benchmarks, contaminations
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.forms import FormDep
from app.web.rendering import render
from app.web.upload_page import Uploaded, add_file

router = APIRouter()

CONTAMINATED_FROM = 0.02
VERDICTS = {"same": True, "different": False, "undecided": None}


@dataclass(frozen=True)
class Shown:
    """A finding as a person reads it: the words found between those around them, and the item's question if it may be seen."""

    found: Contamination | Suspect
    how: str
    before: str
    words: str
    behind: str
    question: str


@router.get("/datasets/{dataset_id}/benchmarks", name="benchmarks")
def show_benchmarks(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """All benchmarks with what was found of each, and the upload."""
    return _list(request, access, session)


@router.post("/datasets/{dataset_id}/benchmarks", name="add_benchmark")
async def add(request: Request, dataset_id: Id) -> Response:
    """Take in a file; of a hidden one only hashes and item ids are kept."""
    return await add_file(request, dataset_id, "benchmarks", _add, _list)


@router.get("/datasets/{dataset_id}/benchmarks/{benchmark_id}", name="benchmark")
def show_benchmark(request: Request, access: LeadDep, session: SessionDep, benchmark_id: Id) -> Response:
    """One benchmark: which samples hold its items, and which may."""
    benchmark = benchmarks.find(session, access.dataset.id, benchmark_id)
    summary = next(one for one in contaminations.summaries(session, access.dataset.id) if one.benchmark is benchmark)
    return render(
        request,
        "benchmark.html",
        dataset=access.dataset,
        access=access,
        benchmark=benchmark,
        summary=summary,
        contaminated_from=CONTAMINATED_FROM,
        found=_shown(benchmark, contaminations.found_of(session, benchmark)),
        suspects=_shown(benchmark, contaminations.suspects_of(session, benchmark)),
        judged=_shown(benchmark, contaminations.suspects_of(session, benchmark, judged=True)),
        page_size=contaminations.PAGE,
    )


@router.post("/datasets/{dataset_id}/benchmarks/{benchmark_id}/delete", name="delete_benchmark")
def delete(request: Request, access: DatasetAdminDep, session: SessionDep, benchmark_id: Id) -> Response:
    """Remove a benchmark and what was found of it."""
    benchmarks.delete(session, benchmarks.find(session, access.dataset.id, benchmark_id))
    return RedirectResponse(request.url_for("benchmarks", dataset_id=access.dataset.id).path, 303)


@router.post("/datasets/{dataset_id}/benchmarks/{benchmark_id}/suspects/{suspect_id}", name="judge_suspect")
def judge(
    request: Request, access: LeadDep, session: SessionDep, benchmark_id: Id, suspect_id: Id, form: FormDep
) -> Response:
    """A person's verdict: `is` says same, different or undecided."""
    benchmark = benchmarks.find(session, access.dataset.id, benchmark_id)
    verdict = VERDICTS.get(str(form.get("is", "")))
    contaminations.judge(session, benchmark, suspect_id, verdict, access.user.id)
    path = request.url_for("benchmark", dataset_id=access.dataset.id, benchmark_id=benchmark.id).path
    return RedirectResponse(f"{path}#suspects-h", 303)


def _shown(benchmark: Benchmark, rows: Sequence[AnyRow]) -> list[Shown]:
    return [
        Shown(
            found,
            contaminations.TIERS.get(found.tier, found.tier),
            *contaminations.excerpt(form, content, found),
            benchmarks.question(benchmark, found.item),
        )
        for found, content, form in rows
    ]


def _list(request: Request, access: Access, session: Session, status: int = 200, refusal: str = "") -> Response:
    return render(
        request,
        "benchmarks.html",
        status=status,
        dataset=access.dataset,
        access=access,
        summaries=contaminations.summaries(session, access.dataset.id),
        unchecked=contaminations.unchecked(session, access.dataset),
        contaminated_from=CONTAMINATED_FROM,
        refusal=refusal,
    )


def _add(session: Session, access: Access, uploaded: Uploaded) -> None:
    benchmarks.add(
        session,
        access.dataset.id,
        uploaded.file,
        file_name=uploaded.name,
        name=uploaded.fields.get("name", "").replace("\x00", "")[:200],
        hidden=bool(uploaded.fields.get("hidden")),
        by=access.user.id,
    )
