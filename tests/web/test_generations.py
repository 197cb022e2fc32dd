"""Models, prompts and generations on their pages, as Alice, Dora, Lena and Bob see them."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset, Generation, Job, JobState, ModelEndpoint, ModelRequest, Prompt, PromptVersion, Sample
from app.services import endpoints, generating, prompts, sealing
from app.services.generating import Choice, Settings
from tests import factories
from tests.conftest import Browser
from tests.factories_generating import make_document, make_endpoint, make_passages, passage_text
from tests.llm_server import KEY, Model, model_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    with model_server(tmp_path_factory.mktemp("model"), key=KEY) as made:
        yield made


@pytest.fixture
def model(server: Model, request: pytest.FixtureRequest) -> Model:
    return server.named(f"{abs(hash(request.node.nodeid)):x}")


@pytest.fixture
def endpoint(session: Session, model: Model) -> ModelEndpoint:
    return make_endpoint(session, model.base_url, key=KEY, price_in=Decimal(1), price_out=Decimal(2))


@pytest.fixture
def passages(session: Session, dataset: Dataset) -> list[int]:
    corpus = factories.make_corpus(session, dataset, "Guidelines", licence="CC-BY-4.0")
    return [one.id for one in make_passages(session, make_document(session, corpus), 3)]


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def prompt_of(session: Session, dataset: Dataset, kind: str = "questions") -> tuple[Prompt, PromptVersion]:
    return next(one for one in prompts.of(session, dataset) if one[0].kind == kind)


def test_a_model_is_set_up_and_tested_and_its_key_is_never_shown(
    alice: Browser, session: Session, model: Model
) -> None:
    fields = {"name": "Ours", "base_url": f"{model.base_url}/chat/completions", "model": "test-1", "key": KEY}
    answer = alice.post("/models/new", data={**fields, "price_in": "0.15", "has_schema": "true"})
    assert answer.status_code == 303
    path = answer.headers["Location"]
    made = session.query(ModelEndpoint).one()
    assert (made.base_url, made.price_in, made.has_schema) == (model.base_url, Decimal("0.15"), True)
    assert made.key is not None
    assert KEY.encode() not in made.key
    assert sealing.unseal(made.key) == KEY

    assert alice.post(f"{path}/test").headers["Location"] == path
    page = alice.get(path).text
    assert "It answers." in page
    assert KEY not in page + alice.get("/models").text
    # Saved again without a key, it keeps the one it has; at another address it may not.
    assert alice.post(path, data={**fields, "key": ""}).status_code == 303
    assert endpoints.find(session, made.id).key is not None
    moved = alice.post(path, data={**fields, "key": "", "base_url": "https://elsewhere.example/v1"})
    assert moved.status_code == 422
    assert "belongs to the old address" in moved.text
    assert endpoints.find(session, made.id).base_url == model.base_url


def test_a_model_that_does_not_answer_says_why(alice: Browser, session: Session, model: Model) -> None:
    made = make_endpoint(session, model.base_url, key="sk-wrong")
    alice.post(f"/models/{made.id}/test")
    page = alice.get(f"/models/{made.id}").text
    assert "does not accept this key (401)" in page
    assert "sk-wrong" not in page


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "models.example", "http://user:pass@h/v1", "http://169.254.169.254/v1", "http:///v1"],
)
def test_an_address_that_is_none_is_refused(alice: Browser, session: Session, address: str) -> None:
    answer = alice.post("/models/new", data={"name": "x", "base_url": address, "model": "m"})
    assert answer.status_code == 422
    assert session.query(ModelEndpoint).count() == 0


def test_prompts_come_with_every_dataset_and_each_save_is_a_version(
    dora: Browser, session: Session, dataset: Dataset, passages: list[int]
) -> None:
    page = words_of(dora.get(f"/datasets/{dataset.id}/prompts").text)
    for name in ("Questions and answers", "Conversations", "Summaries", "Facts in a fixed form", "More like these"):
        assert name in page
    prompt, version = prompt_of(session, dataset)
    path = f"/datasets/{dataset.id}/prompts/{prompt.id}"
    assert passage_text(0) in dora.get(path).text
    assert passage_text(1) in dora.get(f"{path}?passage={passages[1]}").text

    assert dora.post(path, data={"system": version.system, "user": "Ask about {passage} politely."}).status_code == 303
    assert [one.version for one in prompts.versions(session, prompt)] == [2, 1]
    changes = dora.get(f"{path}/changes/2").text
    assert "<ins>" in changes
    assert "<del>" in changes
    assert "older version" in dora.get(f"{path}?version=1").text
    for user, told in (("Nothing here.", "where the passage goes"), ("{passage} {secret}", "no placeholder")):
        refused = dora.post(path, data={"system": "", "user": user})
        assert refused.status_code == 422
        assert told in refused.text
        assert user in refused.text
    assert len(prompts.versions(session, prompt)) == 2


def test_a_prompt_is_tried_on_one_passage_and_paid_once(
    dora: Browser, session: Session, dataset: Dataset, passages: list[int], endpoint: ModelEndpoint, model: Model
) -> None:
    prompt, version = prompt_of(session, dataset)
    path = f"/datasets/{dataset.id}/prompts/{prompt.id}"
    fields = {"version": version.version, "endpoint": endpoint.id, "passage": passages[1]}
    for _ in range(2):
        answer = dora.post(f"{path}/try", data=fields)
        assert answer.status_code == 303
    page = dora.get(answer.headers["Location"]).text
    assert "Question 1 about matter 1?" in page
    assert "<mark>Passage 1. The dressing" in page
    assert model.paid() == {"1": 1}
    assert [one.cost for one in session.query(ModelRequest)] == [Decimal("0.0007")]


def test_a_try_that_is_refused_says_why(
    dora: Browser, session: Session, dataset: Dataset, endpoint: ModelEndpoint
) -> None:
    corpus = factories.make_corpus(session, dataset)
    [passage] = make_passages(session, make_document(session, corpus), [passage_text(9, "malformed")])
    prompt, _ = prompt_of(session, dataset)
    path = f"/datasets/{dataset.id}/prompts/{prompt.id}"
    answer = dora.post(f"{path}/try", data={"version": 1, "endpoint": endpoint.id, "passage": passage.id})
    assert "no JSON that could be read" in dora.get(answer.headers["Location"]).text


def test_what_it_will_cost_is_said_before_it_is_started(
    dora: Browser,
    session: Session,
    dataset: Dataset,
    passages: list[int],
    endpoint: ModelEndpoint,
    model: Model,
    wakes: list[int],
) -> None:
    path = f"/datasets/{dataset.id}/generations"
    assert "Nothing was generated yet" in dora.get(path).text
    _, version = prompt_of(session, dataset)
    chosen = {"version": version.id, "endpoint": endpoint.id}
    page = words_of(dora.get(f"{path}/new", params=chosen).text)
    assert re.search(r"Passages 3 ", page)
    assert re.search(r"about 0\.0\d+ USD, at most 0\.0\d+ USD", page)
    part = dora.htmx(f"{path}/new?version={version.id}&endpoint={endpoint.id}&limit=2").text
    assert part.lstrip().startswith("<section")
    assert re.search(r"Passages 2 ", words_of(part))

    refused = dora.post(path, data={**chosen, "budget": ""})
    assert refused.status_code == 422
    assert "at most. It stops" in refused.text
    assert session.query(Generation).count() == 0
    answer = dora.post(path, data={**chosen, "budget": "5", "limit": "2"})
    assert answer.status_code == 303
    page = words_of(dora.get(answer.headers["Location"]).text)
    assert "2 passages" in page or "passages 2" in page
    assert "of at most 5 USD" in page
    assert model.lines() == []
    assert len(wakes) == 1


def test_a_generation_that_halted_says_so_and_goes_on(
    dora: Browser, lena: Browser, session: Session, dataset: Dataset, passages: list[int], endpoint: ModelEndpoint
) -> None:
    _, version = prompt_of(session, dataset)
    made = generating.start(session, dataset, version, endpoint, Settings(), Choice(), budget=Decimal(1))
    path = f"/datasets/{dataset.id}/generations/{made.id}"
    assert "Stop asking" in dora.get(path).text
    assert "Stop asking" not in lena.get(path).text
    dora.post(f"{path}/stop")
    session.refresh(made)
    assert made.stopping
    session.get_one(Job, made.job_id).state = JobState.SUCCEEDED
    made.halt, made.spent = "budget", Decimal(1)
    page = dora.get(path).text
    assert "The budget is used up." in page
    assert "3 passages were not asked about yet." in words_of(page)
    assert 'name="budget"' not in lena.get(path).text
    assert "The budget is spent" in dora.post(f"{path}/go-on", data={}).text
    assert dora.post(f"{path}/go-on", data={"budget": "2"}).status_code == 303
    session.refresh(made)
    assert (made.budget, made.halt, made.stopping) == (2, "", False)


def test_of_another_dataset_nothing_is_shown(
    dora: Browser, session: Session, dataset: Dataset, passages: list[int], endpoint: ModelEndpoint
) -> None:
    other = factories.make_dataset(session)
    corpus = factories.make_corpus(session, other)
    [theirs] = make_passages(session, make_document(session, corpus), ["Passage 77. Secret."])
    prompt, version = prompt_of(session, other)
    generation = generating.start(session, other, version, endpoint, Settings(), Choice(), budget=Decimal(1))
    mine, _ = prompt_of(session, dataset)
    home = f"/datasets/{dataset.id}"
    for path in (
        f"{home}/prompts/{prompt.id}",
        f"{home}/prompts/{mine.id}?passage={theirs.id}",
        f"{home}/generations/{generation.id}",
    ):
        assert dora.get(path).status_code == 404
    refused = dora.post(f"{home}/generations", data={"version": version.id, "endpoint": endpoint.id, "budget": 1})
    assert refused.status_code in (404, 422)
    tried = dora.post(
        f"{home}/prompts/{mine.id}/try", data={"version": 1, "endpoint": endpoint.id, "passage": theirs.id}
    )
    assert tried.status_code == 404 or "no such passage" in tried.text
    assert session.query(Sample).count() == 0
