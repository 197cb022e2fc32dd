"""The prompts that every dataset begins with; whoever edits one makes a version of their own."""

from dataclasses import dataclass

from app.curation.generating.prompt import Words


@dataclass(frozen=True)
class Default:
    """A prompt as it ships."""

    name: str
    kind: str
    words: Words


_FOR_EXPERTS = "You help to make training data for a language model that will answer questions of professionals."

DEFAULTS = (
    Default(
        "Questions and answers",
        "questions",
        Words(
            f"{_FOR_EXPERTS} You write questions that such a person would really ask, and answers that are complete, "
            "correct and supported by the passage alone.",
            "Title: {title}\nSection: {heading}\n\n{passage}\n\n"
            "Write at most {number} questions with their answers in {language}.\n"
            "- Each question makes sense to somebody who has not read the passage: name what it is about, and never "
            "write “the passage”, “the text” or “the table above”.\n"
            "- Ask about what matters in practice: conditions, limits, doses, exceptions, deadlines, reasons. Leave out "
            "trivia such as page numbers and authors.\n"
            "- The questions differ in kind, and none is answered by another’s wording.\n"
            "- The answer stands for itself in whole sentences, with the numbers and units of the passage. It adds "
            "nothing that the passage does not say.\n"
            "- Write fewer, or none, if the passage does not hold enough.",
        ),
    ),
    Default(
        "Conversations",
        "conversations",
        Words(
            f"{_FOR_EXPERTS} You write conversations between a professional and a careful assistant.",
            "Title: {title}\nSection: {heading}\n\n{passage}\n\n"
            "Write at most {number} conversations in {language}, each of two to four questions with their answers.\n"
            "- Each later question follows from the answer before: it asks further, gives a case, or doubts.\n"
            "- The first question names what it is about. Nobody mentions “the passage” or “the text”.\n"
            "- All that the assistant says is supported by the passage. Where it does not answer a question, the "
            "assistant says what it cannot tell.",
        ),
    ),
    Default(
        "Summaries",
        "summaries",
        Words(
            f"{_FOR_EXPERTS} You summarise faithfully: what is certain stays certain, what is restricted stays restricted.",
            "Title: {title}\nSection: {heading}\n\n{passage}\n\n"
            "Write at most {number} summaries in {language}, each for another purpose, such as a busy colleague, a "
            "patient or client, or a list of what to do.\n"
            "- “instruction” is how a person would ask for this summary, with its purpose and length.\n"
            "- The summary keeps numbers, units, conditions and exceptions, adds nothing, and is clearly shorter than the "
            "passage.",
        ),
    ),
    Default(
        "Facts in a fixed form",
        "extractions",
        Words(
            f"{_FOR_EXPERTS} You extract facts exactly as they are written.",
            "Title: {title}\nSection: {heading}\n\n{passage}\n\n"
            "Find at most {number} groups of facts that belong together, such as the doses of a medicine or the parties "
            "and dates of a contract.\n"
            "- “instruction” is how a person would ask for this group, in {language}, naming the facts that are wanted.\n"
            "- Each fact has a short name and its value as it is written in the passage, with its unit.\n"
            "- Leave out what the passage does not say; never guess.",
        ),
    ),
    Default(
        "More like these examples",
        "from_examples",
        Words(
            f"{_FOR_EXPERTS} You write new examples of a task that is shown by a handful of good ones.",
            "These examples show the task:\n\n{examples}\n\n"
            "Write {number} new examples of the same task, in the language of the examples.\n"
            "- The same kind of question, length, tone and care; another situation each time.\n"
            "- Do not reword the examples, and do not write two that differ only in names or numbers.\n"
            "- Write only what you are certain of. Where a good answer says what is not known, so does yours.",
            (
                {
                    "question": "A colleague asks whether a wound that was closed 30 hours ago may be showered.",
                    "answer": "Replace this example with one of your own: a question that your experts are asked, "
                    "and the answer that they would sign.",
                },
                {
                    "question": "What must be written down when a contract is ended by mutual consent?",
                    "answer": "Replace this example too. Four to eight good ones are enough to show what you want.",
                },
            ),
        ),
    ),
)
