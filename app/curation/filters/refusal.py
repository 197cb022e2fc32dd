"""Refusals: answers that decline, speak of the model that wrote them, or of the end of its knowledge."""

import re
from collections.abc import Iterator

from app.curation.batch import Array, Batch, Content, among, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.spans import in_answers, matches

REFUSALS = Measure("refusal", "The answer declines to answer", kind="flag")
IDENTITY = Measure("model_identity", "The answer speaks of the model that wrote it", "times")
CUTOFF = Measure("knowledge_cutoff", "The answer names the end of the model's knowledge", "times")

OPENING = 300
"""Characters in which a refusal must stand: later on "I cannot" is part of a story or a letter."""

_ABLE = (
    r"(?:cannot|can't|can not|could not|couldn't|am unable to|'m unable to|am not able to|'m not able to|"
    r"won't|will not)"
)
_DEED = (
    r"(?:\s+\w+ly)?\s+(?:answer|assist|help (?:you )?with|"
    r"provide|complete|fulfil?l?|generate|create|process|comply|perform"
    r"|do that|access|view|see|browse|open|display|draw|produce|write|offer|give|engage|respond|translate|discuss)\b"
)
_REFUSAL = re.compile(
    rf"\b(?:I|I am sorry,? but I|we) ?{_ABLE}{_DEED}"
    r"|^\W*(?:I'm|I am|we are|we're)? ?(?:very |really )?(?:sorry|afraid)\b[^.\n]{0,40}\b(?:but|that)?[^.\n]{0,20}"
    rf"\bI\W?(?:m|am)? ?(?:{_ABLE}|don't|do not)"
    r"|^\W*(?:this|that|the) (?:task|request|instruction|question|prompt)s?\b[^.\n]{0,30}\b(?:cannot|can't|can not) be"
    r"|^\W*(?:cannot|unable to|not able to) (?:answer|complete|comply|be completed|be answered|"
    r"process|provide|perform)\b"
    r"|\bcannot (?:complete|fulfil?l?) this (?:task|request|instruction)\b"
    r"|\bcannot be (?:fulfilled|completed|done) by a\b"
    r"|^\W*(?:sorry,? )?(?:as|being) an? (?:AI|artificial intelligence|(?:large )?language model|virtual assistant)\b"
    r"[^\n]{0,80}"
    r"\b(?:cannot|can't|unable|not able|do not|don't|am not)\b",
    re.IGNORECASE,
)
_PROVIDERS = (
    r"(?:Open ?AI|Anthropic|Google(?: AI| DeepMind)?|DeepMind|Meta(?: AI)?|Microsoft|Mistral(?: AI)?|Alibaba(?: Cloud)?"
    r"|Tongyi(?: Lab)?|Cohere|DeepSeek|xAI|Baidu|Zhipu(?: AI)?|Moonshot(?: AI)?|Amazon|EleutherAI|Hugging ?Face|LMSYS)"
)
_MODELS = (
    r"(?:ChatGPT|GPT-?\d(?:\.\d|o)?|GPT|Claude|Gemini|Bard|LLaMA|Qwen|Mistral|Grok|DeepSeek|PaLM|Open ?Assistant|Vicuna"
    r"|Alpaca|Command R|Copilot|ERNIE|Kimi|Tongyi Qianwen)"
)
_MADE = r"(?:trained|developed|created|built|made|designed|owned|powered|provided)"
_IDENTITY = re.compile(
    r"\bas an? (?:AI|artificial intelligence)(?: (?:language )?(?:model|assistant|system|chatbot))?\b,? I\b"
    r"|\bas an? (?:large )?language model\b"
    r"|\bI(?:'m| am) (?:just |only )?an? (?:AI|artificial intelligence|(?:large )?language model|"
    r"chatbot|virtual assistant)\b"
    rf"|\b(?:I(?:'m| am)|my name is|call me|this is) {_MODELS}\b(?!(?-i: [A-Z]))(?=[,.!;:\n]| an?\b| and\b| from\b|$)"
    rf"|\bas {_MODELS}, (?:I|my)\b"
    rf"|\bI (?:was|am|have been) {_MADE} by (?:a team at |researchers at )?{_PROVIDERS}\b"
    rf"|\b(?:AI|language|chat) ?(?:model|assistant|bot) (?:that was )?{_MADE} by {_PROVIDERS}\b"
    rf"|\b{_PROVIDERS} (?:trained|developed|created|built|made|designed) me\b"
    rf"|\bmy (?:creators?|developers?) (?:at|is|are|,) ?{_PROVIDERS}\b"
    rf"|\b{_PROVIDERS}'s (?:content |usage |use[- ]case |safety )?(?:polic(?:y|ies)|guidelines)\b"
    r"|\bI do not have (?:personal (?:opinions|beliefs|experiences|feelings|preferences)|feelings|emotions|opinions)"
    r"|\bI don't have (?:personal (?:opinions|beliefs|experiences|feelings|preferences)|feelings or)",
    re.IGNORECASE,
)
_CUTOFF = re.compile(
    r"\b(?:my|the model's) (?:knowledge|training)(?: data)? (?:cut-?\s?off|(?:only )?(?:goes|extends|is current|ends))"
    r"|\bknowledge cut-?\s?off\b(?: date)?(?=[^.\n]{0,30}\b(?:20\d\d|my|I)\b)"
    r"|\bas of my (?:last|latest|most recent|current|knowledge|training)\b"
    r"(?: (?:knowledge|training))?(?: (?:update|cut-?\s?off|data))?"
    r"|\b(?:up to|until) my (?:last|latest|most recent) (?:knowledge |training )?(?:update|cut-?\s?off)"
    r"|\bI (?:do not|don't) have (?:access to )?(?:real-?time|up-to-date|current|live) (?:data|information)",
    re.IGNORECASE,
)

