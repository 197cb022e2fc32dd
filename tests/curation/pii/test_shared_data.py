"""On texts that others wrote and labelled: nearly all is found, hardly anything else, and masks touch nothing else."""

from pathlib import Path

import orjson
import pytest

from app.curation.pii.detection import find, spans_of
from app.curation.pii.detector import kinds
from app.curation.pii.masking import edits, mask
from app.curation.pii.policy import PiiPolicy
from tests.curation.pii.test_masking import unmasked
from tests.curation.samples import text

FOLDER = Path(__file__).parents[3].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the shared test data at ../shared/data")
KINDS = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
}


@pytest.fixture(scope="module")
def records() -> list[dict[str, object]]:
    return [orjson.loads(line) for line in (FOLDER / "pii" / "pii_spans.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize("label", KINDS)
def test_labelled_data_is_found_to_the_character(records: list[dict[str, object]], label: str) -> None:
    kind = KINDS[label]
    gold = {
        (row, span["start_position"], span["end_position"])
        for row, record in enumerate(records)
        for span in record["spans"]  # type: ignore[attr-defined]
        if span["entity_type"] == label
    }
    texts = [str(record["full_text"]) for record in records]
    found = {(row, one.start, one.end) for row, some in spans_of(texts) for one in some if one.kind == kind}
    assert len(gold & found) >= 0.97 * len(gold), "recall"
    assert len(gold & found) >= 0.97 * len(found), "precision"


def test_masks_touch_nothing_but_what_was_found(records: list[dict[str, object]]) -> None:
    policy = PiiPolicy(actions=dict.fromkeys(kinds(), "mask"))
    for record in records:
        sample = text(str(record["full_text"]))
        found = find(sample)
        masked = mask(sample.content, found, policy, b"key")
        assert unmasked(masked, sample.content, list(edits(sample.content, found, policy, b"key"))) == sample.content
        assert not {one.value for one in found} & {one.value for one in find(text(masked["text"]))}


def test_mathematics_and_code_hold_hardly_any_personal_data() -> None:
    texts = [
        " ".join(map(str, orjson.loads(line).values()))
        for name in ("bench_gsm8k", "bench_humaneval")
        for path in sorted((FOLDER / name).glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    assert len(texts) > 8_000
    assert sum(len(spans) for _, spans in spans_of(texts)) <= 5
