"""Named arrays as bytes: a header of JSON and the arrays behind it; the same arrays give the same bytes."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[Any]]
_MAGIC = b"winnow fingerprints 1\n"


class Unpackable(Exception):
    """Bytes that are no fingerprints, or those of another version; make them again from the benchmark."""


def pack(facts: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Facts that JSON can hold, and flat arrays."""
    kinds = {name: [array.dtype.str, len(array)] for name, array in arrays.items()}
    header = orjson.dumps({"facts": facts, "arrays": kinds})
    parts = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    return b"".join([_MAGIC, len(header).to_bytes(8, "little"), header, *parts])


def unpack(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """What was packed. Unpackable for anything else."""
    try:
        begin = len(_MAGIC) + 8
        at = begin + int.from_bytes(data[begin - 8 : begin], "little")
        if not data.startswith(_MAGIC):
            raise ValueError("other bytes in front")
        header = orjson.loads(data[begin:at])
        arrays = {}
        for name, (kind, length) in header["arrays"].items():
            arrays[name] = np.frombuffer(data, np.dtype(kind), length, at)
            at += arrays[name].nbytes
        return header["facts"], arrays
    except (ValueError, KeyError, TypeError) as error:
        raise Unpackable(f"This is no fingerprint of a benchmark: {error}.") from error
