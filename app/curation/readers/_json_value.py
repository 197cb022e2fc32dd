"""One JSON value, strictly: what no reader may alter silently is refused with its own code."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from app.curation.readers._limits import Limits
from app.curation.sample import Json


class Unreadable(Exception):
    """`at` is the byte in the text where the trouble is, where that is known."""

    def __init__(self, code: str, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at


_PLAIN = bytes.maketrans(b"123456789E\t\r\n", b"000000000e   ")
_KEY = re.compile(rb'"[ \t\r\n]*+:')
_ESCAPED = re.compile(rb'\\"[ \t\r\n]*+:')


def parse(text: bytes, limits: Limits) -> Any:
    """The value, or Unreadable. orjson reads; whatever it might have altered (repeated keys, integers beyond 64 bits,
    numbers too small for a double) is only looked into where the bytes make it possible."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _slowly(text, limits)
    plain = text.translate(_PLAIN)
    keys = _keys(value)
    if _may_repeat_keys(text, keys, spaced=b" :" in plain) or _may_lose_digits(plain):
        return _slowly(text, limits)
    if keys > limits.fields or b"\\u0000" in text or text.count(b"{") + text.count(b"[") > limits.depth:
        check(value, limits)
    return value


def check(value: Any, limits: Limits, depth: int = 0) -> None:
    """Unreadable where a value is nested too deep, has too many fields, or holds characters that cannot be stored."""
    if type(value) is str:
        _check_text(value)
    elif isinstance(value, (dict, list)):
        if depth >= limits.depth:
            raise Unreadable("too_deep", f"The record is nested more than {limits.depth} levels deep. Flatten it.")
        if isinstance(value, dict):
            _check_fields(value, limits)
        for part in value.values() if isinstance(value, dict) else value:
            check(part, limits, depth + 1)


def _may_repeat_keys(text: bytes, keys: int, *, spaced: bool) -> bool:
    """False only if no object can have lost a key: there are just as many quotes before a colon as keys were read.

    Quotes within a text are escaped and counted off; a key that ends in a backslash would hide behind that.
    """
    if not spaced and text.count(b'":') == keys:
        return False
    if b'\\\\"' in text:
        return True
    if spaced:
        return len(_KEY.findall(text)) - len(_ESCAPED.findall(text)) != keys
    return text.count(b'":') - text.count(b'\\":') != keys


def _may_lose_digits(plain: bytes) -> bool:
    """True where 19 digits stand together or an exponent is below -99."""
    return b"0000000000000000000" in plain or b"0e-000" in plain


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Unreadable("nul_char", "A text holds a NUL character, which cannot be stored. Remove it.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            message = "A text holds half of a surrogate pair, which is no character. Repair the text."
            raise Unreadable("lone_surrogate", message) from error


def _check_fields(value: Json, limits: Limits) -> None:
    if len(value) > limits.fields:
        raise Unreadable("too_many_fields", f"An object has {len(value):,} fields; {limits.fields:,} are allowed.")
    for key in value:
        _check_text(key)


def _keys(value: Any) -> int:
    """The number of fields of all objects in the value."""
    count = 0
    if type(value) is dict:
        count = len(value)
        value = value.values()
    elif type(value) is not list:
        return 0
    for part in value:
        if type(part) is dict or type(part) is list:
            count += _keys(part)
    return count


def _slowly(text: bytes, limits: Limits) -> Any:
    """Read with the standard library, which lets every number and key be looked at."""
    try:
        value = json.loads(
            _decoded(text),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        message = f"This is not valid JSON: {error.msg} at character {error.pos + 1:,}. Correct the record."
        raise Unreadable("not_json", message, len(error.doc[: error.pos].encode())) from error
    except RecursionError as error:
        raise Unreadable(
            "too_deep", f"The record is nested more than {limits.depth} levels deep. Flatten it."
        ) from error
    check(value, limits)
    return value


def _decoded(text: bytes) -> str:
    if (at := text.find(b"\0")) >= 0:
        raise Unreadable("nul_char", f"Byte {at + 1:,} of the record is NUL. Remove it.", at)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1:,} of the record is not UTF-8. Save the file as UTF-8."
        raise Unreadable("encoding", message, error.start) from error


def _object(pairs: list[tuple[str, Any]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = next(key for key in _repeated(pairs))
        raise Unreadable("duplicate_key", f"The field “{twice[:40]}” stands twice in one object. Remove or rename one.")
    return value


def _repeated(pairs: list[tuple[str, Any]]) -> Iterator[str]:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            yield key
        seen.add(key)


def _integer(digits: str) -> int:
    """Integers that 64 bits cannot hold would come out of most tools as another number."""
    if len(digits) > 20 or not -(1 << 63) <= int(digits) < 1 << 64:
        _out_of_range(digits)
    return int(digits)


def _fraction(digits: str) -> float:
    """The nearest double, as everywhere in JSON; but never infinity, and never zero for something else."""
    number = float(digits)
    if number in (float("inf"), float("-inf")) or (
        number == 0 and re.search("[1-9]", digits.lower().partition("e")[0])
    ):
        _out_of_range(digits)
    return number


def _out_of_range(digits: str) -> NoReturn:
    shown = digits if len(digits) <= 30 else f"{digits[:30]}…"
    raise Unreadable("number_out_of_range", f"The number {shown} does not fit 64 bits. Write it as text, in quotes.")


def _constant(name: str) -> NoReturn:
    raise Unreadable("non_finite", f"{name} is not a JSON number. Write null or a number.")
