"""Checks of single rows: each catches the fault that was planted for it, and lets the rest pass."""

import orjson
import pytest
from sqlalchemy import text

from app import db
from app.curation.recipe import Recipe
from app.curation.sample import Form
from app.models import Dataset, Run
from app.services import recipes
from tests import factories
from tests.services.gates.gating import gate, more, planted

KEY = "ghp_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW1xYz"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{'MIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo' * 4}\n-----END RSA PRIVATE KEY-----"


def answered(response: str, prompt: str = "How do I begin?") -> dict[str, str]:
    return {"prompt": prompt, "response": response}


def with_recipe(dataset_id: int, **pii: object) -> None:
    with db.transaction() as session:
        recipe = Recipe.model_validate({"filters": {"pii": pii}})
        version = recipes.save(session, session.get_one(Dataset, dataset_id), recipe, None)
        session.add(Run(dataset_id=dataset_id, recipe_version_id=version.id, published=True))


@pytest.mark.parametrize("secret", [KEY, PEM], ids=["token", "private key"])
def test_a_key_in_an_answer_holds_the_release(secret: str) -> None:
    dataset_id, _ = planted(8)
    (bad,) = more(dataset_id, [answered(f"Use this: {secret}")])
    found = gate(dataset_id)

    assert found.told("secrets")[:2] == ("block", 1)
    assert found.findings["secrets"] == [(bad, "It holds a key, a token or a private key.")]
    assert found.checks["secrets"].facts == {"secrets": 1}


def called(arguments: dict[str, str]) -> dict[str, object]:
    function = {"name": "send", "arguments": orjson.dumps(arguments).decode()}
    calls = [{"id": "call_1", "type": "function", "function": function}]
    said = [{"role": "user", "content": "Send it."}, {"role": "assistant", "content": "I do.", "tool_calls": calls}]
    tool = {"type": "function", "function": {"name": "send", "description": "Sends.", "parameters": {"type": "object"}}}
    return {"messages": said, "tools": [tool]}


def test_a_key_in_a_tool_call_holds_the_release() -> None:
    dataset_id, _ = planted(8, Form.CHAT)
    (bad,) = more(dataset_id, [called({"token": KEY})], Form.CHAT)
    assert [sample for sample, _ in gate(dataset_id).findings["secrets"]] == [bad]


def test_without_a_key_nothing_is_held() -> None:
    dataset_id, _ = planted(8)
    assert gate(dataset_id).told("secrets")[:2] == ("pass", 0)


def test_personal_data_are_counted_by_kind_and_never_quoted() -> None:
    dataset_id, _ = planted(8)
    bad = more(dataset_id, [answered("Write to anna.berg@example.org or to jo@example.org."), answered("jo@example.org")])
    found = gate(dataset_id)

    assert found.told("privacy")[:2] == ("warn", 2)
    assert found.checks["privacy"].facts == {"kinds": {"email": 3}}
    assert [sample for sample, _ in found.findings["privacy"]] == bad
    assert "@" not in str(found.findings) + str([one.words for one in found.checks.values()])


def test_what_the_recipe_masks_is_masked_and_passes() -> None:
    dataset_id, _ = planted(8)
    more(dataset_id, [answered("Write to anna.berg@example.org.")])
    with_recipe(dataset_id, masked=["email"])
    assert gate(dataset_id).told("privacy")[0] == "pass"


def test_a_masked_kind_where_no_mask_reaches_holds_the_release() -> None:
    dataset_id, _ = planted(8, Form.CHAT)
    (bad,) = more(dataset_id, [called({"to": "anna.berg@example.org"})], Form.CHAT)
    with_recipe(dataset_id, masked=["email"])
    found = gate(dataset_id)

    assert found.told("privacy")[:2] == ("block", 1)
    assert found.findings["privacy"][0][0] == bad
    assert "though the recipe masks" in found.findings["privacy"][0][1]


def test_more_of_a_kind_than_the_recipe_lets_pass_holds_the_release_unless_a_person_kept_it() -> None:
    dataset_id, _ = planted(8)
    (bad,) = more(dataset_id, [answered("a@example.org and b@example.org")])
    with_recipe(dataset_id, max_email=1)
    assert gate(dataset_id).told("privacy")[:2] == ("block", 1)

    with db.transaction() as session:
        session.execute(text("UPDATE samples SET overruled_at = now() WHERE id = :id"), {"id": bad})
    assert gate(dataset_id).told("privacy")[:2] == ("warn", 1)


def test_kinds_that_the_recipe_ignores_are_not_looked_for() -> None:
    dataset_id, _ = planted(8)
    more(dataset_id, [answered("a@example.org")])
    with_recipe(dataset_id, ignored=["email"])
    assert gate(dataset_id).told("privacy")[0] == "pass"


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (" \n", "empty_answer"),
        ("N/A", "answer_is_a_placeholder"),
        ("Das ist ein schÃ¶ner Tag fÃ¼r CafÃ©s.", "encoding_is_broken"),
        ("Rest.<|im_end|>", "special_tokens"),
        ("Rest.\n\n### Response:\nAnd drink.", "template_left_in_answer"),
    ],
)
def test_a_damaged_answer_is_pointed_at(response: str, fault: str) -> None:
    dataset_id, _ = planted(8)
    (bad,) = more(dataset_id, [answered(response)])
    found = gate(dataset_id, "prompt_completion" if response.strip() else "alpaca")
    if found.checks["damage"].rows == 0 and not response.strip():
        assert "format" in found.findings  # the format leaves it out before
        return
    assert found.told("damage")[:2] == ("warn", 1)
    assert found.findings["damage"][0][0] == bad
    assert fault in found.checks["damage"].facts["faults"]


def test_whole_answers_are_not_called_damaged() -> None:
    dataset_id, _ = planted(8)
    assert gate(dataset_id).told("damage") == ("pass", 0, "No answer is empty, and no text looks damaged.")


def test_an_edit_counts_as_it_leaves() -> None:
    dataset_id, samples = planted(8)
    with db.transaction() as session:
        expert = factories.make_user(session)
        session.execute(
            text("""
                WITH made AS (INSERT INTO revisions (sample_id, content, author_id) VALUES (:sample, :content, :expert)
                    RETURNING id) UPDATE samples SET revision_id = made.id FROM made WHERE samples.id = :sample
            """),
            {"sample": samples[2], "content": orjson.dumps(answered(f"Take {KEY}.")).decode(), "expert": expert.id},
        )
    assert [sample for sample, _ in gate(dataset_id).findings["secrets"]] == [samples[2]]
