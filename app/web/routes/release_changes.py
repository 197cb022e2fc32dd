"""What changed between two releases: which rows came, went and changed, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.curation.sample import Form, turns
from app.services import release_diff, releases
from app.services.release_diff import KINDS, Difference
from app.web.dependencies import Id, LeadDep, SessionDep
from app.web.release_words import PARTS
from app.web.rendering import render
from app.web.routes.release_page import find

router = APIRouter()


@router.get("/datasets/{dataset_id}/releases/{release_id}/changes", name="release_changes")
def show_changes(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    release_id: Id,
    since: Annotated[int, Query(ge=1, le=2**31)] = 0,
    kind: str = "",
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """Compared with an earlier release, or with the one before."""
    new = find(session, access, release_id)
    old = releases.numbered(session, access.dataset.id, since or max(new.version - 1, 1))
    kind = kind if kind in KINDS else ""
    found = release_diff.page(session, old, new, kind=kind, after=after, most=release_diff.PAGE + 1)
    shown = found[: release_diff.PAGE]
    counts = release_diff.counts(session, old, new)
    return render(
        request,
        "release_changes.html",
        dataset=access.dataset,
        access=access,
        old=old,
        new=new,
        kind=kind,
        kinds=KINDS,
        parts=PARTS,
        counts=counts,
        totals={name: sum(number for (of, _), number in counts.items() if of == name) for name in KINDS},
        changes=[(one, _text(one, one.old), _text(one, one.new)) for one in shown],
        following=shown[-1].sample_id if len(found) > release_diff.PAGE else None,
        others=[one for one in releases.of(session, access.dataset.id) if one.id != new.id and one.sha256],
    )


def _text(change: Difference, content: Any) -> str:
    """A sample's words as one text, one paragraph for each turn."""
    if content is None:
        return ""
    return "\n\n".join(turn.text for turn in turns(Form(change.form), content))
