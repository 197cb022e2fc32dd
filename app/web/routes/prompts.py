"""Prompts: the list, one with its versions, what is sent for a real passage, and a try on that one passage."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.curation.generating.kinds import KINDS
from app.curation.generating.prompt import PLACEHOLDERS, Words
from app.curation.sample import turns
from app.models import Prompt, PromptVersion
from app.services import endpoints, generating_reasons, generation_figures, prompts, trying
from app.services.errors import DomainError
from app.services.generating import Settings
from app.web import money, roles, uploading, word_diff  # noqa: F401 - they give the templates what bears their name
from app.web.dependencies import Access, DatasetAdminDep, Id, LeadDep, SessionDep, dataset_admin
from app.web.forms import Input, Line, Submission, posted, read, submission
from app.web.rendering import render

router = APIRouter()

Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


class WordsForm(Input):
    """A prompt's words; each example is a question, a line ---, and its answer, with a line === before the next."""

    name: Line = Field("", max_length=80)
    kind: str = Field("", max_length=40)
    system: str = Field("", max_length=20_000)
    user: str = Field(max_length=20_000)
    examples: str = Field("", max_length=100_000)

    def words(self) -> Words:
        return Words(_lines(self.system), _lines(self.user), _examples(self.examples))


class TryForm(Input):
    """Which model to ask about which passage, and how."""

    endpoint: int = Field(ge=1, le=2**63 - 1)
    passage: int | None = Field(None, ge=1, le=2**63 - 1)
    version: int = Field(ge=1, le=2**31)
    number: int = Field(3, ge=1, le=20)
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: int = Field(1_500, ge=50, le=100_000)


FormOf = Annotated[Submission[WordsForm], Depends(submission(WordsForm))]


@router.get("/datasets/{dataset_id}/prompts", name="prompts")
def show_prompts(request: Request, access: LeadDep, session: SessionDep) -> Response:
    """Each prompt with its newest version, and how it does."""
    return render(
        request,
        "prompts.html",
        dataset=access.dataset,
        access=access,
        found=prompts.of(session, access.dataset),
        kinds=KINDS,
        figures=generation_figures.by_prompt(session, access.dataset.id),
    )


@router.get("/datasets/{dataset_id}/prompts/new", name="new_prompt")
def new_prompt(request: Request, access: DatasetAdminDep, session: SessionDep) -> Response:
    return _new(request, access, Submission())


@router.post("/datasets/{dataset_id}/prompts/new", name="add_prompt")
def add_prompt(request: Request, access: DatasetAdminDep, session: SessionDep, form: FormOf) -> Response:
    """Its first version."""
    if form.data is None:
        return _new(request, access, form, 422)
    try:
        with session.begin_nested():
            made = prompts.add(
                session, access.dataset, form.data.name, form.data.kind, form.data.words(), access.user.id
            )
    except DomainError as error:
        form.refuse(error)
        return _new(request, access, form, 422)
    return _to(request, access.dataset.id, made.id)


@router.get("/datasets/{dataset_id}/prompts/{prompt_id}", name="prompt")
def show_prompt(
    request: Request,
    access: LeadDep,
    session: SessionDep,
    prompt_id: Id,
    version: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    passage: Number = None,
    tried: Number = None,
) -> Response:
    """The words, and beside them what is sent for a passage, and what a model made of it."""
    prompt = prompts.find(session, access.dataset.id, prompt_id)
    return _page(request, access, session, prompt, Submission(), version=version, passage=passage, tried=tried)


@router.post("/datasets/{dataset_id}/prompts/{prompt_id}", name="save_prompt")
def save_prompt(
    request: Request, access: DatasetAdminDep, session: SessionDep, prompt_id: Id, form: FormOf
) -> Response:
    """The next version."""
    prompt = prompts.find(session, access.dataset.id, prompt_id)
    if form.data is None:
        return _page(request, access, session, prompt, form, status=422)
    try:
        with session.begin_nested():
            prompts.save(session, prompt, form.data.words(), access.user.id)
    except DomainError as error:
        form.refuse(error)
        return _page(request, access, session, prompt, form, status=422)
    return _to(request, access.dataset.id, prompt.id)


@router.get("/datasets/{dataset_id}/prompts/{prompt_id}/changes/{version}", name="prompt_changes")
def show_changes(request: Request, access: LeadDep, session: SessionDep, prompt_id: Id, version: Id) -> Response:
    """A version against the one before it."""
    prompt = prompts.find(session, access.dataset.id, prompt_id)
    after = prompts.version_of(session, prompt, version)
    before = prompts.version_of(session, prompt, version - 1) if version > 1 else None
    return render(
        request,
        "prompt_changes.html",
        dataset=access.dataset,
        access=access,
        prompt=prompt,
        after=after,
        parts=[(name, _part(before, name), _part(after, name)) for name in ("system", "user", "examples")],
    )


