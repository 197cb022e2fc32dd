"""Refusals: answers that decline, speak of the model that wrote them, or of the end of its knowledge."""

import re

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter

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
    r"(?:OpenAI|Anthropic|Google|DeepMind|Meta AI|Microsoft|Mistral(?: AI)?|"
    r"Alibaba(?: Cloud)?|Cohere|DeepSeek|xAI|Baidu"
    r"|Zhipu(?: AI)?|Moonshot(?: AI)?|Amazon|EleutherAI)"
)
_MODELS = (
    r"(?:ChatGPT|GPT-?\d(?:\.\d)?|GPT|Claude|Gemini|Bard|LLaMA|Qwen|Mistral|Grok|DeepSeek|PaLM|"
    r"Open ?Assistant|Vicuna|Alpaca"
    r"|Command R|Copilot|ERNIE|Kimi)"
)
_IDENTITY = re.compile(
    r"\bas an? (?:AI|artificial intelligence)(?: (?:language )?(?:model|assistant|system|chatbot))?\b,? I\b"
    r"|\bas an? (?:large )?language model\b"
    r"|\bI(?:'m| am) (?:just |only )?an? (?:AI|artificial intelligence|(?:large )?language model|"
    r"chatbot|virtual assistant)\b"
    rf"|\b(?:I(?:'m| am)|my name is|call me) {_MODELS}\b"
    rf"|\bI (?:was|am|have been) (?:trained|developed|created|built|made|designed) by {_PROVIDERS}\b"
    rf"|\b(?:AI|language) model (?:trained|developed|created|built|made|designed) by {_PROVIDERS}\b"
    rf"|\b{_PROVIDERS}'s (?:content |usage |use[- ]case )?polic(?:y|ies)\b"
    r"|\bI do not have (?:personal|feelings|emotions|opinions)"
    r"|\bI don't have (?:personal (?:opinions|beliefs|experiences|feelings)|feelings or)",
    re.IGNORECASE,
)
_CUTOFF = re.compile(
    r"\b(?:my|the model's) (?:knowledge|training)(?: data)? (?:cut-?\s?off|(?:only )?(?:goes|extends|is current))"
    r"|\bknowledge cut-?\s?off\b(?: date)?(?=[^.\n]{0,30}\b(?:20\d\d|my|I)\b)"
    r"|\bas of my (?:last|latest|most recent|current|knowledge|training)\b"
    r"(?: (?:knowledge|training))?(?: (?:update|cut-?\s?off|data))?"
    r"|\bI (?:do not|don't) have (?:access to )?(?:real-?time|up-to-date|current|live) (?:data|information)",
    re.IGNORECASE,
)


_NO = (
    "cannot",
    "can't",
    "can not",
    "could not",
    "couldn't",
    "able to",
    "won't",
    "will not",
    "don't",
    "do not",
    "am not",
)
_SELF = (
    "language model",
    "an ai",
    "an artificial",
    "knowledge",
    "training",
    "my l",
    "my most",
    "my current",
    "n't have",
    "not have",
    "trained by",
    "developed by",
    "created by",
    "built by",
    "made by",
    "designed by",
    "polic",
    "i'm ",
    "i am ",
    "my name",
    "call me",
    "cut",
)


class Refusal(Filter):
    """Answers that teach a model to decline, to claim to be another model, or to speak of its own training."""

    max_refusal: Bound = at_most(0, REFUSALS, "answer_declines")
    max_model_identity: Bound = at_most(0, IDENTITY, "speaks_of_another_model")
    max_knowledge_cutoff: Bound = at_most(0, CUTOFF, "speaks_of_its_training")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked = ~batch.is_text
        return {
            "refusal": where(batch.is_answered, each(_declines, batch.answers)),
            "model_identity": where(asked, each(lambda text: _times(_IDENTITY, _SELF, text), batch.replies)),
            "knowledge_cutoff": where(asked, each(lambda text: _times(_CUTOFF, _SELF, text), batch.replies)),
        }


def _declines(answer: str) -> bool:
    return _times(_REFUSAL, _NO, answer.lstrip()[:OPENING]) > 0


def _times(pattern: re.Pattern[str], needs: tuple[str, ...], text: str) -> int:
    """Matches, with typographic apostrophes read as plain ones; a text with no needed word is not searched."""
    text = text.replace("’", "'")
    lower = text.lower()
    return len(pattern.findall(text)) if any(word in lower for word in needs) else 0
