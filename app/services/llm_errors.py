"""Why a model gave no answer, and whether it may have been paid all the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import orjson

_FATAL = {401, 402, 403, 404, 405}
_UNANSWERED = {429, 500, 502, 503, 529}
"""Statuses of a server that did no work that it would charge for."""


class ModelError(Exception):
    """No answer. `code` is stable, `message` a sentence for a person; `fatal`: nor will the next request get one."""

    code = "model_error"

    def __init__(self, message: str, *, code: str = "", fatal: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fatal = fatal
        self.retry_after = retry_after


class Refused(ModelError):
    """The server does not take this request, and would not if it were sent again. Nothing was paid."""

    code = "request_refused"


class Unavailable(ModelError):
    """The server is busy, broken or out of reach. Nothing was paid."""

    code = "unavailable"


class AnswerLost(ModelError):
    """The request was sent, and no usable answer came back. It may have been paid."""

    code = "lost"


def of_status(status: int, headers: Mapping[str, str], content: bytes, key: str = "") -> ModelError:
    """What an answer other than 200 means."""
    told = _said(content, key)
    if status in _UNANSWERED:
        wait = seconds_to_wait(headers.get("retry-after", ""))
        words = "The model’s server is busy" if status in (429, 529) else "The model’s server has an error"
        return Unavailable(f"{words} ({status}). {told}".strip(), retry_after=wait)
    if status >= 500 or status == 408:
        return AnswerLost(f"The model’s server gave up waiting for its answer ({status}). {told}".strip())
    if 300 <= status < 400:
        return Refused(f"The address leads elsewhere ({status}), and Winnow does not follow.", fatal=True)
    if status in (401, 403):
        return Refused(f"The server does not accept this key ({status}). {told}".strip(), fatal=True)
    return Refused(f"The server does not take this request ({status}). {told}".strip(), fatal=status in _FATAL)


def broken(error: httpx2.HTTPError) -> ModelError:
    """What a broken connection means: before the request was out, nothing; after that, perhaps a paid answer."""
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError):
        return Unavailable("The model’s server cannot be reached.")
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return Refused("The address of this model cannot be used.", fatal=True)
    if isinstance(error, httpx2.TimeoutException):
        return AnswerLost("The answer did not arrive in the time that this model is given.")
    return AnswerLost("The connection broke before the answer was complete.")


def seconds_to_wait(header: str) -> float:
    """Retry-After in seconds, given as a number or as a date; 0 where it says nothing usable."""
    try:
        return min(max(float(header), 0.0), 86_400.0) if header else 0.0
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), 86_400.0)


def _said(content: bytes, key: str) -> str:
    """The server's own words, shortened; should it repeat the key, that is taken out."""
    try:
        made = orjson.loads(content)
    except ValueError:
        return ""
    found = made.get("error", made) if isinstance(made, dict) else ""
    words = found.get("message", "") if isinstance(found, dict) else found
    if not isinstance(words, str):
        return ""
    words = "".join(c if c.isprintable() else " " for c in words)
    return (words.replace(key, "[key]") if key else words)[:300]
