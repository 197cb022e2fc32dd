"""Residue: tokens, template headings and further records that do not belong in the text."""

import re

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter

TOKENS = Measure("special_tokens", "Control tokens of chat templates in the text", "tokens")
HEADINGS = Measure("template_headings", "Headings of a prompt template in the answer", "headings")
RECORDS = Measure("merged_records", "Further records inside the answer", "records")
CONTROLS = Measure("control_characters", "Unreadable characters", "characters")

_TOKEN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|end|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|end_of_text|user"
    r"|assistant|system|endofprompt|pad)\|>|</s>|\[/?INST\]|<</?SYS>>"
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|<\uff5c[^\uff5c\n]{1,40}\uff5c>"
)
_HEADING = re.compile(
    r"^[ \t]*(?:#{2,}[ \t]*(?:Instructions?|Response|Input|Output|Human|Assistant|User|System|Question|Answer)\s*:?"
    r"|<?\|?(?:human|assistant|user)\|?>\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_RECORD = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?\d{1,3}[ \t]*[.)][ \t]*(?:Instruction|Task|Input|Output)[ \t]*:|^##[ \t]*$", re.MULTILINE
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffd\ue000-\uf8ff]")


class Residue(Filter):
    """What generators and templates leave behind: control tokens, headings, merged records, unreadable characters."""

    max_special_tokens: Bound = at_most(0, TOKENS, "special_tokens")
    max_template_headings: Bound = at_most(0, HEADINGS, "template_left_in_answer")
    max_merged_records: Bound = at_most(0, RECORDS, "several_records_in_one")
    max_control_characters: Bound = at_most(0, CONTROLS, "unreadable_characters")

    def measure(self, batch: Batch) -> dict[str, Array]:
        return {
            "special_tokens": each(_Count(_TOKEN), batch.texts),
            "template_headings": where(~batch.is_text, each(_Count(_HEADING), batch.replies)),
            "merged_records": where(~batch.is_text, each(_Count(_RECORD), batch.replies)),
            "control_characters": each(_Count(_CONTROL), batch.texts),
        }


class _Count:
    """Counts matches; a class so that one pattern stays one callable."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def __call__(self, text: str) -> int:
        return len(self.pattern.findall(text))
