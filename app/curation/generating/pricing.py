"""What a request will be long and cost, before it is sent. Never exact: every model counts tokens its own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

MILLION = Decimal(1_000_000)
BYTES_PER_TOKEN = 3.6
MARGIN = 1.25
"""So much longer than the estimate a request may be before its budget is overrun."""


@dataclass(frozen=True)
class Prices:
    """For a million tokens."""

    tokens_in: Decimal = Decimal(0)
    tokens_out: Decimal = Decimal(0)

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        return (self.tokens_in * tokens_in + self.tokens_out * tokens_out) / MILLION

    @property
    def are_zero(self) -> bool:
        return not self.tokens_in and not self.tokens_out


def tokens(text: str) -> int:
    """About so many, in any script: models cut UTF-8, and rarely into pieces of more than four bytes."""
    return ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def asked(messages: Sequence[Mapping[str, str]]) -> int:
    """Tokens of a request, with the few that each message costs by itself."""
    return sum(tokens(message["content"]) + 4 for message in messages) + 3


def most(prices: Prices, tokens_in: int, max_tokens: int) -> Decimal:
    """What a request is set aside for: a longer one than estimated, and the longest answer that is allowed."""
    return prices.cost(ceil(tokens_in * MARGIN), max_tokens)
