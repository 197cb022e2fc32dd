"""The page about agreement, and the list behind a cell of its table."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.curation.agreement import Estimate
from app.models import Dataset
from app.services.agreement import Week
from app.web import agreement_drawing
from tests import factories
from tests.conftest import Browser
from tests.services.test_agreement import A, R, record


def path(dataset: Dataset, more: str = "") -> str:
    return f"/datasets/{dataset.id}/quality/agreement{more}"


def test_a_figure_in_words() -> None:
    words = agreement_drawing.in_words
    assert words(Estimate(0.71, 0.64, 0.77, 90)) == "0.71, between 0.64 and 0.77: fair"
    assert words(Estimate(1.0, None, None, 1)) == "1.00: good"
    assert words(Estimate(-0.2, -0.4, 0.1, 9)).endswith("no more than chance")
    assert words(Estimate(None, None, None, 0)).startswith("Not known yet")
    assert words(Estimate(None, None, None, 5)).startswith("Not to be said")


@pytest.mark.parametrize(
    ("value", "word"), [(0.8, "good"), (0.79, "fair"), (0.5, "weak"), (0.2, "poor"), (0.0, "no more than chance")]
)
def test_bands(value: float, word: str) -> None:
    assert agreement_drawing.band(value) == word


def test_weeks_are_drawn_where_they_are_known() -> None:
    monday = date(2026, 6, 1)
    weeks = [Week(monday + timedelta(weeks=at), value, 5) for at, value in enumerate([0.5, None, 0.7, -3.0])]
    drawn = agreement_drawing.chart(weeks, "Decision")
    assert drawn is not None
    assert len(drawn.points) == 3
    assert drawn.points[0][0] < drawn.points[1][0] < drawn.points[2][0]
    assert drawn.points[1][1] < drawn.points[0][1] < drawn.points[2][1] <= agreement_drawing.HEIGHT
    assert "began at 0.50, was −3.00 last" in drawn.label
    assert agreement_drawing.chart(weeks[:2], "Decision") is None


def test_the_page_says_how_far_experts_agree(session: Session, dataset: Dataset, lena: Browser) -> None:
    dataset.reviews_per_sample = 2
    ann, ben = factories.make_user(session, "Ann <A>"), factories.make_user(session, "Ben")
    rows = [
        [(A, {"tone": "kind"}), (A, {"tone": "kind"})],
        [(R, {}), (R, {})],
        [(A, {"tone": "cold"}), (R, {"tone": "kind"})],
    ]
    record(session, dataset, (ann, ben), rows * 4)
    page = lena.get(path(dataset)).text
    assert "1 is perfect, 0 is chance" in page
    assert 'class="interval"' in page
    assert re.search(r"0\.\d\d, between −?0\.\d\d and \d\.\d\d: (fair|weak|poor)", page)
    assert "Ann &lt;A&gt;" in page
    assert "8 of 12" in page
    assert '“<span dir="auto">Tone</span>” in full' in lena.get(path(dataset, "?of=tone")).text
    assert '“<span dir="auto">Decision</span>” in full' in lena.get(path(dataset, "?of=nothing")).text
    link = re.findall(r'href="([^"]*differing[^"]*)"', page)[0].replace("&amp;", "&")
    listed = lena.get(link).text
    assert listed.count('<tr><th scope="row">') == 4
    assert "Facts are wrong" in listed
    tone = lena.get(link + "&of=tone").text
    assert "cold" in tone


def test_a_long_list_has_pages(session: Session, dataset: Dataset, lena: Browser) -> None:
    ann, ben = factories.make_user(session), factories.make_user(session)
    record(session, dataset, (ann, ben), [[A, R]] * 25)
    link, seen = path(dataset, f"/differing?one={ann.id}&other={ben.id}"), 0
    while link:
        page = lena.get(link).text
        seen += page.count('<tr><th scope="row">')
        link = next(iter(re.findall(r'rel="next" href="([^"]*)"', page)), "").replace("&amp;", "&")
    assert seen == 25


def test_two_who_share_no_sample_have_no_list(
    session: Session, dataset: Dataset, lena: Browser, charlie: Browser
) -> None:
    assert charlie.user is not None
    assert lena.user is not None
    answer = lena.get(path(dataset, f"/differing?one={charlie.user.id}&other={lena.user.id}"))
    assert answer.status_code == 404
    assert "Charlie" not in answer.text


def test_nothing_to_compare_yet(dataset: Dataset, lena: Browser, dora: Browser) -> None:
    assert "Nothing to compare yet" in lena.get(path(dataset)).text
    assert "Go to the settings" in dora.get(path(dataset)).text
