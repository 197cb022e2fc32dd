"""Every rule of instruction data fires where it should, and not on what only looks like it."""

import pytest

from app.curation.batch import Batch
from app.curation.filter import filters
from app.curation.sample import Sample
from app.curation.verdict import judge
from tests.curation.samples import chat, instruction, text

STORY = "The town grew rich because it could sell salt to every village along the coast. " * 9
LIVE, DRAW = {"max_asks_for_live_data": 0}, {"max_asks_for_drawing": 0}


def asked(prompt: str, context: str = "") -> Sample:
    return instruction(prompt, "It depends on the season.", **({"context": context} if context else {}))


def said(response: str) -> Sample:
    return instruction("Please tell me all you know about the salt of the sea.", response)


def reasons(key: str, sample: Sample, **fields: object) -> set[str]:
    one = filters()[key].model_validate(fields)
    return {reason.rule for reason in judge(one.measure(Batch([sample])), one.limits()).get(0, [])}


FIRES: list[tuple[str, str, Sample, dict[str, object]]] = [
    ("placeholder", "answer_is_a_placeholder", said("N/A"), {}),
    ("placeholder", "answer_is_a_placeholder", said("No output required."), {}),
    ("placeholder", "no_input_note_left_in", asked("Name three animals.", "No input"), {}),
    ("refusal", "answer_declines", said("I’m sorry, but I can’t help you with that."), {}),
    ("refusal", "speaks_of_another_model", said("I was trained by OpenAI to be helpful."), {}),
    ("refusal", "speaks_of_another_model", said("Hello! I'm Claude, and I like salt."), {}),
    ("refusal", "speaks_of_another_model", said("This would be against Anthropic’s usage policies."), {}),
    ("refusal", "speaks_of_its_training", said("My knowledge cutoff is September 2021."), {}),
    ("request", "needs_the_internet", asked("Summarize this: https://example.org/salt"), {}),
    ("request", "picture_or_file_missing", asked("Describe the following painting."), {}),
    ("request", "text_or_data_missing", asked("Sort the following list."), {}),
    ("request", "asks_for_live_data", asked("Who is the current president of Peru?"), LIVE),
    ("request", "asks_for_live_data", asked("How is the weather in London?"), LIVE),
    ("request", "answer_shows_a_picture", said("![Salt](https://example.org/salt.png)"), {}),
    ("request", "asks_for_a_picture", asked("Design a logo for a salt mine."), DRAW),
    ("residue", "special_tokens", said("<think>Salt is white.</think> Salt. </think>"), {}),
    ("residue", "special_tokens", said("Salt is a mineral.</s>"), {}),
    ("residue", "unreadable_characters", said("Salt\x07"), {}),
    ("residue", "template_left_in_answer", said("Salt.\n### Response: Salt."), {}),
    ("residue", "several_records_in_one", said("Salt.\n##\n12. Instruction: Name a river."), {}),
    ("truncation", "text_breaks_off", said(STORY + "In the end they built a wall and a"), {}),
    ("truncation", "text_breaks_off", said("1. Dig; then rest.\n2. Wash the salt; then dry it.\n3."), {}),
    ("truncation", "text_breaks_off", said("They dig; they wash; they sell the white salt of the old mine to the"), {}),
    ("truncation", "code_block_not_closed", said("So:\n```\nsalt()\n"), {}),
    ("repetition", "sentence_repeats_in_a_row", said("Salt is white. " * 4), {}),
    ("repetition", "paragraph_repeats_often", said("Salt is white.\n\nSea is blue.\n\n" * 10), {}),
    ("echo", "answer_is_the_question", instruction("What is salt made of, then?", "What is salt made of, then?"), {}),
    ("encoding", "encoding_is_broken", said("It doesnâ€™t melt."), {}),
    ("encoding", "encoding_is_broken", said("Дорогие друзья, привет вам!".encode().decode("cp1251", "replace")), {}),
    ("markup", "unsafe_markup", said("Salt. <script>alert(1)</script>"), {}),
    ("markup", "unsafe_markup", said("[Salt](javascript:alert(1))"), {}),
    (
        "prompt_leak",
        "generator_instructions_left_in",
        said("You are asked to come up with a set of 20 diverse task instructions."),
        {},
    ),
    ("mismatch", "answer_in_another_language", said("Соль — это минерал, который люди едят."), {}),
    (
        "mismatch",
        "answer_in_another_language",
        said("Das Salz ist ein Mineral, das die Menschen seit sehr langer Zeit gewinnen und verkaufen."),
        {},
    ),
]

