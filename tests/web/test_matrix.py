"""Every route of the application, asked by every kind of person."""

import re

import pytest
from fastapi.routing import APIRoute

from app.main import routers
from app.models import Dataset
from tests.conftest import Browser
from tests.web.expected import ROUTES, Who

NO_SUCH = "There is no such dataset, or you have not been invited to it."


def _routes() -> list[str]:
    found = [route for router in routers() for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in found), "a route that is no APIRoute escapes this test"
    return sorted(
        f"{method} {route.path}" for route in found if isinstance(route, APIRoute) for method in route.methods
    )


def _fill(path: str, dataset: Dataset) -> str:
    """Real for the dataset, 1 for every other number, a word for a token; and a file name for uploads."""
    path = path.replace("{dataset_id}", str(dataset.id)).replace("{token}", "no-such-token")
    return re.sub(r"\{\w+(:\w+)?\}", "1", path) + "?file_name=file.jsonl"


def test_every_route_says_who_may_use_it() -> None:
    assert _routes() == sorted(ROUTES), (
        "add the route's line to tests/web/expected.py, or remove the line of one that is gone"
    )


@pytest.mark.parametrize("route", _routes())
def test_only_those_who_may(
    route: str,
    dataset: Dataset,
    anonymous: Browser,
    charlie: Browser,
    bob: Browser,
    lena: Browser,
    dora: Browser,
    alice: Browser,
) -> None:
    if route not in ROUTES:
        pytest.skip("reported by test_every_route_says_who_may_use_it")
    method, path = route.split(" ")
    needed = ROUTES[route]
    people = {
        Who.ANYONE: anonymous,
        Who.SIGNED_IN: charlie,
        Who.EXPERT: bob,
        Who.LEAD: lena,
        Who.DATASET_ADMIN: dora,
        Who.ADMIN: alice,
    }
    for who, browser in people.items():
        answer = browser.request(method, _fill(path, dataset))
        to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
        if who >= needed:
            assert answer.status_code != 403, f"{who.name} may not"
            assert NO_SUCH not in answer.text, f"{who.name} does not see the dataset"
            assert not to_sign_in or path in ("/sign-out", "/account/sign-out-everywhere"), (
                f"{who.name} is sent to sign in"
            )
            assert answer.status_code < 500
        elif who is Who.ANYONE:
            assert to_sign_in, f"{answer.status_code} without a sign-in"
        elif who is Who.SIGNED_IN and "{dataset_id}" in path:
            assert (answer.status_code, NO_SUCH in answer.text) == (404, True), "Charlie learns that the dataset exists"
        else:
            assert answer.status_code == 403, f"{who.name} may"
