"""Real and hostile files of others: the shapes found in them, and that nothing is lost or raised."""

import json
from collections import Counter
from pathlib import Path

import pytest

from app.curation.readers import FileRefused, NeedsMapping, Reading
from app.curation.readers._package import formats
from app.curation.sample import Refusal, Sample
from app.curation.shapes import restore

FOUND = {
    "sft_formats/alpaca_en_demo.json": ("alpaca", 999),
    "sft_formats/alpaca_zh_demo.json": ("alpaca", 1000),
    "sft_formats/identity.json": ("alpaca", 91),
    "sft_formats/dpo_en_demo.json": ("preference", 300),
    "sft_formats/glaive_toolcall_en_demo.json": ("sharegpt", 300),
    "sft_formats/fastchat_dummy_conversation.json": ("sharegpt", 500),
    "sft_formats/reason_tool_use_demo_50.jsonl": ("openai_messages", 50),
    "sft_formats/v1_sft_demo.jsonl": ("openai_messages", 500),
    "alpaca/alpaca.jsonl": ("alpaca", 26001),
    "codealpaca/code_alpaca_2k.json": ("alpaca", 2017),
    "dolly_alpagasus/dolly_3k.jsonl": ("alpaca", 2996),
    "faq_covid/faq_200327.tsv": ("question_answer", 896),
    "faq_covid/faq_covidbert.csv": ("question_answer", 213),
    "faq_medical/icliniqQAs.json": ("question_answer", 465),
    "t0_templates/t0_templates.jsonl": ("prompt_completion", 935),
    "bench_gsm8k/train.jsonl": ("question_answer", 7473),
    "neardup_plagiarism/documents.jsonl": ("plain_text", 100),
}


def records_of(path: Path) -> list[object]:
    if path.suffix == ".json":
        return list(json.loads(path.read_text()))
    return [json.loads(line) for line in path.open()]


@pytest.mark.parametrize("name", FOUND)
def test_every_record_of_a_sound_set_is_read_and_comes_back(shared: Path, name: str) -> None:
    reading = Reading(shared / name)
    found = list(reading)
    assert (reading.preview.shape, len(found)) == FOUND[name]
    assert all(isinstance(sample, Sample) for sample in found)
    if name.endswith(("json", "jsonl")):
        assert [restore(sample) for sample in found if isinstance(sample, Sample)] == records_of(shared / name)


def test_offsets_lead_back_to_the_record(shared: Path) -> None:
    path = shared / "codealpaca" / "code_alpaca_2k.json"
    content = path.read_bytes()
    for sample in list(Reading(path))[::97]:
        assert isinstance(sample, Sample)
        value, _ = json.JSONDecoder().raw_decode(content[sample.source.offset :].decode())
        assert value == restore(sample)
        assert sample.source.line == content[: sample.source.offset].count(b"\n") + 1


@pytest.mark.parametrize("name", ["self_instruct/seed_tasks.jsonl", "multilingual_alpaca_zh/alpaca_zh_en.jsonl"])
def test_sets_of_their_own_shape_ask_for_a_mapping(shared: Path, name: str) -> None:
    with pytest.raises(NeedsMapping) as needed:
        Reading(shared / name)
    assert {"instances.0.output", "zh.output"} & set(needed.value.columns)


def test_a_slack_export_is_accounted_for(shared: Path) -> None:
    """The archive as a whole is one document, whose conversations are samples with the passage that they stand in."""
    found = list(Reading(shared / "chat" / "slack_export_testarchive.zip"))
    codes = Counter(item.code if isinstance(item, Refusal) else "ok" for item in found)
    assert codes == {"ok": 38}
    assert all(isinstance(one, Sample) and one.passage and one.passage.document.format == "slack" for one in found)


def test_hostile_files_end_in_items_or_a_clear_refusal(shared: Path) -> None:
    files = [
        path for folder in ("bad_text", "bad_binary") for path in sorted((shared / folder).rglob("*")) if path.is_file()
    ]
    outcomes = Counter(
        outcome(path) for path in files if formats(path.name.removesuffix(".gz")) or path.suffix == ".zip"
    )
    assert sum(outcomes.values()) > 340
    assert set(outcomes) == {"items", "refused", "mapping"}


def outcome(path: Path) -> str:
    try:
        return "items" if list(Reading(path)) else "nothing"
    except FileRefused as refused:
        return "refused" if refused.message.endswith(".") else "no sentence"
    except NeedsMapping as needed:
        return "mapping" if needed.columns else "no columns"