_DENIALS = (
    "cannot", "can't", "can not", "could not", "couldn't", "able to", "won't", "will not", "don't", "do not", "am not"
)  # fmt: skip
_NO = Cue(*_DENIALS)
_SELF = Cue(
    "language model", "an ai ", "an ai,", "an ai.", "an ai-", "an artificial intelligence", "virtual assistant", "chatbot",
    "i do not have", "i don't have", "by open", "by anthropic", "by google", "by deepmind", "by meta", "by microsoft",
    "by mistral", "by alibaba", "by tongyi", "by cohere", "by deepseek", "by xai", "by baidu", "by zhipu", "by moonshot",
    "by amazon", "by eleuther", "by hugging", "by lmsys", "by a team at", "by researchers at", "my creator", "my developer",
    "ed me", "made me", "built me", "'s polic", "'s usage", "'s use", "'s content", "'s safety", "'s guidelines",
)  # fmt: skip
_NAMED = Cue(
    "chatgpt", "gpt", "claude", "gemini", "bard", "llama", "qwen", "mistral", "grok", "deepseek", "palm", "openassistant",
    "open assistant", "vicuna", "alpaca", "command r", "copilot", "ernie", "kimi", "tongyi",
)  # fmt: skip
_CLAIMS = Cue("i'm ", "i am ", "name is ", "call me ", "this is ", "as chatgpt", "as gpt", "as claude", "as gemini", "as bard",
    "as llama", "as qwen", "as mistral", "as grok", "as deepseek", "as copilot", "as vicuna", "as kimi")  # fmt: skip
_KNOWLEDGE = Cue("my knowledge", "my training", "'s knowledge", "'s training", "knowledge cut", "as of my", "up to my",
    "until my", "i do not have", "i don't have")  # fmt: skip


class Refusal(Filter):
    """Answers that teach a model to decline, to claim to be another model, or to speak of its own training."""

    version = 2

    max_refusal: Bound = at_most(0, REFUSALS, "answer_declines")
    max_model_identity: Bound = at_most(0, IDENTITY, "speaks_of_another_model")
    max_knowledge_cutoff: Bound = at_most(0, CUTOFF, "speaks_of_its_training")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked, seen = ~batch.is_text, batch.reply_cues
        speaks = asked & (_SELF.among(seen) | (_NAMED.among(seen) & _CLAIMS.among(seen)))
        knows = asked & _KNOWLEDGE.among(seen)
        return {
            "refusal": where(batch.is_answered, among(batch.is_answered & _NO.among(seen), _declines, batch.answers)),
            "model_identity": where(asked, among(speaks, lambda text: _times(_IDENTITY, text), batch.replies)),
            "knowledge_cutoff": where(asked, among(knows, lambda text: _times(_CUTOFF, text), batch.replies)),
        }

    def spans(self, sample: Content) -> Spans:
        return {
            "answer_declines": in_answers(sample, _refusals),
            "speaks_of_another_model": in_answers(sample, matches(_IDENTITY)),
            "speaks_of_its_training": in_answers(sample, matches(_CUTOFF)),
        }


def _refusals(text: str) -> Iterator[tuple[int, int]]:
    blank = len(text) - len(text.lstrip())
    opening = text[blank : blank + OPENING].replace("’", "'")
    lower = opening.lower()
    if not any(denial in lower for denial in _DENIALS):
        return iter(())
    return ((blank + match.start(), blank + match.end()) for match in _REFUSAL.finditer(opening))


def _declines(answer: str) -> bool:
    return next(_refusals(answer), None) is not None


def _times(pattern: re.Pattern[str], text: str) -> int:
    """Matches, with typographic apostrophes read as plain ones."""
    return len(pattern.findall(text.replace("’", "'")))
