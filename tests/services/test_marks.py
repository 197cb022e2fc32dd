"""Which words a sample's page marks."""

from app.curation.filters.pii import Pii
from app.curation.measuring import measuring
from app.services.marks import MOST_OF_A_KIND, of_sample

REFUSAL = {"prompt": "May I swim?", "response": "As an AI language model I cannot swim. Ask ann@clinic.org."}


def test_only_failed_rules_are_marked():
    found = of_sample("instruction", REFUSAL, measuring(), ["speaks_of_another_model"])
    rules = [mark for mark in found if mark.about == "rule"]
    assert {mark.code for mark in rules} == {"speaks_of_another_model"}
    assert all(mark.path == ("response",) for mark in rules)
    assert [mark.about for mark in of_sample("instruction", REFUSAL, measuring(), [])] == ["person"]


def test_personal_data_is_marked_with_its_kind():
    (mark,) = of_sample("instruction", REFUSAL, measuring(), [])
    assert (mark.code, mark.title) == ("email", "E-mail address")
    assert REFUSAL["response"][mark.start : mark.end] == "ann@clinic.org"


def test_recipe_says_what_is_personal_and_what_is_replaced():
    allowed = measuring({"pii": Pii(allow=["ann@clinic.org"])})
    assert of_sample("instruction", REFUSAL, allowed, []) == []
    (mark,) = of_sample("instruction", REFUSAL, measuring({"pii": Pii(masked=["email"])}), ["too_much_personal_data"])
    assert mark.title == "E-mail address, replaced in releases"


def test_control_token_is_marked_and_not_the_words_before_it():
    content = {"prompt": "How many?", "response": "32 or 36.</s>"}
    (mark,) = of_sample("instruction", content, measuring(), ["special_tokens"])
    assert content["response"][mark.start : mark.end] == "</s>"


def test_a_kind_is_marked_so_many_times_and_no_more():
    text = " ".join(f"ann{number}@clinic.org" for number in range(2 * MOST_OF_A_KIND))
    assert len(of_sample("text", {"text": text}, measuring(), [])) == MOST_OF_A_KIND


def test_rule_that_is_gone_marks_nothing():
    assert of_sample("text", {"text": "Fine."}, measuring(), ["gone"]) == []
