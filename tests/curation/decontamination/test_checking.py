"""Which samples count as contaminated, which are suspects, and which are neither."""

import pytest

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Contamination, Decontamination, Findings, Index, Suspect
from app.curation.sample import Sample, turns
from tests.curation.samples import chat, instruction, preference, text

QUESTION = (
    "A farmer sells seventeen baskets of apples on Monday and twice as many on Tuesday. "
    "Each basket holds forty apples. How many apples were sold on both days together?"
)
LONG = "The museum opened its northern wing in spring. " * 3


def index(*questions: str, **more: str) -> Index:
    return Index.of([Benchmark.of("math", [(str(at), {"question": one, **more}) for at, one in enumerate(questions)])])


def inspect(sample: Sample, *questions: str, **settings: object) -> Findings:
    return index(*(questions or (QUESTION,))).inspect(Batch([sample]), Decontamination(**settings))  # type: ignore[arg-type]


def only(sample: Sample, *questions: str, **settings: object) -> Contamination:
    (found,) = inspect(sample, *questions, **settings).contaminations
    return found


def marked(sample: Sample, found: Contamination | Suspect) -> str:
    (words,) = [turn.text for turn in turns(sample.form, sample.content) if turn.path == found.span.path]
    return words[found.span.start : found.span.end]


@pytest.mark.parametrize(
    "same", [QUESTION, QUESTION.upper(), QUESTION.replace(" ", "\n "), f"«{QUESTION.replace('.', ' —')}»"]
)
def test_a_turn_that_is_a_question_is_exact_whatever_its_case_and_punctuation(same: str) -> None:
    sample = instruction(same, "2040")
    found = only(sample)
    assert (found.benchmark, found.item, found.tier, found.score) == ("math", "0", "exact", 1.0)
    assert found.span.path == ("prompt",)


def test_spaces_do_not_count() -> None:
    assert (
        only(
            instruction("Howmanylegshave three black spiders together?"),
            "How many legs have three blackspiders together",
        ).tier
        == "exact"
    )


def test_a_question_within_a_text_is_contained_and_its_place_named() -> None:
    sample = text(f"{LONG}\n\n{QUESTION}\n\n{LONG}")
    found = only(sample)
    assert found.tier == "contained"
    assert marked(sample, found) == QUESTION.rstrip("?")


@pytest.mark.parametrize(
    ("sample", "path"),
    [
        (chat("Hello", "Yes?", QUESTION, "2040"), ("messages", 2, "content")),
        (preference(f"Please: {QUESTION}", "2040", "none"), ("messages", 0, "content")),
        (instruction("Say it again", QUESTION), ("response",)),
        (instruction("Solve this task.", "2040", context=f"Task: {QUESTION}"), ("context",)),
    ],
)
def test_the_turn_is_named(sample: Sample, path: tuple[str | int, ...]) -> None:
    found = only(sample)
    assert found.span.path == path
    assert marked(sample, found).startswith("A farmer sells")


def test_prompt_and_context_are_one_question() -> None:
    first, second = QUESTION[:82], QUESTION[83:]
    found = only(instruction(first, "2040", context=second))
    assert (found.tier, found.span.path, found.span.end) == ("exact", ("prompt",), len(first))


def test_a_long_shared_sequence_is_an_overlap() -> None:
    sample = text(QUESTION.replace("farmer", "grocer").replace("seventeen", "three") + LONG)
    found = only(sample, exact=False, min_coverage=1)
    assert found.tier == "overlap"
    assert 0.3 <= found.score < 1
    assert marked(sample, found).startswith("baskets of apples on Monday")


def test_many_shorter_sequences_cover_a_question() -> None:
    said = QUESTION.split(" ")
    pieces = [" ".join(said[at : at + 9]) for at in (0, 9, 18)]
    assert only(text(f" {LONG} ".join(pieces))).tier == "coverage"


def test_a_long_sequence_that_is_little_of_the_question_is_only_suspect() -> None:
    quotation = "It was the best of times, it was the worst of times, it was the age of wisdom"
    question = f"{quotation}. {LONG.replace('museum', 'author')} {QUESTION}"
    sample = text(f"The novel begins: {quotation}. {' '.join(map(str, range(80)))}")
    found = inspect(sample, question, paraphrases=False)
    assert found.contaminations == []
    assert [(one.tier, one.score < 0.3) for one in found.suspects] == [("overlap", True)]
    assert marked(sample, found.suspects[0]) == quotation


def test_an_answer_alone_is_only_suspect() -> None:
    answer = "She counted fifty one baskets and multiplied them by forty which gives two thousand and forty apples"
    found = index(QUESTION, answer=answer).inspect(Batch([text(answer)]), Decontamination(paraphrases=False))
    assert (found.contaminations, [one.tier for one in found.suspects]) == ([], ["overlap"])


@pytest.mark.parametrize("question", ["Yes", "What is it?", "How do you do that?", "", "?!"])
def test_questions_that_say_little_match_nothing(question: str) -> None:
    samples = [instruction(question or "x", question or "x"), text(f"{question} {question} {LONG}")]
    found = index(question or "x").inspect(Batch(samples), Decontamination(paraphrases=False))
    assert found == Findings([], [])


