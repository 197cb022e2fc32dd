"""Question and answer in two fields, under any of the names in use; OpenOrca's system_prompt included."""

from app.curation.sample import Json
from app.curation.shapes._fields import FieldShape, Names

_BODIES = ("question_text", "question_body", "question_details", "question_description")
"""What the asker wrote below the question's title, on pages where people ask doctors and lawyers."""


class QuestionAnswer(FieldShape):
    """A question's body is context: the answer speaks of what is told there."""

    order = 60
    variants = (
        {"prompt": "question", "response": "answer"},
        {"prompt": "question", "response": "response"},
        {"prompt": "query", "response": "response"},
        {"prompt": "query", "response": "answer"},
        {"prompt": "Question", "response": "Answer"},
        {"prompt": "QUESTION", "response": "ANSWER"},
        {"prompt": "Questions", "response": "Answers"},
        {"prompt": "q", "response": "a"},
        {"prompt": "Q", "response": "A"},
        {"prompt": "question", "response": "answer_text"},
        {"prompt": "question", "response": "answer_html"},
    )

    def _names(self, record: Json) -> Names:
        names = super()._names(record)
        body = next((key for key in _BODIES if key in record and _says_something(record[key])), None)
        return names if body is None or body in names.values() else names | {"context": body}


def _says_something(value: object) -> bool:
    return type(value) is str and not value.isspace() and value != ""
