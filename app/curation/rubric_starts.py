"""Ready-made rubrics to start from."""

from dataclasses import dataclass

from app.curation.sample import Json


@dataclass(frozen=True)
class Start:
    """A set of questions with a name and a sentence on what it is for."""

    title: str
    about: str
    questions: tuple[Json, ...]


ADVICE: Json = {
    "kind": "single",
    "key": "advice",
    "title": "Is the advice right?",
    "help": "Judge what a reader would do after reading it, not how it is written.",
    "options": ["Right", "Small error", "Harmful"],
}
SOURCE: Json = {
    "kind": "single",
    "key": "source",
    "title": "Does the source support it?",
    "help": "Every number, time and name must stand in the source or follow from it.",
    "options": ["Fully", "Partly", "No"],
}
FAULTS: Json = {
    "kind": "multi",
    "key": "faults",
    "title": "What is wrong with it?",
    "options": ["A fact", "A number or dose", "A missing warning", "The tone", "The layout"],
    "when": "advice",
    "when_is": ["Small error", "Harmful"],
}
HELPFUL: Json = {
    "kind": "rating",
    "key": "helpful",
    "title": "How helpful is the answer?",
    "low": 1,
    "high": 5,
    "low_name": "no help",
    "high_name": "all one could ask",
}
BETTER: Json = {
    "kind": "preference",
    "key": "better",
    "title": "Which answer is better?",
    "help": "Of two right answers, the one that you would rather give.",
    "first": "Upper answer",
    "second": "Lower answer",
    "on_reject": True,
}
STRENGTH: Json = {
    "kind": "rating",
    "key": "by_how_much",
    "title": "By how much?",
    "low": 1,
    "high": 3,
    "low_name": "hardly",
    "high_name": "clearly",
    "when": "better",
    "when_is": ["first", "second"],
}
EVERY_ANSWER: Json = {
    "kind": "single",
    "key": "turn",
    "title": "Is this answer good?",
    "options": ["Good", "Weak", "Wrong"],
    "per_turn": "assistant",
}
CLAIMS: Json = {
    "kind": "span",
    "key": "claims",
    "title": "Mark what is not right",
    "help": "Select the words, then choose a label. Leave it empty where all is well.",
    "options": ["Wrong", "Not in the source", "Personal detail"],
    "required": False,
}

EACH_CLAIM: Json = {
    "kind": "claims",
    "key": "sentences",
    "title": "What does the source say?",
    "help": "Of every sentence: whether the passage beside it says so, says otherwise, or does not speak of it.",
}

STARTS: dict[str, Start] = {
    "advice": Start(
        "Right and supported",
        "Is the advice right, does the source support it, and what is wrong?",
        (ADVICE, SOURCE, FAULTS),
    ),
    "helpful": Start("Helpfulness", "A rating from 1 to 5, as reward models are trained on.", (HELPFUL,)),
    "preference": Start(
        "Which of two is better",
        "For pairs of answers, as preference training reads them: which one, and by how much.",
        (BETTER, STRENGTH),
    ),
    "sentences": Start(
        "Each sentence against its source",
        "For samples made from documents: whether the passage supports each sentence of the answer.",
        (EACH_CLAIM,),
    ),
    "turns": Start(
        "Every answer of a conversation", "One judgement for each turn in which the model speaks.", (EVERY_ANSWER,)
    ),
    "claims": Start(
        "Words marked in the text", "Labels on the words that are wrong, unsupported or personal.", (CLAIMS,)
    ),
}
