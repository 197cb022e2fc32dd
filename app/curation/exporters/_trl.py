"""What TRL asks of prompts and answers in its conversational form.

Sources: huggingface.co/docs/trl/dataset_formats (types and columns) and `trl.data_utils.apply_chat_template`, which raises
where a prompt's last message is by nobody whom an answer can follow.
"""

from collections.abc import Iterator

from app.curation.conversation import ASKING
from app.curation.exporters import _plain
from app.curation.sample import Json


def faults(row: Json, answers: tuple[str, ...]) -> Iterator[str]:
    """Of the prompt and of each answer to it."""
    yield from _plain.faults("prompt", row.get("prompt"))
    if _plain.role_at(row.get("prompt"), -1) not in (*ASKING, ""):
        yield "The prompt must end with a question, or with a tool's answer."
    for name in answers:
        yield from _plain.faults(name, row.get(name))
        if _plain.role_at(row.get(name), 0) not in ("assistant", ""):
            yield f"“{name}” must be by the assistant."
