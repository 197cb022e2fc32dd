"""Question and answer in two fields, under any of the names in use; OpenOrca's system_prompt included."""

from app.curation.shapes._fields import FieldShape


class QuestionAnswer(FieldShape):
    order = 60
    variants = (
        {"prompt": "question", "response": "answer"},
        {"prompt": "question", "response": "response"},
        {"prompt": "query", "response": "response"},
        {"prompt": "query", "response": "answer"},
        {"prompt": "Question", "response": "Answer"},
        {"prompt": "QUESTION", "response": "ANSWER"},
        {"prompt": "q", "response": "a"},
        {"prompt": "Q", "response": "A"},
    )
