"""Asking a language model through any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, hosted ones.

Nothing here opens a transaction, and none should be open while a model thinks. Redirects are not followed: an address
is what an administrator typed, and the key goes nowhere else.
"""

import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx2
import orjson

from app.models import ModelEndpoint
from app.services import sealing
from app.services.llm_errors import AnswerLost, ModelError, Refused, Unavailable, broken, of_status, seconds_to_wait
from app.services.llm_pace import pace

Message = Mapping[str, str]
"""{"role": "system" | "user" | "assistant", "content": ...}"""

TRIES = 6
LONGEST_PAUSE = 60.0
LARGEST_REPLY = 16 << 20

# A line per request would tell nobody anything.
logging.getLogger("httpx2").setLevel(logging.WARNING)
logging.getLogger("httpcore2").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Choice:
    """One of the answers to a request. `logprobs` are the server's, token by token, where it was asked for them."""

    text: str
    finish_reason: str
    logprobs: list[dict[str, Any]] | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Reply:
    """What a server answered; the first choice stands for all. `counted`: the server said how many tokens it were."""

    text: str
    finish_reason: str
    tokens_in: int
    tokens_out: int
    logprobs: list[dict[str, Any]] | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    refusal: str = ""
    counted: bool = True


def complete(
    endpoint: ModelEndpoint,
    messages: Sequence[Message],
    *,
    logprobs: bool = False,
    n: int = 1,
    temperature: float | None = None,
    max_tokens: int = 1024,
    schema: Mapping[str, Any] | None = None,
    idempotency_key: str = "",
    may_repeat: bool | None = None,
    tries: int = TRIES,
    sleep: Callable[[float], None] = time.sleep,
) -> Reply:
    """One request, within the endpoint's limits, tried again where that costs nothing. ModelError.

    A connection that breaks once the request is out may hide an answer that was paid: then it is tried again only
    where the model is free, or `may_repeat` says so; otherwise AnswerLost. The key of `idempotency_key` stays the same.
    """
    body = _body(endpoint, messages, logprobs, n, temperature, max_tokens, schema)
    may_repeat = endpoint.is_free if may_repeat is None else may_repeat
    key = sealing.unseal(endpoint.key) if endpoint.key else ""
    with pace(endpoint) as turn, _client(endpoint, key, idempotency_key) as client:
        for attempt in range(1, tries + 1):
            turn()
            try:
                return _reply(_post(client, endpoint, body, key))
            except ModelError as error:
                if "max_completion_tokens" in error.message and "max_tokens" in body:
                    body["max_completion_tokens"] = body.pop("max_tokens")
                    continue
                if attempt == tries or not _worth_another(error, may_repeat):
                    raise
                sleep(_pause(attempt, error))
    raise Unavailable("The model’s server was asked several times and did not answer.")


def _worth_another(error: ModelError, may_repeat: bool) -> bool:
    if isinstance(error, AnswerLost):
        return may_repeat
    return isinstance(error, Unavailable) and error.retry_after <= LONGEST_PAUSE


def _pause(attempt: int, error: ModelError) -> float:
    """Longer each time, and at random, so that many who were turned away do not come back together."""
    backoff = min(0.5 * 2.0**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
    asked = error.retry_after + random.uniform(0, 0.25) if error.retry_after else 0.0  # noqa: S311
    return max(backoff, asked)


def _body(
    endpoint: ModelEndpoint,
    messages: Sequence[Message],
    logprobs: bool,
    n: int,
    temperature: float | None,
    max_tokens: int,
    schema: Mapping[str, Any] | None,
) -> dict[str, Any]:
    body: dict[str, Any] = {"model": endpoint.model, "messages": [dict(one) for one in messages]}
    body["max_tokens"] = max_tokens
    if temperature is not None:
        body["temperature"] = temperature
    if n > 1:
        body["n"] = n
    if logprobs and endpoint.has_logprobs:
        body |= {"logprobs": True, "top_logprobs": 20}
    if schema is not None and endpoint.has_schema:
        named = {"name": "reply", "strict": True, "schema": dict(schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    return body


def _client(endpoint: ModelEndpoint, key: str, idempotency_key: str) -> httpx2.Client:
    headers = {"User-Agent": "winnow", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    timeout = httpx2.Timeout(float(endpoint.timeout_seconds), connect=10.0)
    return httpx2.Client(headers=headers, timeout=timeout, follow_redirects=False, verify=_certificates())


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Read once: it costs more than a short request."""
    return httpx2.create_ssl_context()


def _post(client: httpx2.Client, endpoint: ModelEndpoint, body: dict[str, Any], key: str) -> dict[str, Any]:
    url = f"{endpoint.base_url.rstrip('/')}/chat/completions"
    latest = time.monotonic() + endpoint.timeout_seconds
    try:
        with client.stream("POST", url, json=body) as response:
            content = _content(response, latest)
            if response.status_code != 200:
                raise of_status(response.status_code, response.headers, content, key)
    except httpx2.HTTPError as error:
        raise broken(error) from error
    except (httpx2.InvalidURL, ValueError, OSError) as error:
        raise Refused("The address of this model cannot be used.", fatal=True) from error
    return _json(content)


def _content(response: httpx2.Response, latest: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST_REPLY:
            raise AnswerLost("The server sent more than any answer can be long.")
        if time.monotonic() > latest:
            raise AnswerLost("The answer did not arrive in the time that this model is given.")
    return bytes(content)


def _json(content: bytes) -> dict[str, Any]:
    try:
        made = orjson.loads(content)
    except ValueError as error:
        raise AnswerLost("The server answered with something other than JSON.", code="not_json") from error
    if not isinstance(made, dict):
        raise AnswerLost("The server answered with something other than a chat completion.", code="not_a_completion")
    return made


def _reply(raw: dict[str, Any]) -> Reply:
    """Whatever the server left out is empty; what has no choices at all is no chat completion. AnswerLost."""
    given = raw.get("choices")
    choices = tuple(_choice(one) for one in given if isinstance(one, dict)) if isinstance(given, list) else ()
    if not choices:
        raise AnswerLost("The server answered with something other than a chat completion.", code="not_a_completion")
    usage = raw.get("usage") if isinstance(raw.get("usage"), dict) else {}
    assert isinstance(usage, dict)
    first = choices[0]
    tokens_in, tokens_out = _number(usage.get("prompt_tokens")), _number(usage.get("completion_tokens"))
    return Reply(
        text=first.text,
        finish_reason=first.finish_reason,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        logprobs=first.logprobs,
        raw=raw,
        choices=choices,
        refusal=first.refusal,
        counted=tokens_in > 0,
    )


def _choice(one: dict[str, Any]) -> Choice:
    message = one.get("message")
    message = message if isinstance(message, dict) else {}
    logprobs = one.get("logprobs")
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    return Choice(
        text=_words(message.get("content")),
        finish_reason=str(one.get("finish_reason") or ""),
        logprobs=tokens if isinstance(tokens, list) else None,
        refusal=_words(message.get("refusal")),
    )


def _words(content: Any) -> str:
    """A message's content: a string, or the text parts of a list. PostgreSQL stores every character but one."""
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content.replace("\0", "") if isinstance(content, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0


__all__ = ["AnswerLost", "Choice", "ModelError", "Refused", "Reply", "Unavailable", "complete", "seconds_to_wait"]
