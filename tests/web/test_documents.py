"""Documents on pages: read by every member, uploaded by admins, and what depends on an earlier version by leads."""

import io
import zipfile

import pytest
from sqlalchemy import select

from app.models import Corpus, Making, Passage, Sample, SampleSource, SampleState
from app.services import blobs, superseding
from tests import factories
from tests.factories_documents import make_document, make_sourced, passages_of

TEXTS = ["The salt of the sea dries in the sun.", "Then the mill grinds it.", "What is left is sold."]


@pytest.fixture
def corpus(session, dataset):
    return factories.make_corpus(session, dataset, "Salt")


@pytest.fixture
def document(session, corpus):
    return make_document(session, corpus, TEXTS, "salt/drying.txt", title="How salt dries", pages=3)


def test_every_member_reads_documents(dataset, document, alice, lena, bob, charlie, anonymous):
    home = f"/datasets/{dataset.id}/documents"
    for path in (home, f"{home}/{document.id}"):
        assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 200, 404]
        assert anonymous.get(path).status_code == 303
    page = bob.get(f"{home}/{document.id}").text
    assert all(text in page for text in TEXTS)
    assert 'id="p-2"' in page
    assert "Salt › Part 1" in page
    assert f"/datasets/{dataset.id}/samples" not in page


def test_a_document_of_another_dataset_does_not_exist(session, dataset, document, bob):
    other = factories.make_dataset(session)
    foreign = make_document(session, factories.make_corpus(session, other), TEXTS)
    assert bob.get(f"/datasets/{dataset.id}/documents/{foreign.id}").status_code == 404
    assert bob.get(f"/datasets/{dataset.id}/documents/{foreign.id}/file").status_code == 404
    assert bob.get(f"/datasets/{dataset.id}/documents?corpus={foreign.corpus_id}").status_code == 404


def test_a_long_document_comes_in_pages_and_each_passage_has_an_address(session, dataset, corpus, bob):
    long = make_document(session, corpus, [f"Sentence {number} about salt." for number in range(45)])
    page = f"/datasets/{dataset.id}/documents/{long.id}"
    assert "?from=40" in bob.get(page).text
    later = bob.get(f"{page}?from=41").text
    assert 'id="p-42"' in later
    assert 'id="p-41"' not in later
    assert "ends before this place" in bob.get(f"{page}?from=900").text


def test_the_list_is_searched_by_title_and_name(session, dataset, corpus, document, bob):
    make_document(session, corpus, ["Sugar."], "sugar_100%.txt")
    home = f"/datasets/{dataset.id}/documents"
    for words, found in (("salt", True), ("DRYING how", True), ("sugar", False), ("%", False), ("salt sugar", False)):
        assert ("How salt dries" in bob.get(home, params={"q": words}).text) is found, words


def test_the_original_is_saved_never_shown(session, dataset, corpus, tmp_path, bob):
    file = tmp_path / "a.html"
    file.write_bytes(b"<script>alert(1)</script>")
    kept = blobs.keep(file)
    html = make_document(session, corpus, TEXTS, "web/a.html", sha256=kept.sha256)
    answer = bob.get(f"/datasets/{dataset.id}/documents/{html.id}/file")
    assert answer.content == file.read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="a.html"')
    missing = make_document(session, corpus, TEXTS)
    assert bob.get(f"/datasets/{dataset.id}/documents/{missing.id}/file").status_code == 404


def test_flags_and_copies_are_told(session, dataset, corpus, document, lena):
    first, second, third = passages_of(session, document)
    second.flag, third.duplicate_of = "references", first.id
    session.flush()
    page = lena.get(f"/datasets/{dataset.id}/documents/{document.id}").text
    assert "List of references" in page
    assert "Says nearly the same as" in page


def upload(alice, dataset, content, **fields):
    return alice.put(f"/datasets/{dataset.id}/corpora/file", params={"file_name": "a.txt", **fields}, content=content)


def test_an_upload_says_what_becomes_of_passages(session, dataset, alice, wakes):
    answer = upload(alice, dataset, b"Hello.", making="passages", size="200", overlap="20")
    assert answer.status_code == 201
    one = session.scalars(select(Corpus)).one()
    assert one.making is Making.PASSAGES
    assert one.chunking == {"size": 200, "unit": "tokens", "overlap": 20, "smallest": 50}


