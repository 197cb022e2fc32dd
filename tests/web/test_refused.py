"""Refused lines: the page, and the downloads that a spreadsheet may open."""

import csv
import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import RefusedLine
from app.web.downloads import attachment, cell
from tests import factories


@pytest.fixture
def corpus(session, dataset):
    return factories.make_corpus(session, dataset, "Forum", lines=3, refused=3)


def refuse(session, corpus, code="not_json", excerpt="{", at=0):
    line = RefusedLine(
        corpus_id=corpus.id,
        file=corpus.file_name,
        position=at,
        line=at + 1,
        offset=at * 10,
        code=code,
        message="It is cut off.",
        excerpt=excerpt,
    )
    return factories._added(session, line)


def test_who_may_see(session, dataset, corpus, alice, lena, bob, charlie):
    for page in ("refused", "refused.csv", "refused.jsonl"):
        path = f"/datasets/{dataset.id}/corpora/{corpus.id}/{page}"
        assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]


def test_lines_are_grouped_and_listed_with_their_place(session, dataset, corpus, alice):
    refuse(session, corpus, at=0)
    refuse(session, corpus, at=1)
    refuse(session, corpus, "wrong_type", "<b>5</b>", at=2)
    path = f"/datasets/{dataset.id}/corpora/{corpus.id}/refused"
    page = alice.get(path).text
    assert "Not JSON" in page
    assert "byte 20" in page
    assert "&lt;b&gt;5&lt;/b&gt;" in page
    narrowed = alice.get(path, params={"code": "wrong_type"}).text
    assert "byte 20" in narrowed
    assert "byte 10" not in narrowed


def test_pages_go_on_by_key(session, dataset, corpus, alice):
    lines = [refuse(session, corpus, at=at) for at in range(60)]
    path = f"/datasets/{dataset.id}/corpora/{corpus.id}/refused"
    assert f"after={lines[49].id}" in alice.get(path).text
    rest = alice.get(path, params={"after": lines[49].id}).text
    assert "line 51" in rest
    assert 'rel="next"' not in rest


def test_nothing_refused_says_so(session, dataset, alice):
    corpus = factories.make_corpus(session, dataset, lines=1, accepted=1)
    assert "No line was refused" in alice.get(f"/datasets/{dataset.id}/corpora/{corpus.id}/refused").text


def test_downloads_hold_every_line(session, dataset, corpus, alice):
    for at in range(3):
        refuse(session, corpus, excerpt='=HYPERLINK("http://evil.example")', at=at)
    path = f"/datasets/{dataset.id}/corpora/{corpus.id}/refused"
    lines = [orjson.loads(line) for line in alice.get(f"{path}.jsonl").content.splitlines()]
    assert [line["line"] for line in lines] == [1, 2, 3]
    assert lines[0]["excerpt"].startswith("=HYPERLINK")
    answer = alice.get(f"{path}.csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["line"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["excerpt"].startswith("'=")


@given(st.text())
def test_no_text_becomes_a_formula(text):
    made = cell(text)
    assert not made.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert made in {text, "'" + text}


@given(st.text(max_size=300))
def test_every_name_makes_one_plain_header(name):
    value = attachment(name)["Content-Disposition"]
    assert value.isascii()
    assert "\n" not in value
    assert "\r" not in value
    assert value.count('"') == 2
