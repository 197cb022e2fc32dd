"""What of a model's reply becomes samples. Strict: what is not exactly what was asked for is refused with its reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any

from app.curation.generating.kinds import Kind, Unusable
from app.curation.generating.quoting import span
from app.curation.sample import Form, Json, answer_text, prompt_text

MOST_ITEMS = 100
_COPIED = 80
"""So many characters in a row from the instructions are no answer."""
_REFUSALS = re.compile(
    r"^\W*(i['’]?m sorry|i am sorry|sorry,|i can(['’]t|not)|i am unable|i['’]m unable|as an ai|i won['’]t)",
    re.IGNORECASE,
)
_FILLER = re.compile(r"^\W*(\.\.\.|…|string|question|answer|<[a-z _]{1,40}>|\[[a-z _]{1,40}\])\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Made:
    """A sample that a reply holds; start and end mark the quoted words in the passage, where they stand there."""

    form: Form
    content: Json
    quote: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class NotMade:
    """Why a reply, or an item of it, is no sample."""

    code: str
    message: str
    excerpt: str = ""


def parse(
    kind: Kind,
    text: str,
    *,
    passage: str = "",
    messages: Sequence[Mapping[str, str]] = (),
    finish_reason: str = "stop",
    refusal: str = "",
) -> list[Made | NotMade]:
    """Every item of a reply, as a sample or refused; a reply that cannot be read at all is one refusal. Never empty."""
    try:
        items = _items(text, finish_reason, refusal)
    except Unusable as error:
        return [NotMade(error.code, error.message, (refusal or text)[:200])]
    told = _told(messages, passage)
    return [_made(kind, item, passage, told) for item in items]


def _items(text: str, finish_reason: str, refusal: str) -> list[Any]:
    if refusal or finish_reason == "content_filter":
        raise Unusable("model_refused", "The model refused to answer.")
    if finish_reason == "length":
        raise Unusable("truncated", "The reply was cut off at the longest length allowed. Allow longer replies.")
    if not text.strip():
        raise Unusable("empty", "The reply is empty.")
    value = _first_value(text.rpartition("</think>")[2])
    items = value.get("items") if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise Unusable("wrong_form", "The reply has no list of items.")
    if not items:
        raise Unusable("nothing_found", "The model found nothing in this passage that the task could use.")
    if len(items) > MOST_ITEMS:
        raise Unusable("wrong_form", f"The reply holds {len(items)} items, more than anybody asks for.")
    return items


def _first_value(text: str) -> Any:
    """The first JSON object or list in a text, be it in a code fence or after some words. Unusable."""
    for place in _openings(text):
        try:
            return JSONDecoder(parse_constant=_no_number).raw_decode(text, place)[0]
        except (JSONDecodeError, RecursionError, ValueError):
            continue
    if _REFUSALS.match(text):
        raise Unusable("model_refused", "The model refused to answer.")
    raise Unusable("no_json", "The reply holds no JSON that could be read.")


def _openings(text: str, at_most: int = 50) -> Iterator[int]:
    """Where an object or list of objects may begin; a bracket inside one that failed is only tried a few times."""
    for found, _ in zip(re.finditer(r"\{\s*[\"}]|\[\s*[\{\]]", text), range(at_most), strict=False):
        yield found.start()


def _no_number(name: str) -> None:
    raise ValueError(name)


def _made(kind: Kind, item: Any, passage: str, told: str) -> Made | NotMade:
    try:
        if not isinstance(item, dict):
            raise Unusable("wrong_form", "An item of the reply is no object.")
        form, content = kind.make(item, passage)
        _check(form, content, told)
        if not kind.needs_passage:
            return Made(form, content)
        quote = item.get("quote")
        quote = quote.strip() if isinstance(quote, str) and _storable(quote) else ""
        return Made(form, content, quote, *(span(quote, passage) or (None, None)))
    except Unusable as error:
        return NotMade(error.code, error.message, str(item)[:200])


def _check(form: Form, content: Json, told: str) -> None:
    """Unusable where the model repeats its instructions, fills in the pattern it was shown, or declines."""
    texts = [prompt_text(form, {**content, "context": ""}), answer_text(form, content)]
    if form is Form.CHAT:
        texts = [message["content"] for message in content["messages"]]
    for text in texts:
        if not _storable(text):
            raise Unusable("not_text", "The reply holds characters that are no text.")
        if _FILLER.match(text):
            raise Unusable("copies_prompt", "The reply repeats the pattern it was shown instead of filling it in.")
        if _repeats(text, told):
            raise Unusable("copies_prompt", "The reply repeats its instructions.")
    if _REFUSALS.match(texts[-1]) and len(texts[-1]) < 300:
        raise Unusable("model_refused", "The answer is that the model will not answer.")


def _storable(text: str) -> bool:
    """JSON may escape what is no character: half a surrogate pair, or the one sign that PostgreSQL does not store."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _told(messages: Sequence[Mapping[str, str]], passage: str) -> str:
    """The instructions without the passage, which an answer may well repeat."""
    both = "\n".join(message["content"] for message in messages)
    return _plain(both.replace(passage, " ") if passage else both)


def _repeats(text: str, told: str) -> bool:
    plain = _plain(text)
    if re.search(r"</?passage-[0-9a-f]{16}>", text):
        return True
    if len(plain) < _COPIED:
        return len(plain) > 40 and plain in told
    return any(plain[place : place + _COPIED] in told for place in range(0, len(plain) - _COPIED + 1, 8))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
