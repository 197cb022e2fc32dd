"""Masked copies of samples, for files that leave."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import file_digest, sha256
from pathlib import Path

from app.curation.pii.masking import mask
from app.curation.pii.policy import PiiPolicy
from app.curation.sample import Sample


def masker(policy: PiiPolicy | None, inputs: Sequence[Path]) -> Callable[[Sample], Sample]:
    """Replaces what the policy masks; without a policy samples stay as they are.

    The key is made of the inputs themselves: the same files give the same pseudonyms in every run, and who has only the
    output cannot try out names or numbers.
    """
    if policy is None:
        return lambda sample: sample
    key = hmac.digest(b"winnow pseudonyms", b"".join(map(_digest, inputs)), sha256)

    def masked(sample: Sample) -> Sample:
        found = policy.find(sample)
        return replace(sample, content=mask(sample.content, found, policy, key)) if found else sample

    return masked


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()
