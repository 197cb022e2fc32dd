"""A fingerprint of all samples and places of the queue, to show that an undo restores each of them exactly."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def fingerprint(session: Session) -> tuple[str, str]:
    """Of all columns of all samples and of all slots."""
    session.flush()
    row = session.execute(
        text("""
        SELECT (SELECT md5(string_agg(s::text, '|' ORDER BY id)) FROM samples s) AS samples,
               (SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM slots o) AS slots
    """)
    ).one()
    return row.samples, row.slots
