"""Releases: composing in three steps, the gate and who lets what pass, the list, what changed, and the files."""

import io
import re
import tarfile
import zipfile
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import orjson
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from app.curation.rubrics.single import Single
from app.models import (
    Job,
    JobKind,
    JobState,
    Level,
    Release,
    ReleaseCheck,
    ReleaseFile,
    ReleaseFinding,
    ReleaseRow,
    ReleaseState,
    SampleState,
    User,
)
from app.services import blobs, rubrics, selections
from tests import factories

ROW = b'{"messages": []}\n'
PLAIN = {"format": "messages"}


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/releases"


def approve(session, dataset, **content):
    corpus = factories.make_corpus(session, dataset, "Clinic leaflets")
    contents = [content] if content else 1
    return factories.make_samples(session, corpus, contents, state=SampleState.APPROVED)


def stored(content: bytes) -> blobs.Stored:
    with blobs.incoming() as file:
        file.write(content)
        return file.keep()


def published(session, dataset, version=1, rows=(), **values) -> Release:
    """A published release of these samples, whose files are stored."""
    files = {"data/train.jsonl": stored(ROW), "manifest.json": stored(b'{"rows": 1}')}
    release = Release(
        dataset_id=dataset.id,
        version=version,
        format="messages",
        state=ReleaseState.PUBLISHED,
        sha256=files["manifest.json"].sha256,
        size=28,
        rows=1,
        composition={"format": "messages"},
        manifest={"rows": 1, "splits": {"train": 1}, "left_out": {"Only plain texts fit.": 2}, "corpora": []},
        **values,
    )
    factories._added(session, release)
    for name, one in files.items():
        is_data = name.startswith("data/")
        session.add(
            ReleaseFile(release_id=release.id, name=name, rows=1 if is_data else None, size=one.size, sha256=one.sha256)
        )
    for position, sample in enumerate(rows):
        session.add(ReleaseRow(release_id=release.id, sample_id=sample.id, position=position))
    session.flush()
    return release


def held(session, dataset) -> Release:
    """A release that waits, because of one row."""
    (sample,) = approve(session, dataset, prompt="May I <b>swim</b>?", response="Yes.")
    release = factories._added(
        session,
        Release(dataset_id=dataset.id, version=1, format="prompt_completion", state=ReleaseState.HELD,
                composition={"format": "prompt_completion"}),
    )  # fmt: skip
    session.add(ReleaseRow(release_id=release.id, sample_id=sample.id, position=0))
    session.add(ReleaseFinding(release_id=release.id, check="format", position=0, sample_id=sample.id, why="Too long."))
    session.add(
        ReleaseCheck(release_id=release.id, check="format", level=Level.BLOCK, words="1 row breaks a rule.", rows=1)
    )
    session.add(ReleaseCheck(release_id=release.id, check="benchmarks", level=Level.PASS, words="All is well."))
    session.flush()
    return release


def test_who_may_see_compose_let_pass_remove_and_download(session, dataset, path, alice, dora, lena, bob, charlie):
    approve(session, dataset)
    release = published(session, dataset)
    people = (alice, dora, lena, bob, charlie)
    for page in ("", f"/{release.id}", f"/{release.id}/files/data/train.jsonl", f"/{release.id}/whole.zip",
                 f"/{release.id}/whole.tar", f"/{release.id}/changes"):  # fmt: skip
        assert [who.get(path + page).status_code for who in people] == [200, 200, 200, 403, 404], page
    assert [who.get(f"{path}/new").status_code for who in people] == [200, 200, 403, 403, 404]
    for action in ("new", "selections", "keeping", f"{release.id}/let-pass", f"{release.id}/publish",
                   f"{release.id}/remove-files", f"{release.id}/write-again"):  # fmt: skip
        assert [who.post(f"{path}/{action}", data=PLAIN).status_code for who in (lena, bob, charlie)] == [403, 403, 404]
    assert "New release" not in lena.get(path).text
    assert "Remove the files" not in lena.get(f"{path}/{release.id}").text
    assert "Remove the files" in dora.get(f"{path}/{release.id}").text


