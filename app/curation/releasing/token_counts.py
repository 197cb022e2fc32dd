"""How many tokens a sample is for a model: by a tokenizer.json, a packaged encoding, or an estimate that says so."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from typing import Any

import orjson

from app.curation.sample import Form, Json, turns

PER_MESSAGE, PER_ROW = 5, 3
"""What a chat template adds to a message (ChatML and Llama 3 write a start, a role, two signs and an end) and to a row.

A tokenizer.json holds no template, so this is the larger of the common ones: a row may be counted a few tokens too long,
and hardly ever too short. OpenAI's own formats need one token less for each message.
"""
PACKAGED = ("o200k_base", "cl100k_base")
ESTIMATE = "estimate"
BYTES_PER_TOKEN = 4
"""Of UTF-8. English text has about four characters a token; scripts with longer characters have fewer of them in one."""
FINE = 1024


class NotReadable(Exception):
    """A file is no tokenizer.json, or there is nothing installed here that reads one."""


class Tokens(ABC):
    """Counts the tokens of texts; `name` is what a person knows it by."""

    name: str
    is_estimate = False

    @abstractmethod
    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without any sign that a model puts around it."""


class Estimate(Tokens):
    """Four bytes of text for a token: no more than an orientation."""

    name = ESTIMATE
    is_estimate = True

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [-(-len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN) for text in texts]


class Packaged(Tokens):
    """An encoding of OpenAI's models, from a package that carries its table: nothing is fetched."""

    def __init__(self, name: str) -> None:
        import bpe_openai

        self.name = name
        self._encoding = bpe_openai.get_encoding(name)

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [len(self._encoding.encode_ordinary(_clean(text))) for text in texts]


class Uploaded(Tokens):
    """A Hugging Face tokenizer.json. NotReadable."""

    def __init__(self, name: str, content: bytes) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise NotReadable("Nothing that reads a tokenizer.json is installed. Install winnow[tokens].") from error
        self.name = name
        try:
            self._tokenizer = Tokenizer.from_buffer(content)
        except Exception as error:  # the library raises Exception itself
            raise NotReadable(f"This is not a tokenizer.json that can be read: {error}") from error
        self._tokenizer.no_truncation()  # either would hide how long a row is
        self._tokenizer.no_padding()

    @property
    def vocabulary(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def counts(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch_fast([_clean(text) for text in texts], add_special_tokens=False)
        return [len(one) for one in encoded]


@cache
def packaged(name: str = "") -> Tokens:
    """A packaged encoding, without a name the first; an estimate where none is installed. LookupError for no such name."""
    if name == ESTIMATE or (not name and find_spec("bpe_openai") is None):
        return Estimate()
    if (name or PACKAGED[0]) not in PACKAGED:
        raise LookupError(name)
    if find_spec("bpe_openai") is None:
        raise NotReadable("Packaged encodings are not installed. Install winnow[tokens].")
    return Packaged(name or PACKAGED[0])


def lengths(tokens: Tokens, samples: Sequence[tuple[Form, Json]]) -> list[int]:
    """Tokens of each sample as a model is trained on it, its chat template counted by PER_MESSAGE and PER_ROW.

    Of a preference, the longer answer counts: chosen and rejected are never in one row of a batch.
    """
    pieces = [_pieces(form, content) for form, content in samples]
    counted = tokens.counts([text for _, texts in pieces for text in texts])
    parts = pairwise(accumulate((len(texts) for _, texts in pieces), initial=0))
    found = []
    for (form, _), (overhead, _), (first, last) in zip(samples, pieces, parts, strict=True):
        of = counted[first:last]
        if form is Form.PREFERENCE:
            of = [*of[:-2], max(of[-2:])]
        found.append(sum(of) + overhead)
    return found


def rounded(length: int) -> int:
    """The length as it is tallied: exact to 1,024, then up to a thousandth longer, so that tallies stay small."""
    step = 1 << max(length.bit_length() - FINE.bit_length() + 1, 0)
    return -(-length // step) * step


def _pieces(form: Form, content: Json) -> tuple[int, list[str]]:
    """What is added, and the texts: those that people read, and the tools that are offered and called."""
    said = [(turn.role, turn.text) for turn in turns(form, content)]
    if form is Form.TEXT:
        return 1, [text for _, text in said]
    messages = sum(role not in {"context", "rejected"} for role, _ in said)
    extra = [_as_text(content[key]) for key in ("tools", "functions") if content.get(key)]
    extra += [
        _as_text(message[key])
        for message in content.get("messages", ())
        for key in ("tool_calls", "function_call")
        if message.get(key)
    ]
    return PER_MESSAGE * messages + PER_ROW, extra + [text for _, text in said]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _clean(text: str) -> str:
    """Half a surrogate pair is no text for a tokenizer; a sign that stands for nothing is as long."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
