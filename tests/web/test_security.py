"""What protects people from other sites, from each other's machines, and from themselves."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, SignIn, User
from app.services import sign_ins
from app.settings import get_settings
from app.web.addresses import local
from app.web.middleware import POLICY
from tests.conftest import Browser
from tests.factories import PASSWORD, make_user


@pytest.mark.parametrize(
    "path", ["/sign-in", "/datasets", "/no/such/page", "/healthz", "/static/css/tokens.css", "/datasets/1"]
)
def test_every_answer_carries_the_policy(alice: Browser, path: str) -> None:
    headers = alice.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


@pytest.mark.parametrize("path", ["/sign-in", "/datasets/new", "/account"])
def test_no_page_holds_what_the_policy_forbids(alice: Browser, anonymous: Browser, path: str) -> None:
    page = (anonymous if path == "/sign-in" else alice).get(path).text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert "<script>" not in page


def test_pages_stay_out_of_the_cache_and_marked_files_in_it(alice: Browser) -> None:
    assert alice.get("/datasets").headers["Cache-Control"] == "no-store"
    assert "immutable" in alice.get("/static/css/tokens.css?v=1").headers["Cache-Control"]
    assert alice.get("/static/css/tokens.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_another_sites_request_changes_nothing(alice: Browser, headers: dict[str, str]) -> None:
    del alice.headers["Sec-Fetch-Site"]
    answer = alice.post("/account", data={"name": "Mallory"}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert alice.user is not None
    assert alice.session.get_one(User, alice.user.id).name == "Alice"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}]
)
def test_our_own_pages_may(alice: Browser, headers: dict[str, str]) -> None:
    del alice.headers["Sec-Fetch-Site"]
    assert alice.post("/account", data={"name": "Alicia"}, headers=headers).status_code == 303


def test_reading_needs_no_origin(alice: Browser) -> None:
    assert alice.get("/datasets", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    answer = anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


@pytest.fixture
def _https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WINNOW_BASE_URL", "https://winnow.example.org")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("_https")
def test_behind_https_the_cookie_is_bound_to_the_host(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    answer = anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD})
    assert answer.headers["Set-Cookie"].startswith("__Host-winnow=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


def test_a_sign_in_starts_with_a_new_token_and_ends_the_old_one(bob: Browser) -> None:
    before = bob.cookies["winnow"]
    answer = bob.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD})
    assert answer.status_code == 303
    assert bob.cookies["winnow"] != before
    assert bob.get("/account").status_code == 200
    assert sign_ins.signed_in(bob.session, before) is None


def test_a_token_brought_along_is_never_taken_over(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    anonymous.hold("chosen-by-somebody-else")
    anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD})
    assert sign_ins.signed_in(session, "chosen-by-somebody-else") is None
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_signing_out_kills_the_cookie_everywhere_it_was_copied_to(bob: Browser, app: FastAPI) -> None:
    thief = Browser(app, bob.session)
    thief.hold(bob.cookies["winnow"])
    assert thief.get("/account").status_code == 200
    bob.post("/sign-out")
    assert bob.get("/account").status_code == 303
    assert thief.get("/account").status_code == 303


def test_signing_out_everywhere_ends_the_other_browser(bob: Browser, app: FastAPI) -> None:
    other = Browser(app, bob.session, bob.user)
    bob.post("/account/sign-out-everywhere")
    assert other.get("/account").status_code == 303


def test_tries_are_slowed_down_with_a_sentence(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    for _ in range(6):
        answer = anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": "wrong"})
    assert answer.status_code == 429
    assert "Wait 1 second, then try again" in answer.text
    assert "winnow" not in anonymous.cookies


def test_fields_that_nobody_asked_for_are_refused(bob: Browser, charlie: Browser) -> None:
    answer = bob.post("/account", data={"name": "Bob", "is_admin": "true"})
    assert answer.status_code == 422
    assert bob.user is not None
    assert not bob.session.get_one(User, bob.user.id).is_admin


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "",
    ],
)
def test_the_way_back_never_leads_to_another_site(anonymous: Browser, session: Session, target: str) -> None:
    make_user(session, email="bob@clinic.example")
    assert 'name="next" value="/"' in anonymous.get("/sign-in", params={"next": target}).text
    answer = anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"
    assert anonymous.get("/sign-in", params={"next": target}).headers["Location"] == "/"


@given(st.text(max_size=40) | st.from_regex(r"[/\\]{0,3}[a-z.@:/\\?#\t]{0,20}", fullmatch=True))
def test_local_is_a_path_of_this_site(target: str) -> None:
    path = local(target)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()


def test_the_way_back_leads_to_the_page_that_was_asked_for(
    anonymous: Browser, session: Session, dataset: Dataset
) -> None:
    make_user(session, email="alice@clinic.example", is_admin=True)
    asked = f"/datasets/{dataset.id}?tab=a&b=c"
    to_sign_in = anonymous.get(asked).headers["Location"]
    page = anonymous.get(to_sign_in).text
    assert f'value="{asked.replace("&", "&amp;")}"' in page
    answer = anonymous.post("/sign-in", data={"email": "alice@clinic.example", "password": PASSWORD, "next": asked})
    assert answer.headers["Location"] == asked


def test_an_address_with_a_nul_is_refused_before_it_reaches_the_database(alice: Browser) -> None:
    assert alice.get("/datasets/%00").status_code == 400
    assert alice.get("/datasets?q=%00").status_code == 400


@pytest.mark.parametrize("path", ["/datasets/0", "/datasets/x", "/datasets/99999999999999999999999", "/datasets/-1"])
def test_numbers_that_no_row_can_have_lead_nowhere(alice: Browser, path: str) -> None:
    assert alice.get(path).status_code == 404


def test_an_unforeseen_error_shows_a_reference_and_no_traceback(
    app: FastAPI, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services import datasets

    def broken(*_: object) -> None:
        raise RuntimeError("secret words of a sample")

    monkeypatch.setattr(datasets, "listed", broken)
    alice._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = alice.get("/datasets")
    assert answer.status_code == 500
    assert "reference" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_refused_request_leaves_nothing_behind(alice: Browser, app: FastAPI) -> None:
    """Raising rolls the whole request back, savepoints and all."""
    from fastapi import APIRouter

    from app.services.errors import Conflict
    from app.web.dependencies import SessionDep

    router = APIRouter()

    @router.post("/write-and-refuse")
    def write_and_refuse(session: SessionDep) -> None:
        session.execute(text("UPDATE users SET name = 'Changed'"))
        raise Conflict("Somebody was faster. Load the page again.")

    app.include_router(router)
    assert alice.post("/write-and-refuse").status_code == 409
    assert alice.session.scalar(select(func.count()).where(User.name == "Changed")) == 0