def test_nothing_approved_says_what_comes_next(path, alice):
    assert "Nothing is approved yet" in alice.get(path).text
    assert "Nothing is approved yet" in alice.get(f"{path}/new").text
    answer = alice.post(f"{path}/new", data=PLAIN)
    assert answer.status_code == 409
    assert "there is nothing to release" in answer.text


def test_the_calm_default_is_everything_approved(session, dataset, path, alice):
    approve(session, dataset, prompt="May I <b>swim</b>?", response="Yes.")
    page = alice.get(f"{path}/new").text
    assert "Check and freeze 1 sample<" in page
    assert "That is everything approved" in page
    assert "May I &lt;b&gt;swim&lt;/b&gt;?" in page
    assert '<details class="fold choose">' in page
    other = alice.get(f"{path}/new?format=text").text
    assert "Only plain texts fit this format" in other


def test_composing_freezes_what_was_asked(session, dataset, path, alice, wakes):
    (sample,) = approve(session, dataset)
    answer = alice.post(
        f"{path}/new",
        data={
            "format": "prompt_completion", "corpora": [str(sample.corpus_id)], "score": "", "agreement": "80",
            "low_agreement": "weight", "decided_from": "2020-01-01", "most_cluster": "3", "budget": "50",
            "validation": "5", "test": "10", "seed": "7", "stratify_by": "corpus", "near": "65", "compression": "zstd",
            "shard_rows": "5000", "provenance": "true", "context_length": "4096", "allowed": ["MIT"], "floor": "40",
        },
    )  # fmt: skip
    assert answer.status_code == 409  # it was decided at no time, so the dates leave it out
    session.get_one(type(sample), sample.id).decided_at = sample.created_at
    session.flush()
    values = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', answer.text))
    assert (values["validation"], values["near"], values["decided_from"]) == ("5", "65", "2020-01-01")
    answer = alice.post(f"{path}/new", data={
        "format": "prompt_completion", "corpora": [str(sample.corpus_id)], "agreement": "80", "low_agreement": "weight",
        "decided_from": "2020-01-01", "most_cluster": "3", "budget": "50", "validation": "5", "test": "10",
        "seed": "7", "stratify_by": "corpus", "near": "65", "compression": "zstd", "shard_rows": "5000",
        "provenance": "true", "context_length": "4096", "allowed": ["MIT"], "floor": "40",
    })  # fmt: skip
    made = session.query(Release).one()
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path}/{made.id}"
    asked = made.composition
    assert asked["selection"]["min_agreement"] == 0.8
    assert asked["selection"]["low_agreement"] == "weight"
    assert asked["selection"]["caps"] == [{"by": "cluster", "most": 3}]
    assert (asked["splits"]["validation"], asked["splits"]["test"], asked["splits"]["seed"]) == (0.05, 0.1, 7)
    assert (asked["splits"]["threshold"], asked["splits"]["stratify_by"]) == (0.65, "corpus")
    assert asked["layout"] == {"compression": "zstd", "shard_rows": 5000, "provenance": True}
    assert (asked["gate"]["context_length"], asked["gate"]["licences"]) == (4096, ["MIT"])
    assert wakes
    again = alice.get(f"{path}/new?again={made.id}").text
    assert "Composed like release 1" in again
    for field in ('name="agreement" type="text" dir="auto" value="80"', 'value="4096"', 'value="5000"', 'value="65"'):
        assert field in again
    assert re.search(r'name="provenance" value="true" checked', again)


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"validation": "60", "test": "40"}, "test", "must leave something for training"),
        ({"validation": "many"}, "validation", "Enter a number, in digits."),
        ({"score": "101"}, "score", "Enter 100 or less."),
        ({"decided_from": "2026-02-02", "decided_until": "2026-02-01"}, "decided_until", "lies before the first one"),
        ({"decided_from": "soon"}, "decided_from", "Enter a day, such as"),
        ({"shard_rows": "5"}, "shard_rows", "Enter 1,000 or more."),
        ({"budget": "0"}, "budget", "Enter 1 or more."),
        ({"format": "docx"}, "format", "Choose one of the formats."),
        ({"most_label": "3"}, "most_label", "Choose the question"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_values_survive(session, dataset, path, alice, fields, name, words):
    approve(session, dataset)
    answer = alice.post(f"{path}/new", data={**PLAIN, "seed": "4711", **fields})
    assert answer.status_code == 422
    error = re.search(rf'id="{name}-error">([^<]+)<', answer.text)
    if error is None:  # a dataset without questions has no such field: then it stands above, with the count
        assert name == "most_label"
        assert words in unescape(answer.text)
    else:
        assert error is not None
        assert words in unescape(error.group(1))
    assert 'value="4711"' in answer.text
    assert session.query(Release).count() == 0


def test_counting_works_by_script_and_without(session, dataset, path, alice):
    first = approve(session, dataset)[0]
    second = factories.make_corpus(session, dataset, "Forum")
    factories.make_samples(session, second, 4, state=SampleState.APPROVED)
    query = f"{path}/new?format=messages&corpora={second.id}"
    whole, part = alice.get(query), alice.htmx(query)
    for answer in (whole, part):
        assert "Check and freeze 4 samples" in answer.text
        assert "from other corpora" in answer.text
        assert "−1" in answer.text
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert f'value="{second.id}" checked' in whole.text
    assert f'value="{first.corpus_id}" checked' not in whole.text
    assert 'formmethod="get"' in whole.text
    assert "cannot be counted" in alice.htmx(f"{path}/new?format=messages&score=a").text


@pytest.mark.parametrize("format", ["messages", "kto"])
def test_answers_to_questions_narrow_and_are_counted(session, dataset, path, alice, format):
    one, _two = (approve(session, dataset)[0] for _ in range(2))
    bob = factories.make_user(session, "Bob")
    factories.make_review(session, one, bob, answers={"safe": "yes"}, counted=True)
    rubrics.save(session, dataset, alice.user, [Single(key="safe", title="Is it safe?", options=("yes", "no"))], 0)
    page = alice.get(f"{path}/new?format={format}&label_safe=%22yes%22&stratify_by=label:safe")
    assert page.status_code == 200
    assert "Check and freeze 1 sample<" in page.text
    assert "with another answer to “Is it safe?”, or none" in page.text
    assert re.search(r'name="label_safe" value="&#34;yes&#34;" checked', page.text)
    made = alice.post(f"{path}/new", data={"format": format, "label_safe": ['"yes"'], "label": "safe", "most_label": "4"})
    assert made.status_code == 303
    asked = session.query(Release).one().composition["selection"]
    assert asked["labels"] == {"safe": ["yes"]}
    assert asked["caps"] == [{"by": "label:safe", "most": 4}]
    assert alice.post(f"{path}/new", data={"format": format, "label_safe": ["yes"]}).status_code == 422


def test_selections_are_kept_used_and_deleted(session, dataset, path, alice):
    (sample,) = approve(session, dataset)
    chosen = {**PLAIN, "corpora": [str(sample.corpus_id)], "validation": "12", "name": "Leaflets only"}
    kept = alice.post(f"{path}/selections", data=chosen)
    assert kept.status_code == 303
    (saved,) = selections.of(session, dataset.id)
    assert (saved.name, saved.selection["corpora"]) == ("Leaflets only", [sample.corpus_id])
    number = saved.id
    where = urlsplit(kept.headers["location"])
    assert parse_qs(where.query)["validation"] == ["12"]
    assert "in use" in alice.get(kept.headers["location"]).text
    used = alice.get(f"{path}/new?format=text&validation=33&corpora=999&selection={saved.id}").text
    assert f'value="{sample.corpus_id}" checked' in used
    assert 'value="33"' in used
    assert 'value="text" checked' in used
    nameless = alice.post(f"{path}/selections", data={**chosen, "name": " "})
    assert nameless.status_code == 422
    assert "Give the selection a name" in nameless.text
    gone = alice.post(f"{path}/selections/{saved.id}/delete", data={**PLAIN, "validation": "12"})
    assert gone.status_code == 303
    assert "validation=12" in gone.headers["location"]
    assert selections.of(session, dataset.id) == []
    assert alice.get(f"{path}/new?selection={number}").status_code == 404


def test_a_release_follows_its_work(session, dataset, path, alice):
    approve(session, dataset)
    place = alice.post(f"{path}/new", data=PLAIN).headers["location"]
    for page in (place, path):
        part = alice.htmx(page).text
        assert 'hx-trigger="every 2s"' in part
        assert "<html" not in part
        assert "Download" not in part
        assert "Being checked" in part


def test_a_failed_release_says_why_and_what_to_do(session, dataset, path, alice):
    approve(session, dataset)
    job = Job(kind=JobKind.RELEASE, dataset_id=dataset.id, state=JobState.FAILED, error="The disk is full.")
    release = Release(dataset_id=dataset.id, version=1, format="messages", state=ReleaseState.FAILED,
                      job_id=factories._added(session, job).id)  # fmt: skip
    factories._added(session, release)
    page = alice.get(f"{path}/{release.id}").text
    assert "The disk is full." in page
    assert f"new?again={release.id}" in page
    assert "hx-trigger" not in page
    assert "Not finished" in alice.get(path).text


def test_a_held_release_passes_by_name_and_reason_only(session, dataset, path, dora, lena):
    release = held(session, dataset)
    place = f"{path}/{release.id}"
    page = dora.get(place).text
    assert "1\u00a0check holds this release back" in page
    assert "1 row breaks a rule." in page
    assert page.index("Format") < page.index("All is well.")  # what blocks comes first
    assert "Publish</button>" not in page
    assert dora.post(f"{place}/publish").status_code == 409
    refused = dora.post(f"{place}/let-pass", data={"check": "format", "because": "  "})
    assert refused.status_code == 422
    assert 'id="because-format-error"' in refused.text
    assert dora.post(f"{place}/let-pass", data={"check": "benchmarks", "because": "Why not"}).status_code == 409
    assert dora.post(f"{place}/let-pass", data={"check": "format", "because": "<Seen> by us"}).status_code == 303
    check = session.get_one(ReleaseCheck, (release.id, "format"))
    assert session.get_one(User, check.overridden_by).name == "Dora"
    assert (check.overridden_because, check.overridden_at is not None) == ("<Seen> by us", True)
    page = dora.get(place).text
    assert "&lt;Seen&gt; by us" in page
    assert ">Dora<" in page
    assert "Publish</button>" in page
    told = lena.get(place).text
    assert "An admin of this dataset can publish it." in told
    assert "Publish</button>" not in told
    assert dora.post(f"{place}/publish").status_code == 303
    session.expire_all()
    assert session.get_one(Release, release.id).state is ReleaseState.WRITING


def test_findings_lead_to_their_samples(session, dataset, path, lena):
    release = held(session, dataset)
    page = lena.get(f"{path}/{release.id}/checks/format").text
    assert "May I &lt;b&gt;swim&lt;/b&gt;?" in page
    assert "Too long." in page
    assert re.search(rf'href="/datasets/{dataset.id}/samples/\d+"', page)
    assert f"{path}/{release.id}/checks/format" in lena.get(f"{path}/{release.id}").text
    assert "No row to look at" in lena.get(f"{path}/{release.id}/checks/benchmarks").text
    assert lena.get(f"{path}/{release.id}/checks/nonsense").status_code == 404


def test_findings_come_page_by_page(session, dataset, path, lena):
    release = held(session, dataset)
    corpus = factories.make_corpus(session, dataset, "Forum")
    for place, sample in enumerate(factories.make_samples(session, corpus, 60, state=SampleState.APPROVED), 1):
        session.add(
            ReleaseFinding(
                release_id=release.id, check="format", position=place, sample_id=sample.id, why=f"No {place}."
            )
        )
    here = f"{path}/{release.id}/checks/format"
    first = lena.get(here).text
    following = re.search(r'href="([^"]+\?after=\d+)"', first).group(1)
    second = lena.get(following).text
    seen = re.findall(r"No (\d+)\.", first) + re.findall(r"No (\d+)\.", second)
    assert seen == [str(number) for number in range(1, 61)]
    assert "Next page" not in second


def test_single_files_are_given_byte_for_byte_under_a_safe_name(session, dataset, path, alice):
    dataset.name = 'Ärzte "quoted"/../x'
    release = published(session, dataset)
    answer = alice.get(f"{path}/{release.id}/files/data/train.jsonl")
    assert answer.content == ROW
    header = answer.headers["content-disposition"]
    assert header.startswith("attachment; filename=")
    assert "/" not in header.partition("filename*=")[0]
    assert orjson.loads(alice.get(f"{path}/{release.id}/files/manifest.json").content) == {"rows": 1}


@pytest.mark.parametrize(
    "name",
    ["../manifest.json", "..%2fmanifest.json", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "data/../manifest.json",
     "data/train.jsonl/", "data%00", "", "." * 300, "data\\train.jsonl"],
)  # fmt: skip
def test_no_path_is_made_of_a_name(session, dataset, path, alice, name):
    release = published(session, dataset)
    for written in (name, quote(name, safe="")):
        answer = alice.get(f"{path}/{release.id}/files/{written}")
        is_its_own = answer.status_code == 200 and answer.content == b'{"rows": 1}' and written == "data/../manifest.json"
        assert answer.status_code in (400, 404) or is_its_own  # the browser itself resolves the dots there


def test_the_whole_is_one_archive_named_after_dataset_and_version(session, dataset, path, alice):
    release = published(session, dataset, version=3)
    answer = alice.get(f"{path}/{release.id}/whole.zip")
    assert 'filename="primary-care-answers-v3-messages.zip"' in answer.headers["content-disposition"]
    folder = "primary-care-answers-v3-messages"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"{folder}/data/train.jsonl", f"{folder}/manifest.json"]
        assert archive.read(f"{folder}/data/train.jsonl") == ROW
    tar = alice.get(f"{path}/{release.id}/whole.tar")
    with tarfile.open(fileobj=io.BytesIO(tar.content)) as archive:
        assert archive.getnames() == [f"{folder}/data/train.jsonl", f"{folder}/manifest.json"]
    assert alice.get(f"{path}/{release.id}/whole.zip").content == answer.content


