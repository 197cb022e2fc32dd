"""Uploading, following an import, mapping columns: with and without script, by Alice, Bob and Charlie."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import Corpus, CorpusState, Job, JobState
from app.services import blobs
from app.services.blobs import NoSpace
from app.settings import get_settings
from app.web.wording import SPACE
from tests import factories

LINES = b'{"instruction": "May I swim?", "output": "Yes."}\n{"instruction": "What is gout?", "output": "A disease."}\n'


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/corpora"


def put(browser, path, content=LINES, **fields):
    return browser.put(f"{path}/file", params={"file_name": "answers.jsonl", **fields}, content=content)


def stored(session) -> list[Corpus]:
    return list(session.scalars(select(Corpus).order_by(Corpus.id)))


def leftovers() -> list[Path]:
    return [file for file in (get_settings().blob_dir / blobs.TEMPORARY).iterdir() if not file.name.startswith(".")]


def test_who_may_see_and_upload(session, dataset, path, alice, lena, bob, charlie, anonymous):
    assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [put(who, path).status_code for who in (lena, bob, charlie)] == [403, 403, 404]
    assert put(anonymous, path).status_code == 303
    assert stored(session) == []
    assert put(alice, path).status_code == 201


def test_upload_keeps_name_licence_and_origin_and_starts_the_import(session, dataset, path, alice, wakes):
    answer = put(alice, path, name="Answers", licence="CC-BY-4.0", origin="our clinic")
    corpus = stored(session)[0]
    assert answer.headers["location"] == f"{path}/{corpus.id}"
    assert (corpus.name, corpus.licence, corpus.origin, corpus.size) == (
        "Answers",
        "CC-BY-4.0",
        "our clinic",
        len(LINES),
    )
    assert blobs.path(corpus.sha256).read_bytes() == LINES
    assert wakes


def test_form_without_script_takes_several_files(session, dataset, path, alice):
    files = [("file", ("a.jsonl", LINES)), ("file", ("b.csv", b"question,answer\nWhy?,Because.\n"))]
    answer = alice.post(path, data={"licence": "MIT", "origin": "", "name": "Both"}, files=files)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert [(corpus.name, corpus.licence) for corpus in stored(session)] == [("a.jsonl", "MIT"), ("b.csv", "MIT")]
    assert leftovers() == []


def test_form_without_a_file_says_so(session, dataset, path, alice):
    answer = alice.post(path, data={"licence": "MIT"}, files=[("file", ("", b""))])
    assert answer.status_code == 422
    assert "Choose a file" in answer.text
    assert stored(session) == []


def test_form_that_breaks_off_is_refused_and_nothing_stays(session, dataset, path, alice):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n' + LINES
    answer = alice.post(path, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 422
    assert "broke off" in answer.text
    assert (stored(session), leftovers()) == ([], [])


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "empty.jsonl"), (b"\xff\xfe{\x00}\x00", "wide.json"), (b"MZ\x00\x01", "program.exe")]
)
def test_refused_file_is_explained_and_not_added(session, dataset, path, alice, content, name):
    answer = put(alice, path, content, file_name=name)
    assert answer.status_code == 422
    assert answer.text.endswith(".")
    assert "<" not in answer.text
    assert (stored(session), leftovers()) == ([], [])


def test_same_file_twice_is_refused(session, dataset, path, alice):
    put(alice, path)
    answer = put(alice, path)
    assert answer.status_code == 409
    assert "already" in answer.text
    assert len(stored(session)) == 1


def test_too_large_is_refused_before_and_while_reading(session, dataset, path, alice, monkeypatch):
    monkeypatch.setenv("WINNOW_UPLOAD_LIMIT", "50")
    get_settings.cache_clear()
    announced = put(alice, path)
    unannounced = put(alice, path, iter([LINES]))
    assert [announced.status_code, unannounced.status_code] == [413, 413]
    assert f"50{SPACE}bytes" in announced.text
    assert (stored(session), leftovers()) == ([], [])


def test_full_disk_is_refused_in_words(session, dataset, path, alice, monkeypatch):
    monkeypatch.setattr(blobs, "free_bytes", lambda: 10)
    assert put(alice, path).status_code == 507

    def full(self, chunk):
        raise NoSpace("The disk is full. Nothing was kept.")

    monkeypatch.undo()
    monkeypatch.setattr(blobs.Incoming, "write", full)
    answer = put(alice, path)
    assert (answer.status_code, answer.text) == (507, "The disk is full. Nothing was kept.")
    assert stored(session) == []


def test_file_names_lose_folders_and_invisible_characters(session, dataset, path, alice):
    put(alice, path, file_name="../../etc/\u202eanswers\x07.jsonl")
    assert stored(session)[0].file_name == "answers.jsonl"


def test_list_adds_up(session, dataset, path, alice):
    factories.make_corpus(session, dataset, "One", lines=10, accepted=7, refused=2, copies=1)
    factories.make_corpus(session, dataset, "Two", lines=5, accepted=5)
    page = alice.get(path).text
    assert (
        '<td class="num">15</td><td class="num">12</td><td class="num wide-only">2</td><td class="num wide-only">1</td>'
        in page
    )


def test_list_asks_the_same_number_of_questions_for_one_and_for_many(session, dataset, path, alice, queries):
    factories.make_corpus(session, dataset)
    alice.get(path)
    queries.clear()
    alice.get(path)
    one = len(queries)
    for _ in range(10):
        factories.make_corpus(session, dataset)
    session.flush()
    queries.clear()
    alice.get(path)
    assert len(queries) == one


def test_import_is_followed_until_it_ends(session, dataset, path, alice):
    address = put(alice, path).headers["location"]
    working = alice.htmx(address).text
    assert 'hx-trigger="every 2s"' in working
    assert "<html" not in working
    job = session.scalar(select(Job))
    job.state = JobState.SUCCEEDED
    corpus = stored(session)[0]
    corpus.state, corpus.lines, corpus.accepted = CorpusState.READY, 2, 2
    done = alice.htmx(address).text
    assert "hx-trigger" not in done
    assert "Go on to the recipe" in done


def test_failed_import_says_why_and_can_go_on(session, dataset, path, alice, bob):
    corpus = factories.make_corpus(
        session, dataset, state=CorpusState.FAILED, error="The file ends in line 8.", lines=7, accepted=7
    )
    page = alice.get(f"{path}/{corpus.id}").text
    assert "The file ends in line 8." in page
    assert "Read on from line 8" in page
    assert bob.post(f"{path}/{corpus.id}/import").status_code == 403
    assert alice.post(f"{path}/{corpus.id}/import").status_code == 303
    session.refresh(corpus)
    assert corpus.state is CorpusState.IMPORTING


def test_import_can_be_stopped(session, dataset, path, alice):
    address = put(alice, path).headers["location"]
    assert alice.post(f"{address}/stop").status_code == 303
    assert session.scalar(select(Job.state)) is JobState.CANCELLED


def test_corpus_of_another_dataset_is_not_there(session, dataset, path, alice):
    other = factories.make_corpus(session, factories.make_dataset(session))
    for page in ("", "/mapping", "/refused", "/refused.csv", "/refused.jsonl"):
        assert alice.get(f"{path}/{other.id}{page}").status_code == 404


class TestMapping:
    @pytest.fixture
    def address(self, path, alice) -> str:
        return put(alice, path, b"Frage,Antwort,Thema\nDarf ich?,Ja.,Schmerz\n", file_name="fragen.csv").headers[
            "location"
        ]

    def test_unknown_columns_wait_for_a_person(self, session, address, alice):
        assert stored(session)[0].state is CorpusState.UNMAPPED
        assert "Choose the columns" in alice.get(address).text
        page = alice.get(f"{address}/mapping").text
        assert "Darf ich?" in page
        assert "Which column is what?" in page

    def test_first_sample_is_shown_before_anything_is_read(self, session, address, alice):
        data = {"form": "instruction", "instruction.prompt": "Frage", "instruction.response": "Antwort", "do": "look"}
        answer = alice.post(f"{address}/mapping", data=data)
        assert answer.status_code == 200
        assert "The first sample" in answer.text
        assert stored(session)[0].state is CorpusState.UNMAPPED

    def test_missing_column_is_said_at_its_field(self, session, address, alice):
        answer = alice.post(
            f"{address}/mapping", data={"form": "instruction", "instruction.prompt": "Frage", "do": "import"}
        )
        assert answer.status_code == 422
        assert 'id="instruction-response-error"' in answer.text

    def test_chosen_columns_start_the_import(self, session, address, alice):
        data = {"form": "instruction", "instruction.prompt": "Frage", "instruction.response": "Antwort", "do": "import"}
        assert alice.post(f"{address}/mapping", data=data).headers["location"] == address
        corpus = stored(session)[0]
        assert corpus.mapping == {"form": "instruction", "fields": {"prompt": "Frage", "response": "Antwort"}}
        assert corpus.state is CorpusState.IMPORTING

    def test_only_an_admin_maps(self, address, lena, bob, charlie):
        assert [who.get(f"{address}/mapping").status_code for who in (lena, bob, charlie)] == [403, 403, 404]


def test_corpus_is_trusted_and_no_longer(session, dataset, alice, lena, bob, charlie):
    corpus = factories.make_corpus(session, dataset)
    path = f"/datasets/{dataset.id}/corpora/{corpus.id}"
    assert [who.post(f"{path}/trust").status_code for who in (lena, bob, charlie)] == [403, 403, 404]
    alice.post(f"{path}/trust", data={"trusted": "yes"})
    session.refresh(corpus)
    assert corpus.trusted
    assert "Trust it no longer" in alice.get(path).text
    alice.post(f"{path}/trust", data={"trusted": "no"})
    session.refresh(corpus)
    assert not corpus.trusted
    assert "Trust it no longer" not in alice.get(path).text