@router.post("/datasets/{dataset_id}/prompts/{prompt_id}/try", name="try_prompt")
async def try_prompt(request: Request, dataset_id: Id, prompt_id: Id) -> Response:
    """Ask one model about one passage; what is answered already is not asked, and not paid, again."""
    await run_in_threadpool(_check_access, request, dataset_id)
    form = read(TryForm, await posted(request))
    if form.data is None:
        return await run_in_threadpool(_refused, request, dataset_id, prompt_id, form)
    try:
        tried = await run_in_threadpool(_try, request, dataset_id, prompt_id, form.data)
    except DomainError as error:
        form.refuse(error)
        return await run_in_threadpool(_refused, request, dataset_id, prompt_id, form)
    query = f"?version={form.data.version}&passage={form.data.passage or ''}&tried={tried}".replace("&passage=&", "&")
    query += f"&endpoint={form.data.endpoint}"
    path = request.url_for("prompt", dataset_id=dataset_id, prompt_id=prompt_id).path
    return RedirectResponse(f"{path}{query}#tried-h", 303)


def _try(request: Request, dataset_id: int, prompt_id: int, form: TryForm) -> int:
    with uploading.short_transaction(request) as session:
        dataset_admin(request, session, dataset_id)
        prompt = prompts.find(session, dataset_id, prompt_id)
        version = prompts.version_of(session, prompt, form.version)
        found = trying.passage_of(session, dataset_id, form.passage) if KINDS[prompt.kind].needs_passage else None
        settings = Settings(form.number, form.temperature, form.max_tokens)
        trial = trying.begin(session, dataset_id, version, endpoints.find(session, form.endpoint), found, settings)
    if isinstance(trial, int):
        return trial
    outcome = trying.ask(trial)
    with uploading.short_transaction(request) as session:
        trying.end(session, trial, outcome)
    return trial.request_id


def _check_access(request: Request, dataset_id: int) -> None:
    with uploading.short_transaction(request) as session:
        dataset_admin(request, session, dataset_id)


def _refused(request: Request, dataset_id: int, prompt_id: int, form: Submission[Any]) -> Response:
    with uploading.short_transaction(request) as session:
        access = dataset_admin(request, session, dataset_id)
        prompt = prompts.find(session, dataset_id, prompt_id)
        return _page(request, access, session, prompt, Submission(), trial=form, status=422)


def _page(
    request: Request,
    access: Access,
    session: Session,
    prompt: Prompt,
    form: Submission[Any],
    *,
    version: int | None = None,
    passage: int | None = None,
    tried: int | None = None,
    trial: Submission[Any] | None = None,
    status: int = 200,
) -> Response:
    all_versions = prompts.versions(session, prompt)
    shown = prompts.version_of(session, prompt, version) if version else all_versions[0]
    kind = KINDS[prompt.kind]
    found = trying.passage_of(session, access.dataset.id, passage) if kind.needs_passage else None
    messages = trying.messages_for(kind, shown, found, Settings().number)
    request_row = trying.find(session, access.dataset.id, tried) if tried else None
    offered = endpoints.of(session)
    return render(
        request,
        "prompt.html",
        status=status,
        dataset=access.dataset,
        access=access,
        prompt=prompt,
        kind=kind,
        placeholders=PLACEHOLDERS,
        versions=all_versions,
        version=shown,
        examples=_part(shown, "examples"),
        form=form,
        passage=found[0] if found else None,
        document=found[1] if found else None,
        before=trying.neighbour(session, found[0], after=False) if found else None,
        after=trying.neighbour(session, found[0], after=True) if found else None,
        messages=messages,
        models=offered,
        most={one.id: trying.most_it_costs(one, messages, Settings()) for one in offered},
        trial=trial or Submission(values={"endpoint": request.query_params.get("endpoint", "")}),
        defaults=Settings(),
        tried=request_row,
        tried_with=endpoints.find(session, request_row.endpoint_id) if request_row else None,
        made=trying.result(request_row, kind, messages, found[0].text if found else "") if request_row else [],
        title_of=generating_reasons.title,
        turns_of=lambda one: list(turns(one.form, one.content)),
    )


def _new(request: Request, access: Access, form: Submission[Any], status: int = 200) -> Response:
    return render(
        request,
        "prompt_new.html",
        status=status,
        dataset=access.dataset,
        access=access,
        kinds=KINDS,
        placeholders=PLACEHOLDERS,
        form=form,
    )


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _examples(text: str) -> list[dict[str, str]]:
    """Pairs as a person types them: a line --- between question and answer, a line === before the next pair."""
    pairs: list[dict[str, str]] = []
    for block in _lines(text).split("\n===\n"):
        question, _, answer = block.partition("\n---\n")
        if question.strip() or answer.strip():
            pairs.append({"question": question.strip(), "answer": answer.strip()})
    return pairs


def _part(version: PromptVersion | None, name: str) -> str:
    """A part of a version as a person reads and types it."""
    if version is None:
        return ""
    if name == "examples":
        return "\n===\n".join(f"{one['question']}\n---\n{one['answer']}" for one in version.examples)
    return str(getattr(version, name))


def _to(request: Request, dataset_id: int, prompt_id: int) -> Response:
    return RedirectResponse(request.url_for("prompt", dataset_id=dataset_id, prompt_id=prompt_id).path, 303)
