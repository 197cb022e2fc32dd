"""E-mail: the text part, what is quoted and what is a signature; threads of a mailbox put together."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.curation.documents.read_made import SHARED, facts, read, refusal, said

REPLY = """From: =?utf-8?q?B=C3=A9a?= <b@example.com>
To: a@example.com
Subject: Re: Dose
Date: Thu, 1 Jan 2020 00:00:00 +0000
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

F=FCnf mg.

On Mon, 3 Feb 2020 at 10:00, Some One <some@example.com>
wrote:
> How many
> mg?

It is written on the box.
-- 
B, Dept
--x
Content-Type: text/html

<p>not this</p>
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="box.pdf"
Content-Transfer-Encoding: base64

JVBERg==
--x--
"""


def test_a_reply_is_taken_apart(tmp_path: Path) -> None:
    made = read(tmp_path, "a.eml", REPLY)
    told = facts(made)
    assert told.title == "Re: Dose"
    assert told.metadata["from"] == "Béa <b@example.com>"
    assert told.metadata["attachments"] == ["box.pdf"]
    assert said(made) == [
        ("heading1", "Re: Dose"),
        ("paragraph", "Fünf mg."),
        ("quote", "On Mon, 3 Feb 2020 at 10:00, Some One <some@example.com>\nwrote:\n> How many\n> mg?"),
        ("paragraph", "It is written on the box."),
        ("furniture", "-- \nB, Dept"),
    ]


def test_html_where_there_is_no_text(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        "a.eml",
        "Subject: x\nContent-Type: text/html; charset=utf-8\n\n<p>Hello<ul><li>one</ul><blockquote>old</blockquote>",
    )
    assert said(made)[1:] == [("paragraph", "Hello"), ("list", "- one"), ("quote", "> old")]


def test_what_stands_under_the_head_of_an_older_message_is_quoted(tmp_path: Path) -> None:
    made = read(
        tmp_path, "a.eml", "Subject: x\n\nNew.\n\n-----Original Message-----\nFrom: A\nSent: today\nTo: B\n\nOld."
    )
    assert [kind for kind, _ in said(made)] == ["heading1", "paragraph", "quote"]


def test_threads_of_a_mailbox_stand_together(tmp_path: Path) -> None:
    def message(number: int, subject: str, hour: int, more: str = "") -> str:
        return (
            f"From a@example.com Thu Jan  1 00:00:00 2020\nFrom: P{number} <p@example.com>\nSubject: {subject}\n"
            f"Message-ID: <{number}@x>\nDate: Wed, 1 Jan 2020 0{hour}:00:00 +0000\n{more}\nText {number}.\n\n>From here on.\n\n"
        )

    made = read(
        tmp_path,
        "a.mbox",
        message(1, "Dose", 1) + message(2, "Other", 2) + message(3, "Re: Dose", 4, "References: <1@x>\n")
        + message(4, "AW: Dose", 3, "In-Reply-To: <1@x>\n"),
    )  # fmt: skip
    assert facts(made).metadata == {"messages": 4, "threads": 2}
    assert [text.split(" ")[0] for kind, text in said(made) if kind.startswith("heading")] == [
        "Dose",
        "P1",
        "P4",
        "P3",
        "Other",
        "P2",
    ]
    assert ("paragraph", "From here on.") in said(made)


@pytest.mark.parametrize(
    ("content", "code"), [("no headers at all", "not_email"), ("", "not_email"), ("To: a\n\n", "empty")]
)
def test_refusals(tmp_path: Path, content: str, code: str) -> None:
    assert refusal(tmp_path, "a.eml", content) == code


LINES = ["Subject: x", "From: =?x?q?=FF?=", "Content-Type: multipart/mixed; boundary=b", "Content-Type: text/plain; charset=nope", "", "--b", "--b--",
         "Content-Transfer-Encoding: base64", "From a", "> q", "-- ", "Content-Type: message/rfc822", "Content-Disposition: ;;=\"", "Date: \0", "text"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.sampled_from(LINES), max_size=16))
def test_any_message_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.mktemp("mail")
    for name in ("a.eml", "a.mbox"):
        assert refusal(folder, name, "\n".join(lines)) in {"", "not_email", "empty"}


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_a_real_message(tmp_path: Path) -> None:
    made = read(tmp_path, "a.eml", (SHARED / "office_html_epub/unstructured/fake-email.eml").read_bytes())
    assert said(made)[-1] == ("list", "- Roses are red\n- Violets are blue")