@pytest.mark.parametrize("fields", [{"size": "5"}, {"size": "x"}, {"size": "100", "overlap": "90"}])
def test_sizes_that_cannot_be_are_refused(session, dataset, alice, fields):
    answer = upload(alice, dataset, b"Hello.", **fields)
    assert answer.status_code == 422
    assert "Correct the numbers" in answer.text
    assert session.scalars(select(Corpus)).all() == []


def test_a_new_version_knows_the_earlier_one(session, dataset, corpus, document, alice, wakes):
    page = f"/datasets/{dataset.id}/corpora/{corpus.id}"
    assert "Upload a new version" in alice.get(page).text
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("salt/drying.txt", "New words.")
    files = [("file", ("salt.zip", out.getvalue()))]
    answer = alice.post(f"/datasets/{dataset.id}/corpora", data={"previous": str(corpus.id)}, files=files)
    assert answer.status_code == 303
    newest = session.scalars(select(Corpus).order_by(Corpus.id.desc())).first()
    assert newest is not None
    assert newest.previous_id == corpus.id
    other = factories.make_corpus(session, factories.make_dataset(session))
    assert upload(alice, dataset, b"Hello.", previous=str(other.id)).status_code == 404


@pytest.fixture
def changed(session, dataset, corpus, document):
    """The samples of a document whose second passage is another in the newest version."""
    samples = make_sourced(session, document, corpus, SampleState.APPROVED)
    newer = factories.make_corpus(session, dataset, "Salt, newer")
    new = make_document(
        session,
        newer,
        [TEXTS[0], "Then the stone mill grinds it.", TEXTS[2]],
        "salt/drying.txt",
        title="How salt dries",
    )
    superseding.supersede(session, document.id, new.id)
    session.expire_all()
    return samples


def test_exactly_the_changed_samples_are_listed_beside_both_words(dataset, changed, lena, bob, charlie):
    path = f"/datasets/{dataset.id}/stale"
    assert [who.get(path).status_code for who in (lena, bob, charlie)] == [200, 403, 404]
    page = lena.get(path).text
    assert [f"/samples/{one.id}" in page for one in changed] == [False, True, False]
    assert "<ins>" in page
    assert "stone" in page
    assert "newer version" in lena.get(f"/datasets/{dataset.id}/documents/{_document(changed)}").text


def _document(changed: list[Sample]) -> int:
    session = changed[0]._sa_instance_state.session  # type: ignore[attr-defined]
    return session.scalar(
        select(Passage.document_id)
        .join(SampleSource, SampleSource.passage_id == Passage.id)
        .where(SampleSource.sample_id == changed[0].id)
    )


def test_kept_samples_are_settled(session, dataset, changed, lena):
    path = f"/datasets/{dataset.id}/stale"
    assert lena.post(path, data={"do": "keep"}).status_code == 422
    assert lena.post(path, data={"do": "keep", "sample": [changed[0].id]}).status_code == 422
    assert lena.post(path, data={"do": "keep", "sample": [changed[1].id]}).status_code == 303
    assert f"/samples/{changed[1].id}" not in lena.get(path).text
    session.expire_all()
    assert session.get_one(Sample, changed[1].id).state is SampleState.APPROVED


def test_samples_are_sent_back_to_review_and_that_is_undone(session, dataset, changed, lena):
    path = f"/datasets/{dataset.id}/stale"
    assert lena.post(path, data={"do": "send_back_all"}).status_code == 303
    session.expire_all()
    states = [session.get_one(Sample, one.id).state for one in changed]
    assert states == [SampleState.APPROVED, SampleState.QUEUED, SampleState.APPROVED]
    page = lena.get(path).text
    assert "Sent back to experts" in page
    undo = page.partition(f'action="{path}/')[2].partition('"')[0]
    assert lena.post(f"{path}/{undo}").status_code == 303
    session.expire_all()
    assert session.get_one(Sample, changed[1].id).state is SampleState.APPROVED
    assert f"/samples/{changed[1].id}" in lena.get(path).text
