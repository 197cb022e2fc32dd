"""Addresses of cryptocurrency wallets."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import TOKEN
from app.curation.pii.detector import Detector, Span

_BITCOIN = re.compile(r"\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,87})\b")
_ETHEREUM = re.compile(r"\b0x[0-9a-fA-F]{40}\b")


class Wallet(Detector):
    """Bitcoin (base58 and bech32, valid check sums) and Ethereum."""

    title = "Cryptocurrency wallet"
    signs = TOKEN

    def spans(self, text: str) -> Iterator[Span]:
        from stdnum import bitcoin

        for match in _BITCOIN.finditer(text):
            if bitcoin.is_valid(match.group()):
                yield Span("wallet", *match.span(), 1.0)
        for match in _ETHEREUM.finditer(text) if "0x" in text else ():
            yield Span("wallet", *match.span(), 0.9)