NEAR_MISSES: list[tuple[str, str, Sample, dict[str, object]]] = [
    ("placeholder", "answer_is_a_placeholder", said("None of the planets has salt."), {}),
    ("placeholder", "no_input_note_left_in", asked("What does 'no input' mean on a television?"), {}),
    ("refusal", "answer_declines", said("Plants cannot live on salt alone."), {}),
    ("refusal", "answer_declines", said(STORY + "I cannot answer that, said the king."), {}),
    ("refusal", "speaks_of_another_model", said("I am Claude Monet, and I paint the sea."), {}),
    ("refusal", "speaks_of_another_model", said("GPT-4 was trained by OpenAI."), {}),
    ("refusal", "speaks_of_its_training", said("My training as a nurse ended in 2021."), {}),
    ("request", "needs_the_internet", said("See https://example.org/salt"), {}),
    ("request", "picture_or_file_missing", asked("What is the price of this painting of the sea?"), {}),
    ("request", "text_or_data_missing", asked("Sort the following list.", "3, 1, 2"), {}),
    ("request", "text_or_data_missing", asked("Sort the following list: salt, pepper"), {}),
    ("request", "text_or_data_missing", asked("Reword the following sentence.Salt is white."), {}),
    ("request", "text_or_data_missing", asked("Write a function that sorts the given list."), {}),
    ("request", "asks_for_live_data", asked("What is the current flowing through a resistor?"), LIVE),
    ("request", "asks_for_live_data", asked("Write a program that shows the current weather."), LIVE),
    (
        "request",
        "answer_shows_a_picture",
        instruction("Show me Markdown for a link to a picture.", "![Salt](a.png)"),
        {},
    ),
    ("request", "asks_for_a_picture", asked("Draw a conclusion from the text."), DRAW),
    ("request", "asks_for_a_picture", asked("Create a character sketch of a miner."), DRAW),
    ("residue", "special_tokens", said("<think>Salt is white.</think> Salt."), {}),
    ("residue", "special_tokens", said("It was <s>cheap</s> dear."), {}),
    ("residue", "special_tokens", said("```\n<|im_end|>\n```"), {}),
    ("residue", "unreadable_characters", said("Salt\tand\r\npepper"), {}),
    ("residue", "template_left_in_answer", said("## Output\nNine."), {}),
    ("truncation", "text_breaks_off", said("salt, pepper and the sea"), {}),
    (
        "truncation",
        "text_breaks_off",
        said("x = 1; y = 2; print(x and y or the_end_of_the_program_is_here_and_the"),
        {},
    ),
    ("repetition", "sentence_repeats_in_a_row", said("x = 1. " * 7), {}),
    ("repetition", "paragraph_repeats_often", said("Row, row.\nMerrily on.\n\n" * 20), {}),
    ("repetition", "sentence_repeats_in_a_row", said("```\n" + "salt\n" * 9 + "```"), {}),
    ("echo", "answer_is_the_question", instruction("What is salt?", "What is salt?"), {}),
    ("encoding", "encoding_is_broken", said("Crème brûlée, naïve café, «sel», 盐, соль, ☕️ – 5 °C"), {}),
    ("markup", "unsafe_markup", instruction("Write HTML that greets.", "<script>alert(1)</script>"), {}),
    ("markup", "unsafe_markup", said("```\n<script>alert(1)</script>\n```"), {}),
    (
        "prompt_leak",
        "answer_gives_system_prompt_away",
        chat("Hi", "I will be brief.", system="You are a helpful assistant, be brief."),
        {},
    ),
    (
        "mismatch",
        "answer_in_another_language",
        instruction("Translate to Russian: salt is white", "Соль белая, как снег на вершине горы."),
        {},
    ),
    (
        "mismatch",
        "answer_in_another_language",
        instruction("Name the sea in full, 'Красное море у берегов Египта':", "Красное море у берегов Египта"),
        {},
    ),
    ("mismatch", "answer_in_another_language", text("Соль — это минерал."), {}),
]


def _name(case: object) -> str | None:
    return case if isinstance(case, str) else None


@pytest.mark.parametrize(("key", "reason", "sample", "fields"), FIRES, ids=_name)
def test_the_rule_fires(key: str, reason: str, sample: Sample, fields: dict[str, object]) -> None:
    assert reason in reasons(key, sample, **fields)


@pytest.mark.parametrize(("key", "reason", "sample", "fields"), NEAR_MISSES, ids=_name)
def test_a_near_miss_passes(key: str, reason: str, sample: Sample, fields: dict[str, object]) -> None:
    assert reason not in reasons(key, sample, **fields)


@pytest.mark.parametrize(("key", "reason", "sample", "fields"), FIRES, ids=_name)
def test_marked_words_are_in_the_sample(key: str, reason: str, sample: Sample, fields: dict[str, object]) -> None:
    for span in filters()[key]().spans(sample).get(reason, []):
        piece = sample.content[span.path[0]]
        assert 0 <= span.start < span.end <= len(piece)


@pytest.mark.parametrize(
    ("key", "reason", "response", "marked"),
    [
        ("refusal", "answer_declines", "  Well, I cannot answer that.", "I cannot answer"),
        ("residue", "special_tokens", "Salt.<|im_end|> More.", "<|im_end|>"),
        ("markup", "unsafe_markup", "See <iframe src=x> there", "<iframe src=x>"),
        ("encoding", "encoding_is_broken", "A cafÃ© here", "fÃ©"),
        ("truncation", "code_block_not_closed", "So:\n```\nsalt", "```"),
        ("repetition", "sentence_repeats_in_a_row", "Salt. Salt.", "Salt."),
    ],
)
def test_which_words_are_marked(key: str, reason: str, response: str, marked: str) -> None:
    (span,) = filters()[key]().spans(said(response))[reason]
    assert response[span.start : span.end] == marked
    assert span.path == ("response",)
