"""What each detector finds, and what only looks like it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.kernels.signs import CLASSES, all_signs
from app.curation.pii.detection import resolved, spans_of
from app.curation.pii.detector import Span, detectors, kinds, packaged_detectors
from app.curation.pii.detectors.card import has_luhn_digit
from app.curation.texts import Texts

FOUND = {
    "email": [
        ("Write to jane.doe+x@mail.example.co.uk.", "jane.doe+x@mail.example.co.uk"),
        ("'bob@x.org'", "bob@x.org"),
        ("mailto:%20info@bafa.bund.de", "info@bafa.bund.de"),
        ("利用者 user@例え.jp", "user@例え.jp"),
    ],
    "phone": [
        ("+33 6 12 34 56 78 now", "+33 6 12 34 56 78"),
        ("from 0049 30 901820", "0049 30 901820"),
        ("+49 (0)30 901820", "+49 (0)30 901820"),
        ("Fax: 463-612-6138x036", "463-612-6138x036"),
        ("at (415) 382-4400.", "(415) 382-4400"),
        ("Ring me (0487 98 11 92)", "0487 98 11 92"),
        ("781 1704 office", "781 1704"),
        ("06 12 34 56 78", "06 12 34 56 78"),
        ("手机 13812345678", "13812345678"),
    ],
    "ip": [
        ("from 86.121.97.248|", "86.121.97.248"),
        ("2001:4860:4001:801::1011", "2001:4860:4001:801::1011"),
        ("the DNS server 8.8.8.8", "8.8.8.8"),
    ],
    "private_ip": [("http://127.0.0.1:7878", "127.0.0.1"), ("10.0.0.1", "10.0.0.1"), ("2001:db8::1", "2001:db8::1")],
    "mac": [("00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"), ("00-1b-44-11-3a-b7", "00-1b-44-11-3a-b7")],
    "card": [
        ("4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("3782 822463 10005", "3782 822463 10005"),
        ("card # 060426070011", "060426070011"),
        ("pay with 5213591727586604", "5213591727586604"),
    ],
    "iban": [
        ("IBAN GB29 NWBK 6016 1331 9268 19 BANK", "GB29 NWBK 6016 1331 9268 19"),
        ("de89370400440532013000", "de89370400440532013000"),
    ],
    "national_id": [
        ("123-45-6789", "123-45-6789"),
        ("NINO AB 12 34 56 C", "AB 12 34 56 C"),
        ("DNI 12345678Z", "12345678Z"),
        ("529.982.247-25", "529.982.247-25"),
        ("NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
        ("RCCMNL83S18D969H", "RCCMNL83S18D969H"),
        ("131052-308T", "131052-308T"),
        ("pesel 44051401359", "44051401359"),
        ("NHS number 943 476 5919", "943 476 5919"),
        ("身份证 11010519491231002X", "11010519491231002X"),
    ],
    "document_number": [
        ("My driver's license number is U62928788557186", "U62928788557186"),
        ("passport no. X1234567", "X1234567"),
        ("account number: 12345678", "12345678"),
    ],
    "secret": [
        ("key AKIA" + "IOSFODNN7EXAMPLE", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a", "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.SflKxwRJSMeKKF2QT4", None),
        ("-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1c7\n-----END PRIVATE KEY-----", None),
    ],
    "password": [
        ("password = 'hunter2xY'", "hunter2xY"),
        ("API_KEY: 9f8a7b6c5d4e3f2a1b0c9d8e", "9f8a7b6c5d4e3f2a1b0c9d8e"),
        ('"password": "Horse@Battery"', "Horse@Battery"),
        ("My password is Tr0ub4dor&3.", "Tr0ub4dor&3"),
    ],
    "link": [
        ("postgres://admin:pa55w0rd@db.example.com:5432/app", None),
        ("see https://api.x.com/v1?token=abc123def456&x=1.", "https://api.x.com/v1?token=abc123def456&x=1"),
    ],
    "wallet": [
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", None),
        ("0x52908400098527886E0F7030069857D2E4169EE7", None),
    ],
}
NOTHING = [
    "version 1.2.3.4", "Figure 10.1.2.3", "std::vector<int> a::b1", "12:30:45", "icon@2x.png", "git@github.com:a/b.git",
    "@property", "a@b", "ISBN 978-3-16-148410-0", "doi 10.1000/182", "pi is 3.14159265358979", "2018-01-14 03:07:43",
    "12/25/2020 - 01/01/2021", "1990-1995", "1,000,000,000", "1000000 2000000", "order 4111111111111111",
    "4111 1111 1111 1112", "GB29 NWBK 6016 1331 9268 18", "000-45-6789", "44051401359", "943 476 5919",
    "123e4567-e89b-12d3-a456-426614174000", "d41d8cd98f00b204e9800998ecf8427e", "password = get_password()",
    "password: ********", "password: String!", "password: see below for more", "API_KEY=your_api_key_0123456", "https://example.org/?page=12345678", "0000033-9",
    "https://github.com/a/b?tab=readme&token=<TOKEN>", "AKIA" + "X" * 16, "00:00:00:00:00:00", "1 2 3 4 5 6 7 8 9 10",
    "x = 100 - 200 - 3000", "224.0.0.0/4",
]  # fmt: skip
CASES = [(kind, text, value or text) for kind, cases in FOUND.items() for text, value in cases]


@pytest.mark.parametrize(("kind", "text", "value"), CASES)
def test_finds(kind: str, text: str, value: str) -> None:
    found = dict(spans_of([text])).get(0, [])
    assert [(span.kind, text[span.start : span.end]) for span in found] == [(kind, value)]


@pytest.mark.parametrize("text", NOTHING)
def test_finds_nothing(text: str) -> None:
    assert list(spans_of([text])) == []


def test_every_packaged_kind_is_tested() -> None:
    assert {kind for one in packaged_detectors() for kind in one.kinds()} == set(FOUND)


@pytest.mark.parametrize("detector", packaged_detectors(), ids=lambda one: one.key())
def test_no_detector_finds_what_its_signs_do_not_show(detector: object) -> None:
    """A text without the sign is never looked at, so every example must show it."""
    texts = [text for kind in type(detector).kinds() for text, _ in FOUND[kind]]  # type: ignore[attr-defined]
    buffer = Texts.of(texts)
    seen = all_signs(buffer.data, buffer.offsets, CLASSES)
    assert all(int(sign) & detector.signs for sign in seen)  # type: ignore[attr-defined]


SNIPPETS = [text for _, text, _ in CASES] + NOTHING
MIXED = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=5), st.just("\n")), max_size=6).map(" ".join)


@given(MIXED)
def test_spans_lie_in_the_text_and_never_overlap(text: str) -> None:
    for _, spans in spans_of([text]):
        assert all(0 <= span.start < span.end <= len(text) and span.kind in kinds() for span in spans)
        assert all(0 < span.score <= 1 for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))


@given(MIXED)
def test_signs_never_hide_what_a_detector_would_find(text: str) -> None:
    unaided = [span for one in packaged_detectors() for span in one.spans(text)]
    assert dict(spans_of([text])).get(0, []) == resolved(unaided)


def test_the_longest_span_wins_then_the_surest() -> None:
    spans = [Span("phone", 0, 9, 0.6), Span("card", 0, 9, 0.9), Span("link", 5, 30, 0.5), Span("ip", 30, 33, 0.9)]
    assert [span.kind for span in resolved(spans)] == ["link", "ip"]
    assert [span.kind for span in resolved(spans[:2])] == ["card"]
    assert [span.kind for span in resolved([Span("card", 0, 9, 0.5), Span("phone", 0, 9, 0.9)])] == ["phone"]


@pytest.mark.parametrize(
    "piece",
    ["x", "1", "1 ", "a@", "x@a.", "GB29 ", "a.1", "-eyJ", "::", "0 1", "+1 ", "a-b_", "passw", "https://a:", "key: "],
)
def test_hostile_texts_are_read_in_proportion_to_their_length(piece: str) -> None:
    """Quadratic work would take minutes here."""
    for detector in packaged_detectors():
        list(detector.spans(piece * 50_000))


def test_numbers_in_a_row_are_found_one_by_one() -> None:
    text = "4111 1111 1111 1111 5213 5917 2758 6604 8.5 % and NHS number 943 476 5919 12 or 2020 415-382-4400 (415) 382-4401 +33 6 12 34 56 78"
    found = dict(spans_of([text]))[0]
    assert [text[span.start : span.end] for span in found] == [
        "4111 1111 1111 1111", "5213 5917 2758 6604", "943 476 5919", "415-382-4400", "(415) 382-4401", "+33 6 12 34 56 78",
    ]  # fmt: skip


def test_card_check_digit() -> None:
    assert has_luhn_digit("79927398713")
    assert not has_luhn_digit("79927398710")


def test_detectors_are_found_by_file_name() -> None:
    assert {"email", "phone", "spacy", "presidio"} <= set(detectors())
    assert all(key == one.key() and one.title for key, one in detectors().items())
