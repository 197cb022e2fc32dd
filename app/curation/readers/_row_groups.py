"""How many rows of a Parquet file may be unpacked at once: a dictionary can make a tiny file explode.

In a dictionary page one value serves any number of rows, so 700 bytes of file can stand for gigabytes of strings. The
page's own header tells its unpacked size; that bounds what a row can become.
"""

from typing import IO, Any

from app.curation.readers._limits import GIB, Limits
from app.curation.readers._refused import FileRefused

_MOST_ROWS = 1024


def rows_at_once(group: Any, file: IO[bytes], limits: Limits) -> int:
    """A batch size for one row group (its pyarrow metadata), at least 1. FileRefused where a page is too much."""
    rows = max(group.num_rows, 1)
    per_row = group.total_byte_size / rows
    for index in range(group.num_columns):
        column = group.column(index)
        if column.has_dictionary_page and column.dictionary_page_offset is not None:
            per_row = max(per_row, _dictionary_size(column, file) * column.num_values / rows)
    return int(min(max(limits.batch / max(per_row, 1), 1), _MOST_ROWS))


def _dictionary_size(column: Any, file: IO[bytes]) -> int:
    """Unpacked bytes of a column's dictionary, as the page header says, by which the decoder allocates."""
    here = file.tell()
    file.seek(column.dictionary_page_offset)
    size = page_size(file.read(16)) or column.total_uncompressed_size
    file.seek(here)
    if size > GIB:
        raise FileRefused(
            "unpacked_too_large", "One page of the file unpacks to over 1 GiB. Write it with smaller pages."
        )
    return size


def page_size(header: bytes) -> int | None:
    """`uncompressed_page_size`: the second field of a PageHeader in Thrift's compact protocol; None if it is not there.

    Both first fields are i32 with a field delta of 1, so each starts with the byte 0x15 and is a zigzag varint.
    """
    values: list[int] = []
    at = 0
    while len(values) < 2 and header[at : at + 1] == b"\x15":
        value = shift = 0
        at += 1
        while at < len(header):
            value |= (header[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not header[at - 1] & 0x80:
                break
        values.append((value >> 1) ^ -(value & 1))
    return values[1] if len(values) == 2 and values[1] >= 0 else None
