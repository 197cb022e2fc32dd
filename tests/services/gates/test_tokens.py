"""Length: rows that do not fit are found, with a tokenizer.json, a packaged encoding, and an estimate that says so."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from app import db
from app.curation.releasing import token_counts
from app.curation.releasing.token_counts import PER_MESSAGE, PER_ROW
from app.models import Dataset, JobState
from app.models import Tokenizer as Stored
from app.services import blobs, jobs, tokenizers
from app.services.errors import Invalid, NotFound
from tests.services.gates.gating import gate, more, planted

AROUND = 2 * PER_MESSAGE + PER_ROW


def file(tmp_path: Path) -> Path:
    """A tokenizer of words, told to cut texts at five of them and to fill shorter ones up."""
    made = Tokenizer(WordLevel({"word": 0, "[UNK]": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.enable_truncation(5)
    made.enable_padding(length=50)
    path = tmp_path / "tokenizer.json"
    made.save(str(path))
    return path


def upload(dataset_id: int, path: Path, name: str = "our model") -> Stored:
    with db.transaction() as session:
        return tokenizers.add(session, session.get_one(Dataset, dataset_id), name, blobs.keep(path))


def words(number: int, first: int = 0) -> dict[str, str]:
    """A question of one word, and an answer of so many."""
    return {"prompt": f"q{first}", "response": " ".join(["word"] * number)}


def test_rows_that_do_not_fit_hold_the_release(tmp_path: Path) -> None:
    dataset_id, _ = planted([words(10, n) for n in range(10)])
    bad = more(dataset_id, [words(100, 98), words(88, 99)])
    stored = upload(dataset_id, file(tmp_path))
    found = gate(dataset_id, "prompt_completion", gate={"context_length": 100, "tokenizer": "our model"})

    assert found.told("tokens") == ("block", 2, "2 rows are longer than 100 tokens of our model.")
    assert found.findings["tokens"] == [
        (bad[0], f"It has {101 + AROUND} tokens; 100 fit."),
        (bad[1], f"It has {89 + AROUND} tokens; 100 fit."),
    ]
    facts = found.checks["tokens"].facts
    assert facts["total"] == 10 * (11 + AROUND) + 101 + 89 + 2 * AROUND
    assert facts["percentiles"] == {"50": 11 + AROUND, "90": 89 + AROUND, "99": 101 + AROUND, "100": 101 + AROUND}
    assert facts["histogram"] == [{"up_to": 32, "rows": 10}, {"up_to": 128, "rows": 2}]
    assert (facts["tokenizer"], facts["tokenizer_sha256"], facts["over"]) == ("our model", stored.sha256, 2)


def test_a_row_that_just_fits_passes(tmp_path: Path) -> None:
    dataset_id, _ = planted([words(100 - AROUND - 1)])
    upload(dataset_id, file(tmp_path))
    found = gate(dataset_id, "prompt_completion", gate={"context_length": 100, "tokenizer": "our model"})
    assert found.told("tokens") == ("pass", 0, "Every row fits into 100 tokens of our model; the longest has 100.")


def test_without_a_limit_tokens_are_only_counted(tmp_path: Path) -> None:
    dataset_id, _ = planted([words(500)])
    upload(dataset_id, file(tmp_path))
    level, rows, said = gate(dataset_id, "prompt_completion", gate={"tokenizer": "our model"}).told("tokens")
    assert (level, rows) == ("pass", 0)
    assert said.startswith(f"{501 + AROUND} tokens of our model in all")


def test_an_estimate_says_that_it_is_one() -> None:
    dataset_id, _ = planted([words(100)])
    found = gate(dataset_id, "prompt_completion", gate={"context_length": 50, "tokenizer": "estimate"})
    level, rows, said = found.told("tokens")
    assert (level, rows) == ("block", 1)
    assert "estimate" in said
    assert found.checks["tokens"].facts["is_estimate"] is True
    assert found.checks["tokens"].facts["total"] == 1 + -(-499 // 4) + AROUND


def test_a_packaged_encoding_needs_no_net() -> None:
    pytest.importorskip("bpe_openai")
    dataset_id, _ = planted([{"prompt": "hello world", "response": "tiktoken is great! <|endoftext|>"}])
    found = gate(dataset_id, "prompt_completion", gate={"context_length": 16, "tokenizer": "cl100k_base"})
    said = found.checks["tokens"]
    assert said.words == "1 row is longer than 16 tokens of cl100k_base."
    assert said.facts["total"] == 2 + 12 + AROUND  # a sign of the encoding, in somebody's text, is only text


@pytest.mark.parametrize(("length", "told"), [(0, 0), (1024, 1024), (1025, 1026), (2048, 2048), (2049, 2052), (70_001, 70_016)])
def test_tallied_lengths_are_rounded_up_by_a_thousandth_at_most(length: int, told: int) -> None:
    assert token_counts.rounded(length) == told


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    dataset_id, _ = planted(1)
    wrong = tmp_path / "tokenizer.json"
    wrong.write_text('{"model": 7}')
    with pytest.raises(Invalid, match="not a tokenizer"):
        upload(dataset_id, wrong)


@pytest.mark.parametrize("name", [" ", "o200k_base", "x" * 81])
def test_a_name_is_needed_that_is_not_taken(tmp_path: Path, name: str) -> None:
    dataset_id, _ = planted(1)
    with pytest.raises(Invalid):
        upload(dataset_id, file(tmp_path), name)


def test_a_second_file_of_one_name_takes_the_place_of_the_first(tmp_path: Path) -> None:
    dataset_id, _ = planted(1)
    upload(dataset_id, file(tmp_path))
    upload(dataset_id, file(tmp_path), "our model.json")
    with db.transaction() as session:
        assert [one.name for one in tokenizers.of(session, dataset_id)] == ["our model"]
        tokenizers.remove(session, session.get_one(Dataset, dataset_id), "our model")
        assert not tokenizers.of(session, dataset_id)
        with pytest.raises(NotFound):
            tokenizers.remove(session, session.get_one(Dataset, dataset_id), "our model")


def test_a_composition_with_an_unknown_tokenizer_is_refused(tmp_path: Path) -> None:
    dataset_id, _ = planted(1)
    other, _ = planted(1)
    upload(other, file(tmp_path))
    with pytest.raises(Invalid, match="Upload"):
        gate(dataset_id, gate={"tokenizer": "our model"})


def test_a_tokenizer_that_is_gone_ends_the_checking_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = planted(1)
    monkeypatch.setattr(tokenizers, "check", lambda *_: None)
    with pytest.raises(AssertionError):
        gate(dataset_id, gate={"tokenizer": "gone"})
    with db.transaction() as session:
        (job,) = session.query(jobs.Job).filter_by(dataset_id=dataset_id).all()
    assert job.state is JobState.FAILED
    assert "“gone” is not here any more" in str(job.error)