def test_a_published_release_says_what_it_holds_and_how_to_verify_it(session, dataset, path, lena):
    release = published(session, dataset)
    page = lena.get(f"{path}/{release.id}").text
    assert release.sha256 in page
    assert "Only plain texts fit." in page
    assert "winnow verify primary-care-answers-v1-messages.zip --key RW" in page
    for file in session.query(ReleaseFile).filter_by(release_id=release.id):
        assert file.sha256 in page


def test_removed_files_are_told_plainly_and_can_be_written_again(session, dataset, path, dora):
    release = published(session, dataset)
    place = f"{path}/{release.id}"
    assert dora.post(f"{place}/remove-files").status_code == 303
    for page in ("files/manifest.json", "whole.zip", "whole.tar"):
        answer = dora.get(f"{place}/{page}")
        assert answer.status_code == 404
        assert "were removed to make room" in unescape(answer.text)
        assert "can write them again" in answer.text
    page = dora.get(place).text
    assert "Write the files again" in page
    assert "whole.zip" not in page
    assert release.sha256 in page
    assert "Files removed" in dora.get(path).text
    assert dora.post(f"{place}/remove-files").status_code == 409
    assert dora.post(f"{place}/write-again").status_code == 303
    assert "Being written" in dora.get(place).text


def test_the_rule_for_old_files_is_kept(session, dataset, path, dora):
    published(session, dataset)
    assert dora.post(f"{path}/keeping", data={"newest": "3", "days": ""}).status_code == 303
    session.expire_all()
    assert (dataset.keep_releases, dataset.keep_days) == (3, None)
    assert 'value="3"' in dora.get(path).text
    refused = dora.post(f"{path}/keeping", data={"newest": "0"})
    assert refused.status_code == 422
    assert "Enter 1 or more." in refused.text
    assert dora.post(f"{path}/keeping", data={"newest": "", "days": ""}).status_code == 303
    session.expire_all()
    assert dataset.keep_releases is None