def test_a_short_question_counts_as_a_whole_turn_but_not_within_a_text() -> None:
    question = "What is the capital of Mongolia?"
    found = index(question).check(Batch([instruction(question), text(f"{LONG} {question} {LONG}")]))
    assert [one.row for one in found] == [0]


def test_common_words_in_a_row_are_no_overlap() -> None:
    asked = "What is it that you would do for them?"
    told = asked.replace("do", "carry upstairs")
    for question, count in ((asked, 0), (told, 1)):
        sample = text(f"{LONG} {question} {LONG}")
        assert len(index(question).check(Batch([sample]))) == count


def test_a_benchmarks_template_does_not_count() -> None:
    template = (
        "Please choose the one correct answer to the following question and give nothing but its letter in reply:"
    )
    questions = [f"{template} {subject} number {at}" for at, subject in enumerate(["rivers flow", "birds sing"] * 40)]
    sample = text(f"{template} why do leaves fall in autumn")
    assert index(*questions).inspect(Batch([sample]), Decontamination(paraphrases=False)) == Findings([], [])
    assert index(questions[0]).check(Batch([sample])) != []


def test_sequences_that_many_samples_share_do_not_count() -> None:
    changed = text(QUESTION.replace("farmer", "grocer") + LONG)
    ours, corpus = index(QUESTION), Batch([changed] * 11)
    tally = ours.tally(corpus)
    assert tally.max() == 11
    assert len(ours.check(corpus)) == 11
    assert ours.check(corpus, Decontamination(), tally) == []
    assert len(ours.check(corpus, Decontamination(max_documents=11), tally)) == 11
    assert len(ours.check(Batch([text(QUESTION)] * 11), Decontamination(), tally)) == 11, "whole questions always count"


def test_each_tier_can_be_switched_off() -> None:
    changed = text(QUESTION.replace("farmer", "grocer"))
    assert inspect(changed, overlaps=False, paraphrases=False) == Findings([], [])
    assert inspect(instruction(QUESTION), exact=False).contaminations[0].tier == "overlap"
    assert inspect(instruction(QUESTION), exact=False, overlaps=False, paraphrases=False) == Findings([], [])


def test_a_rephrased_question_is_a_suspect_and_never_a_contamination() -> None:
    others = ["Which river crosses most countries of Europe?", "Name the parts of a flower and what they do."]
    sample = text(
        "Seventeen apple baskets get sold by one farmer Monday, on Tuesday double. With forty apples per basket, what is the total of apples he sold?"
    )
    found = inspect(sample, *others, QUESTION)
    assert found.contaminations == []
    assert [(one.item, one.tier) for one in found.suspects] == [("2", "paraphrase")]


def test_renamed_code_is_a_suspect() -> None:
    asked = 'def has_close_elements(numbers, threshold):\n    """Check if any two numbers are closer than threshold."""'
    renamed = "// check whether two of the numbers are closer than the threshold\nfunction closeElements(numberList, threshold) {}"
    found = inspect(text(renamed), asked, "def is_prime(n):", "def reverse_string(text):")
    assert [one.item for one in found.suspects] == ["0"]


def test_other_scripts_are_compared_by_their_characters() -> None:
    question = "法国大革命是从哪一年开始的，它对欧洲各国的政治制度产生了哪些影响？"
    assert only(text(f"历史课笔记。{question}请回答。"), question).tier == "contained"
    arabic = "ما هي الأسباب الرئيسية التي أدت إلى اندلاع الثورة الفرنسية في نهاية القرن الثامن عشر"
    sample = text(f"سؤال: {arabic}؟")
    assert marked(sample, only(sample, arabic)) == arabic


def test_accents_and_composition_do_not_hide_a_question() -> None:
    question = "Où se trouve la célèbre cathédrale gothique détruite par un incendie en été"
    apart = question.replace("é", "e\u0301")
    sample = text(f"Ｑ½ {LONG} {apart} ?")
    assert marked(sample, only(sample, question)) == apart


def test_benchmarks_that_share_an_item_are_both_named() -> None:
    one, other = (Benchmark.of(name, [("7", {"question": QUESTION})]) for name in ("one", "other"))
    found = Index.of([one, other]).check(Batch([instruction(QUESTION)]))
    assert [(hit.benchmark, hit.item) for hit in found] == [("one", "7"), ("other", "7")]


def test_items_that_are_equal_are_all_named() -> None:
    assert [found.item for found in index(QUESTION, QUESTION).check(Batch([text(QUESTION)]))] == ["0", "1"]


@pytest.mark.parametrize(
    "benchmarks", [[], [Benchmark("empty", ())], [Benchmark.of("blank", [("0", {"text": "..."})])]]
)
def test_nothing_is_found_where_there_is_nothing_to_find(benchmarks: list[Benchmark]) -> None:
    ours = Index.of(benchmarks)
    assert ours.inspect(Batch([text(QUESTION), text(""), chat("", "")])) == Findings([], [])
    assert ours.inspect(Batch([])) == Findings([], [])
    assert ours.tally(Batch([text(QUESTION)])).sum() == 0


def test_a_text_that_repeats_itself_costs_no_more_than_its_length() -> None:
    found = index("word " * 5_000, QUESTION).inspect(
        Batch([text("word " * 20_000)]), Decontamination(paraphrases=False)
    )
    assert len(found.contaminations) + len(found.suspects) <= 1
