"""What a question of a rubric is called, by its key."""

from collections.abc import Iterable

from app.models import Rubric


def title_of(rubrics: Iterable[Rubric], key: str) -> str:
    """Its title in the first of the rubrics that has it, else the key in words."""
    for rubric in rubrics:
        for question in rubric.questions:
            if isinstance(question, dict) and question.get("key") == key:
                found = question.get("title") or question.get("label")
                if found:
                    return str(found)
    return key.replace("_", " ").capitalize()