def test_what_changed_between_two_releases(session, dataset, path, lena):
    corpus = factories.make_corpus(session, dataset, "Clinic leaflets")
    one, two, three = factories.make_samples(session, corpus, 3, state=SampleState.APPROVED)
    published(session, dataset, 1, [one, two])
    two.state = SampleState.REJECTED
    new = published(session, dataset, 2, [one, three])
    page = lena.get(f"{path}/{new.id}/changes").text
    assert "From release 1 to 2" in page
    assert "It was rejected" in page
    assert page.count("<li>") >= 2
    came = lena.get(f"{path}/{new.id}/changes?since=1&kind=came").text
    assert f"/samples/{three.id}" in came
    assert f"/samples/{two.id}" not in came
    assert "What changed" in lena.get(path).text
    assert lena.get(f"{path}/{new.id}/changes?since=9").status_code == 404


def test_a_release_of_another_dataset_or_without_files_is_not_there(session, dataset, path, alice):
    other = published(session, factories.make_dataset(session))
    unfinished = factories._added(session, Release(dataset_id=dataset.id, version=1, format="messages"))
    for page in ("", "/changes", "/checks/format", "/whole.zip", "/files/manifest.json"):
        assert alice.get(f"{path}/{other.id}{page}").status_code == 404
    for page in ("/whole.zip", "/whole.tar", "/files/manifest.json"):
        assert alice.get(f"{path}/{unfinished.id}{page}").status_code == 404
    for action in ("publish", "remove-files", "write-again"):
        assert alice.post(f"{path}/{other.id}/{action}").status_code == 404


