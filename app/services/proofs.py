"""Proof that a place in the queue was once given to a person: what their page shows and sends back with the answer.

A reservation ends by itself, and an answer that comes a little later still counts if nobody else has the sample. Without
proof anybody could answer a place that was never theirs, even while a dataset rests.
"""

import hmac

from app.models import User


def made(person: User, slot_id: int) -> str:
    """16 bytes in hexadecimal digits; a new password makes those of open pages worthless."""
    return hmac.digest(person.password_hash.encode(), f"place {person.id} {slot_id}".encode(), "sha256")[:16].hex()


def holds(person: User, slot_id: int, proof: str) -> bool:
    """Whether the proof is this person's, for this place."""
    return hmac.compare_digest(made(person, slot_id).encode(), proof.encode())
