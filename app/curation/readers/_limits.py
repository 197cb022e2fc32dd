"""How much a file may ask of us; a corpus of any size passes, a bomb does not."""

from dataclasses import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes unless the name says otherwise. There is no limit on the size of a file itself."""

    unpacked: int = 20 * GIB
    free_of_ratio: int = 64 * MIB
    """Below this many unpacked bytes no ratio is looked at: small repetitive files compress well."""
    ratio: int = 200
    members: int = 10_000
    line: int = 16 * MIB
    """One line, one element of a JSON list, or one table cell."""
    text: int = 4 * MIB
    """All texts of one sample together."""
    depth: int = 64
    fields: int = 1_000
    lookahead: int = 4 * MIB
    lookahead_lines: int = 50_000
    """How far an open quote in a table is followed before it counts as never closed."""
    replays: int = 256 * MIB
    """How much of one table may be read a second time because of such quotes."""
    batch: int = 64 * MIB
    """What one step of reading Parquet may unpack to."""