def test_a_tokenizer_is_uploaded_chosen_and_deleted(session, dataset, path, dora, lena):
    approve(session, dataset)
    words = Tokenizer(WordLevel({"[UNK]": 0, "Yes": 1}, unk_token="[UNK]")).to_str().encode()
    upload = {"files": {"file": ("tokenizer.json", words)}, "data": {"name": "our-model"}}
    assert lena.post(f"{path}/tokenizers", **upload).status_code == 403
    assert dora.post(f"{path}/tokenizers", **upload).status_code == 303
    assert "our-model" in dora.get(f"{path}/tokenizers").text
    assert '<option value="our-model"' in dora.get(f"{path}/new").text
    chosen = {**PLAIN, "tokenizer": "our-model", "context_length": "4096"}
    assert dora.post(f"{path}/new", data=chosen).status_code == 303
    wrong = dora.post(f"{path}/tokenizers", files={"file": ("tokenizer.json", b"{}")})
    assert wrong.status_code == 422
    assert "Nothing was kept." in wrong.text
    assert dora.post(f"{path}/tokenizers/delete", data={"name": "our-model"}).status_code == 303
    refused = dora.post(f"{path}/new", data=chosen)
    assert refused.status_code == 422
    assert 'id="tokenizer-error"' in refused.text
