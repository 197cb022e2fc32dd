"""Amounts of money on a page: as exact as they are small."""

from decimal import Decimal
from typing import Any

from app.messages import Message, say
from app.web.rendering import FILTERS


def money(value: Any, currency: str) -> Message:
    """0.000712 USD, 12.35 USD; nothing is 0."""
    amount = Decimal(str(value or 0))
    digits = 2 if abs(amount) >= 1 else 3 if abs(amount) >= Decimal("0.01") else 6
    rounded = round(amount, digits)
    return say("%(amount)s %(currency)s", amount=float(rounded), currency=currency)


FILTERS["money"] = money
