"""Releases: the three steps, the list, the files."""

import hashlib

import orjson
import pytest

from app.models import Job, JobKind, JobState, Release, SampleState
from app.services import blobs
from tests import factories

ROW = b'{"messages": []}\n'


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/releases"


def approve(session, dataset, **content):
    corpus = factories.make_corpus(session, dataset, "Clinic leaflets")
    contents = [content] if content else 1
    return factories.make_samples(session, corpus, contents, state=SampleState.APPROVED)


def frozen(session, dataset) -> Release:
    """A finished release whose file is stored."""
    with blobs.incoming() as file:
        file.write(ROW)
        stored = file.keep()
    manifest = {
        "rows": 1,
        "left_out": {"Only plain texts fit.": 2},
        "corpora": [{"name": "Clinic leaflets", "licence": "MIT", "lines": 3, "accepted": 3}],
    }
    return factories._added(
        session,
        Release(
            dataset_id=dataset.id,
            version=1,
            format="messages",
            sha256=stored.sha256,
            size=stored.size,
            rows=1,
            manifest=manifest,
        ),
    )


def test_who_may_see_make_and_download(session, dataset, path, alice, lena, bob, charlie):
    approve(session, dataset)
    release = frozen(session, dataset)
    for page in (path, f"{path}/{release.id}", f"{path}/{release.id}/file", f"{path}/{release.id}/manifest.json"):
        assert [who.get(page).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [who.post(path, data={"format": "messages"}).status_code for who in (lena, bob, charlie, alice)] == [
        403,
        403,
        404,
        303,
    ]


def test_nothing_approved_says_what_comes_next(path, alice):
    page = alice.get(path).text
    assert "Nothing is approved yet" in page
    assert "Freeze" not in page
    answer = alice.post(path, data={"format": "messages"})
    assert answer.status_code == 422
    assert "Nothing is approved yet" in answer.text


def test_formats_show_the_first_approved_sample_or_why_it_does_not_fit(session, dataset, path, alice):
    approve(session, dataset, prompt="May I <b>swim</b>?", response="Yes.")
    page = alice.get(path).text
    assert "Freeze 1" in page
    assert "May I &lt;b&gt;swim&lt;/b&gt;?" in page
    assert "does not fit: Only plain texts fit this format" in page


def test_unknown_format_is_refused(session, dataset, path, alice):
    approve(session, dataset)
    assert alice.post(path, data={"format": "docx"}).status_code == 422


def test_freezing_starts_the_work_and_the_list_follows_it(session, dataset, path, alice, wakes):
    approve(session, dataset)
    assert alice.post(path, data={"format": "messages"}).headers["location"] == f"{path}#made"
    part = alice.htmx(path).text
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part
    assert "Download" not in part
    assert wakes


def test_failed_release_says_why(session, dataset, path, alice):
    approve(session, dataset)
    job = factories._added(
        session, Job(kind=JobKind.RELEASE, dataset_id=dataset.id, state=JobState.FAILED, error="The disk is full.")
    )
    factories._added(session, Release(dataset_id=dataset.id, version=1, format="messages", job_id=job.id))
    page = alice.get(path).text
    assert "The disk is full." in page
    assert "hx-trigger" not in page


def test_file_is_given_byte_for_byte_under_a_safe_name(session, dataset, path, alice):
    dataset.name = 'Ärzte "quoted"/../x'
    release = frozen(session, dataset)
    answer = alice.get(f"{path}/{release.id}/file")
    assert hashlib.sha256(answer.content).hexdigest() == release.sha256
    header = answer.headers["content-disposition"]
    assert header.startswith("attachment; filename=")
    assert "/" not in header.partition("filename*=")[0]


def test_manifest_is_shown_and_downloaded(session, dataset, path, alice):
    release = frozen(session, dataset)
    page = alice.get(f"{path}/{release.id}").text
    assert release.sha256 in page
    assert "Only plain texts fit." in page
    assert orjson.loads(alice.get(f"{path}/{release.id}/manifest.json").content)["rows"] == 1


def test_release_of_another_dataset_or_without_a_file_is_not_there(session, dataset, path, alice):
    other = frozen(session, factories.make_dataset(session))
    unfinished = factories._added(session, Release(dataset_id=dataset.id, version=1, format="messages"))
    assert alice.get(f"{path}/{other.id}").status_code == 404
    assert alice.get(f"{path}/{other.id}/file").status_code == 404
    assert alice.get(f"{path}/{unfinished.id}/file").status_code == 404
    assert "not written yet" in alice.get(f"{path}/{unfinished.id}").text
