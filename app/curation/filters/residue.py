"""Residue: tokens, template headings and further records that do not belong in the text."""

import re
from collections.abc import Callable, Iterator

import numpy as np

from app.curation.batch import Array, Batch, Content, among, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.kernels.controls import unreadable_characters
from app.curation.spans import everywhere, in_answers, matches
from app.curation.text import without_code
from app.curation.texts import Texts

TOKENS = Measure("special_tokens", "Control tokens of chat templates in the text", "tokens")
HEADINGS = Measure("template_headings", "Headings of a prompt template in the answer", "headings")
RECORDS = Measure("merged_records", "Further records inside the answer", "records")
CONTROLS = Measure("control_characters", "Unreadable characters", "characters")

_TOKEN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|end|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|end_of_text|user"
    r"|assistant|system|endofprompt|pad)\|>|\[/?INST\]|<</?SYS>>|^(?:(?!<s>|`).)*</s>"
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|<\uff5c[^\uff5c\n]{1,40}\uff5c>|</?(?:think|thinking|answer)>",
    re.MULTILINE,
)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>|<answer>(?:(?!<answer>).)*</answer>", re.DOTALL)
_HEADING = re.compile(
    r"^[ \t]*(?:#{3,}[ \t]*(?:Input|Output)\s*:?|#{2,}[ \t]*(?:Instructions?|Response|Human|Assistant|User|System|"
    r"Question|Answer)\s*:?"
    r"|<?\|?(?:human|assistant|user)\|?>\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_RECORD = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?\d{1,3}[ \t]*[.)][ \t]*(?:Instruction|Task|Input|Output)[ \t]*:|^##[ \t]*$", re.MULTILINE
)
_SIGNS = Cue("<|", "</s>", "[inst]", "[/inst]", "<<sys>>", "<</sys>>", "_of_turn>", "<bos>", "<eos>", "<pad>", "<unk>", "<｜",
    "think>", "thinking>", "answer>")  # fmt: skip
_TITLES = Cue("##", "human>:", "human|>:", "assistant>:", "assistant|>:", "user>:", "user|>:", "> :")
_NUMBERED = Cue("instruction", "task", "input", "output", "##")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffd\ue000-\uf8ff]")


class Residue(Filter):
    """What generators and templates leave behind: control tokens, headings, merged records, unreadable characters."""

    version = 2

    max_special_tokens: Bound = at_most(0, TOKENS, "special_tokens")
    max_template_headings: Bound = at_most(0, HEADINGS, "template_left_in_answer")
    max_merged_records: Bound = at_most(0, RECORDS, "several_records_in_one")
    max_control_characters: Bound = at_most(0, CONTROLS, "unreadable_characters")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked, said = ~batch.is_text, batch.reply_cues
        signs = [_SIGNS.among(seen) for seen in (batch.prompt_cues, said)]
        return {
            "special_tokens": among(signs[0], _tokens, batch.prompts) + among(signs[1], _tokens, batch.answers),
            "template_headings": where(asked, among(asked & _TITLES.among(said), _count(_HEADING), batch.replies)),
            "merged_records": where(asked, among(asked & _NUMBERED.among(said), _count(_RECORD), batch.replies)),
            "control_characters": _unreadable(batch.prompt_bytes) + _unreadable(batch.answer_bytes),
        }

    def spans(self, sample: Content) -> Spans:
        return {
            "special_tokens": everywhere(sample, _token_places),
            "template_left_in_answer": in_answers(sample, matches(_HEADING)),
            "several_records_in_one": in_answers(sample, matches(_RECORD)),
            "unreadable_characters": everywhere(sample, matches(_CONTROL)),
        }


def _token_places(text: str) -> Iterator[tuple[int, int]]:
    """The tokens alone: one pattern also holds the line before an end mark that nothing opened."""
    for match in _TOKEN.finditer(text):
        yield (match.end() - len("</s>") if match[0].endswith("</s>") else match.start()), match.end()


def _tokens(text: str) -> int:
    """Control tokens outside code. Thoughts before the answer, and an answer between its tags, are meant to be there."""
    return len(_TOKEN.findall(_THOUGHT.sub("", without_code(text))))


def _unreadable(texts: Texts) -> Array:
    return unreadable_characters(texts.data, texts.offsets).astype(np.float64)


def _count(pattern: re.Pattern[str]) -> Callable[[str], int]:
    return lambda text: len(pattern.findall(text))
