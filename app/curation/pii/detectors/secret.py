"""Keys and tokens in the form that their issuer publishes."""

import re
from collections.abc import Iterator

from app.curation.kernels.signs import BLOCK, TOKEN
from app.curation.pii.detector import Detector, Span
from app.curation.pii.detectors._entropy import entropy

_BLOCK = re.compile(
    r"-----BEGIN (?P<kind>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----.{20,20000}?-----END (?P=kind)-----", re.DOTALL
)
_FIXED = (
    ("AKIA", r"AKIA[A-Z2-7]{16}"),  # Amazon
    ("ASIA", r"ASIA[A-Z2-7]{16}"),
    ("gh", r"gh[pousr]_[A-Za-z0-9]{36,251}"),  # GitHub
    ("github_pat_", r"github_pat_[A-Za-z0-9_]{22,251}"),
    ("glpat-", r"glpat-[\w-]{20,}"),  # GitLab
    ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),  # Slack
    ("hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/[\w/]{20,}"),
    ("AIza", r"AIza[\w-]{35}"),  # Google
    ("ya29.", r"ya29\.[\w-]{20,}"),
    ("_live_", r"[rsp]k_live_[A-Za-z0-9]{16,}"),  # Stripe
    ("_test_", r"[rsp]k_test_[A-Za-z0-9]{16,}"),
    ("whsec_", r"whsec_[A-Za-z0-9]{24,}"),
    ("sk-", r"sk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}"),  # OpenAI, Anthropic and others
    ("hf_", r"hf_[A-Za-z0-9]{30,}"),  # Hugging Face
    ("npm_", r"npm_[A-Za-z0-9]{36}"),
    ("pypi-", r"pypi-[\w-]{50,}"),
    ("SG.", r"SG\.[\w-]{16,64}\.[\w-]{16,64}"),  # SendGrid
    ("AC", r"AC[0-9a-f]{32}"),  # Twilio
    ("SK", r"SK[0-9a-f]{32}"),
    ("shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),  # Shopify
    ("dop_v1_", r"do[opr]_v1_[0-9a-f]{64}"),  # DigitalOcean
    (":AA", r"[0-9]{8,10}:AA[\w-]{32,34}"),  # Telegram
    ("eyJ", r"eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}"),  # JSON Web Token
    ("AccountKey=", r"(?<=AccountKey=)[A-Za-z0-9+/=]{64,}"),  # Azure
    ("earer ", r"(?<=[Bb]earer )[\w.~+/-]{20,}=*"),
    ("Basic ", r"(?<=[Bb]asic )(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{16,}={0,2}"),
)
_PATTERNS = tuple((hint, re.compile(rf"(?<![A-Za-z0-9]){pattern}")) for hint, pattern in _FIXED)


class Secret(Detector):
    """Private keys, JSON Web Tokens, and keys of some twenty services; not those that are drawn out with X."""

    title = "Key or token"
    signs = BLOCK | TOKEN

    def spans(self, text: str) -> Iterator[Span]:
        if "PRIVATE KEY" in text:
            yield from (Span("secret", *match.span(), 1.0) for match in _BLOCK.finditer(text))
        for hint, pattern in _PATTERNS:
            if hint in text:
                yield from (
                    Span("secret", *match.span(), 1.0) for match in pattern.finditer(text) if _varies(match.group())
                )

    @staticmethod
    def canonical(value: str) -> str:
        return value


def _varies(value: str) -> bool:
    return entropy(value) > 2.5 and "XXXX" not in value.upper()
