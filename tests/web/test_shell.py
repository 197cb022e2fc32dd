"""Errors, headers and the shell that every page has."""

from tests.conftest import Browser


def test_unknown_address_is_a_page_with_a_way_out(alice: Browser) -> None:
    answer = alice.get("/no/such/page")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert 'href="/"' in answer.text


def test_unknown_address_is_one_sentence_for_htmx(alice: Browser) -> None:
    answer = alice.htmx("/no/such/page")

    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#alerts"
    assert "<html" not in answer.text
