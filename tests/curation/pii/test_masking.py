"""Masks replace what was found and nothing else, by pseudonyms that stay the same."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.curation.pii.detection import find
from app.curation.pii.detector import kinds
from app.curation.pii.masking import edits, mask, pseudonym
from app.curation.pii.policy import PiiPolicy
from app.curation.sample import Form, Sample, Source, turns
from tests.curation.samples import chat, instruction, preference, text

KEY = b"one key per dataset"
ALL = PiiPolicy(actions=dict.fromkeys(kinds(), "mask"))
SNIPPETS = [
    "bob@x.org",
    "+33 6 12 34 56 78",
    "4111 1111 1111 1111",
    "8.8.8.8",
    "😀",
    "é",
    "\n",
    "<EMAIL_aaaaaaaa>",
    "DNI 12345678Z",
]
SNIPPETS += ["https://a:b1c2d3@h.org/", "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1c7\n-----END PRIVATE KEY-----"]
TEXTS = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=4)), max_size=6).map(" ".join)
PARTS = st.lists(
    st.one_of(TEXTS.map(lambda text: {"type": "text", "text": text}), st.just({"type": "image_url", "image_url": "u"}))
)
SAMPLES = st.one_of(
    TEXTS.map(text),
    st.builds(instruction, TEXTS, TEXTS, context=TEXTS, system=TEXTS),
    st.lists(TEXTS, min_size=1, max_size=4).map(lambda some: chat(*some, system=some[0])),
    st.builds(preference, TEXTS, TEXTS, TEXTS),
    PARTS.map(lambda parts: messages({"role": "user", "content": parts}, {"role": "assistant", "content": None})),
)


def messages(*some: dict[str, Any]) -> Sample:
    return Sample(Form.CHAT, {"messages": list(some)}, Source("a.jsonl", 0))


def unmasked(masked: Any, original: Any, done: list[Any]) -> Any:
    """The masked content with every edit taken back, from left to right."""
    content = deepcopy(masked)
    for edit in sorted(done, key=lambda edit: edit.start):
        *way, last = edit.path
        here, there = content, original
        for step in way:
            here, there = here[step], there[step]
        behind = here[last][edit.start + len(edit.pseudonym) :]
        assert here[last][edit.start :].startswith(edit.pseudonym)
        here[last] = here[last][: edit.start] + there[last][edit.start : edit.end] + behind
    return content


@given(SAMPLES)
def test_taking_the_masks_back_gives_the_original(sample: Sample) -> None:
    before = deepcopy(sample.content)
    found = find(sample)
    masked = mask(sample.content, found, ALL, KEY)
    assert sample.content == before
    assert unmasked(masked, sample.content, list(edits(sample.content, found, ALL, KEY))) == sample.content


@given(SAMPLES)
def test_nothing_is_found_where_it_was_masked(sample: Sample) -> None:
    found = find(sample)
    masked = mask(sample.content, found, ALL, KEY)
    texts = [turn.text for turn in turns(sample.form, masked)]
    gone = {one.value for one in found if one.kind in {"email", "card", "link"}}
    assert not any(value in body for value in gone for body in texts)


def test_the_same_value_has_the_same_pseudonym_everywhere() -> None:
    sample = instruction("Is bob@x.org Bob?", "Yes: BOB@x.org. Call +1 415-382-4400 or +14153824400, not ann@x.org.")
    masked = mask(sample.content, find(sample), ALL, KEY)
    bob = pseudonym("email", "bob@x.org", KEY)
    phone = pseudonym("phone", "+1 415-382-4400", KEY)
    assert masked["prompt"] == f"Is {bob} Bob?"
    assert masked["response"] == f"Yes: {bob}. Call {phone} or {phone}, not {pseudonym('email', 'ann@x.org', KEY)}."
    assert bob == "<EMAIL_wexmm7hq>"
    assert pseudonym("email", "bob@x.org", b"another key") != bob


def test_a_finding_over_several_parts_is_masked_once() -> None:
    block = "-----BEGIN PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1c7", "-----END PRIVATE KEY----- ok"
    sample = messages({"role": "user", "content": [{"type": "text", "text": line} for line in block]})
    masked = mask(sample.content, find(sample), PiiPolicy(), KEY)
    first, second, third = (part["text"] for part in masked["messages"][0]["content"])
    assert first.startswith("<SECRET_")
    assert (second, third) == ("", " ok")


def test_only_kinds_that_the_policy_masks_are_masked() -> None:
    sample = text("bob@x.org, password = 'hunter2xY'")
    masked = mask(sample.content, find(sample), PiiPolicy(), KEY)
    assert masked["text"].startswith("bob@x.org, password = '<PASSWORD_")
