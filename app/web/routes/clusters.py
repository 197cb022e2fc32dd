"""Near-duplicates: the clusters of the published run, one of them side by side, and choosing which sample stays."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.messages import say
from app.models import SampleState
from app.services import cluster_list, clusters, runs
from app.services.cluster_list import Choice
from app.web import word_diff  # noqa: F401 - gives the templates what bears its name
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep
from app.web.rendering import render
from app.web.survival import because

router = APIRouter()

SIMILARITIES = {
    "": (say("Any"), 0.0, 1.0),
    "same": (say("The same words"), 1.0, 1.0),
    "95": ("95 % and more, not quite the same", 0.95, 0.999999),
    "90": ("90 to 95 %", 0.9, 0.95),
    "less": (say("Below 90 %%"), 0.0, 0.9),
}
MOST_SHOWN = 30


@router.get("/datasets/{dataset_id}/clusters", name="clusters")
def show_clusters(
    request: Request, access: LeadDep, session: SessionDep, alike: str = "", corpus: str = "", page: str = "0"
) -> Response:
    """The largest clusters first."""
    run = runs.latest(session, access.dataset.id)
    _, least, most = SIMILARITIES.get(alike, SIMILARITIES[""])
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 0
    corpus_id = int(corpus) if corpus.isascii() and corpus.isdecimal() and len(corpus) < 19 else None
    return render(
        request,
        "clusters.html",
        dataset=access.dataset,
        access=access,
        run=run,
        found=cluster_list.page(session, run, Choice(least, most, corpus_id), number),
        corpora=cluster_list.corpora_of(session, run),
        similarities=SIMILARITIES,
        alike=alike,
        corpus_id=corpus_id,
        number=number,
    )


@router.get("/datasets/{dataset_id}/clusters/{sample_id}", name="cluster")
def show_cluster(request: Request, access: LeadDep, session: SessionDep, sample_id: Id) -> Response:
    """The sample that stays, and every other one against it."""
    found = clusters.of_sample(session, access.dataset, sample_id)
    return render(
        request,
        "cluster.html",
        dataset=access.dataset,
        access=access,
        cluster=found,
        survivor=found.members[0],
        shown=found.members[:MOST_SHOWN],
        waiting=sum(member.state is SampleState.QUEUED for member in found.members),
        chosen=next((member for member in found.members if member.is_chosen), None),
        because=because(found),
    )


@router.post("/datasets/{dataset_id}/clusters/{sample_id}/choose", name="choose_survivor")
def choose(request: Request, access: DatasetAdminDep, session: SessionDep, sample_id: Id) -> Response:
    """Let this sample stay from the next run on."""
    found = clusters.choose(session, access.dataset, sample_id, access.user)
    return _to_cluster(request, access, found.survivor_id)


@router.post("/datasets/{dataset_id}/clusters/{sample_id}/undo", name="undo_choice")
def undo(request: Request, access: DatasetAdminDep, session: SessionDep, sample_id: Id) -> Response:
    """Take that choice back."""
    clusters.undo(session, access.dataset, sample_id)
    return _to_cluster(request, access, sample_id)


def _to_cluster(request: Request, access: Access, sample_id: int) -> Response:
    return RedirectResponse(request.url_for("cluster", dataset_id=access.dataset.id, sample_id=sample_id).path, 303)
