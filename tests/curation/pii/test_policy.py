"""A policy says which findings count and what becomes of them."""

import pytest
from pydantic import ValidationError

from app.curation.batch import Batch
from app.curation.filters.pii import Pii
from app.curation.pii.detection import find
from app.curation.pii.policy import PiiPolicy
from app.curation.verdict import judge
from tests.curation.samples import chat, instruction, text

SIX = text("a1@x.org a2@x.org a3@x.org a4@x.org a5@x.org a6@x.org")


def values(policy: PiiPolicy, body: str) -> list[str]:
    return [one.value for one in policy.find(text(body))]


def test_findings_say_where_they_stand() -> None:
    sample = chat("é bob@x.org", "86.121.97.248 it is", system="Call +14153824400")
    assert [(one.kind, one.field, one.start, one.end) for one in find(sample)] == [
        ("phone", "messages.0.content", 5, 17),
        ("email", "messages.1.content", 2, 11),
        ("ip", "messages.2.content", 0, 13),
    ]
    assert "bob@x.org" not in repr(find(sample)), "findings may be logged, what was found may not"


def test_by_default_certain_findings_are_flagged_and_secrets_masked() -> None:
    policy = PiiPolicy()
    assert [policy.action(kind) for kind in ("email", "secret", "password", "link", "private_ip")] == [
        "flag", "mask", "mask", "mask", "ignore",
    ]  # fmt: skip
    assert values(policy, "127.0.0.1 and 86.121.97.248") == ["86.121.97.248"]


def test_allowed_values_do_not_count() -> None:
    body = "info@x.org, INFO@x.org, bob@y.org, +1 415-382-4400"
    assert values(PiiPolicy(allow=["info@x.org", "+14153824400"]), body) == ["bob@y.org"]
    assert values(PiiPolicy(allow_patterns=[r".*@y\.org", r"(?i)info@.*"]), body) == ["+1 415-382-4400"]


def test_words_before_a_number_can_exempt_it() -> None:
    body = "Model 415-382-4400 or call 415-382-4400"
    assert len(values(PiiPolicy(not_after=["model"]), body)) == 1
    assert len(values(PiiPolicy(not_after=["del"]), body)) == 2


def test_uncertain_findings_can_be_left_out() -> None:
    assert values(PiiPolicy(min_score=0.9), "06 12 34 56 78 bob@x.org") == ["bob@x.org"]


@pytest.mark.parametrize(
    "fields",
    [{"actions": {"nose": "mask"}}, {"allow_patterns": ["("]}, {"further": ["nose"]}],
)
def test_what_a_policy_cannot_mean_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"there is no|no regular expression"):
        PiiPolicy.model_validate(fields)


def test_the_filter_counts_by_kind_and_in_all() -> None:
    batch = Batch([SIX, instruction("bob@x.org", "127.0.0.1 86.121.97.248"), text("Nothing here.")])
    found = Pii().measure(batch)
    assert found["pii_email"].tolist() == [6, 1, 0]
    assert found["pii_ip"].tolist() == [0, 1, 0]
    assert found["pii_spans"].tolist() == [6, 2, 0]
    assert all(value != value for value in found["pii_person"]), "nobody looks for names here"
    assert all(value != value for value in found["pii_private_ip"])


def reasons(one: Pii, *texts: str) -> dict[int, list[str]]:
    found = judge(one.measure(Batch([text(body) for body in texts])), one.limits())
    return {row: [reason.rule for reason in some] for row, some in found.items()}


def test_dolma_drops_samples_with_more_than_five() -> None:
    six = " ".join(f"a{number}@x.org" for number in range(6))
    assert reasons(Pii(), six, "bob@x.org") == {0: ["too_much_personal_data"]}


def test_a_kind_can_have_a_bound_of_its_own() -> None:
    assert reasons(Pii(max_email=0), "bob@x.org", "DNS 8.8.8.8") == {0: ["too_much_email"]}


def test_what_is_masked_stands_in_the_policy_and_costs_no_new_pass() -> None:
    one = Pii(masked=["email"])
    assert (one.policy.action("email"), one.policy.action("phone")) == ("mask", "flag")
    assert one.fingerprint() == Pii().fingerprint()


def test_settings_change_the_fingerprint_and_bounds_do_not() -> None:
    assert Pii().fingerprint() == Pii(max_personal_data=1).fingerprint()
    assert Pii().fingerprint() != Pii(allow=["info@x.org"]).fingerprint()


def test_the_filter_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="there is no kind nose"):
        Pii(ignored=["nose"])
