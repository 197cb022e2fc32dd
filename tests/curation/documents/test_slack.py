"""Slack exports: every thread is an exchange or a fault, nothing that is said is lost, and samples name nobody."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.documents.document import Element
from app.curation.documents.elements import elements as in_a_child
from app.curation.documents.format import Unreadable, format_of
from app.curation.documents.formats.slack import is_export
from tests.curation.documents.reading import DATA, asked_and_answered, blocks, exchanges, faults, read, words

EXPORT = DATA / "chat" / "slack_export_testarchive.zip"
USERS = [
    {"id": "U1", "name": "ann", "profile": {"display_name": "Ann", "real_name": "Ann Asker"}},
    {"id": "U2", "name": "ben", "profile": {"display_name": "", "real_name": "Ben Knower"}},
    {"id": "U3", "name": "cat"},
]
Raw = dict[str, Any]


def said(user: str, text: str, ts: float, **more: Any) -> Raw:
    return {"type": "message", "user": user, "text": text, "ts": f"{ts:.6f}", **more}


def thread(*messages: Raw) -> list[Raw]:
    return [message | {"thread_ts": messages[0]["ts"]} for message in messages]


def export(folder: Path, days: dict[str, list[Any]], **more: Any) -> Path:
    path = folder / "export.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        archive.writestr("users.json", json.dumps(USERS))
        for name, value in more.items():
            archive.writestr(f"{name}.json", json.dumps(value))
        for name, messages in days.items():
            archive.writestr(f"{name}.json", json.dumps(messages))
    return path


@pytest.fixture
def day(tmp_path: Path) -> Any:
    return lambda messages: read("slack", export(tmp_path, {"help/2024-01-01": messages}))


QUESTION = said("U1", "How do I sterilise it?", 100)
LONG = said("U3", "I would think about it for a long time before I did anything at all.", 110)
SHORT = said("U2", "Boil it.", 120)


@pytest.mark.parametrize(
    ("messages", "answer", "known_by"),
    [
        ([QUESTION, LONG, SHORT], LONG["text"], "longest"),
        ([QUESTION, LONG, SHORT | {"reactions": [{"name": "white_check_mark", "users": ["U3"]}]}], SHORT["text"], "marked"),
        ([QUESTION, LONG, SHORT, said("U1", "<@U2> thank you, that worked", 130)], SHORT["text"], "thanked"),
        ([QUESTION, SHORT, said("U1", "Danke!", 130), LONG | {"ts": "140.0"}], SHORT["text"], "thanked"),
        ([QUESTION, SHORT, said("U1", "No thanks", 130), LONG], LONG["text"], "longest"),
        ([QUESTION, SHORT | {"reactions": [{"name": "+1::skin-tone-2", "users": ["U1"]}]}, LONG], SHORT["text"], "liked"),
        ([QUESTION, SHORT | {"reactions": [{"name": "+1", "users": ["U3"]}]}, LONG], LONG["text"], "longest"),
        ([QUESTION, SHORT, LONG | {"ts": "125.0", "bot_id": "B1"}, said("U1", "Thanks", 130)], SHORT["text"], "thanked"),
        ([QUESTION, SHORT | {"text": "<@U1>, boil it."}, LONG], "boil it.", "addressed"),
        ([QUESTION, LONG | {"bot_id": "B1"}, SHORT], SHORT["text"], "longest"),
        ([QUESTION, SHORT, said("U2", "Ten minutes.", 125), said("U3", "Yes.", 126)], "Boil it.\nTen minutes.", "longest"),
    ],
)  # fmt: skip
def test_the_accepted_answer(day: Any, messages: list[Raw], answer: str, known_by: str) -> None:
    (found,) = exchanges(day(thread(*messages)))
    assert asked_and_answered(found) == (QUESTION["text"], answer)
    assert found.metadata["answer_known_by"] == known_by
    assert found.heading == ("help",)


def test_a_sample_names_nobody_and_its_passage_names_everybody(day: Any) -> None:
    messages = thread(said("U1", "<@U2>: is <@U3|cat> right?", 1), said("U2", "<@U1> Ask <@U3>, see <#C1|help>", 2))
    (found,) = exchanges(day(messages))
    assert asked_and_answered(found) == ("is @User 3 right?", "Ask @User 3, see #help")
    assert found.block.text == "**Ann**: @Ben Knower: is @cat right?\n\n**Ben Knower**: @Ann Ask @cat, see #help"


def test_links_and_signs_are_resolved(day: Any) -> None:
    text = "See <https://a.b/c|the page>, <https://a.b>, <mailto:x@y.z|x@y.z>: 1 &lt; 2 &amp;&amp; <!here> <!subteam^S1|@docs> ```x```"
    (block,) = blocks(day([said("U1", text, 1)]))[1:]
    assert block.text == (
        "**Ann**: See [the page](https://a.b/c), https://a.b, x@y.z: 1 < 2 && @here @docs\n```\nx\n```"
    )


def test_joins_are_dropped_and_edits_bots_and_files_noted(day: Any) -> None:
    elements = day(
        [
            {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1.0"},
            {"type": "message", "subtype": "tombstone", "user": "U1", "text": "This message was deleted.", "ts": "1.5"},
            said("U1", "Look", 2, files=[{"name": "x.png", "title": "The plan"}], edited={"user": "U1", "ts": "3"}),
            {"type": "message", "subtype": "bot_message", "username": "CI", "text": "", "ts": "4.0", "bot_id": "B1",
             "attachments": [{"title": "Build <https://c.i|7>", "text": "failed", "fallback": "Build 7"}]},
            {"type": "message", "bot_id": "B2", "ts": "5.0", "blocks": [{"type": "section", "text": {"text": "In blocks"}}]},
        ]
    )  # fmt: skip
    assert [block.text for block in blocks(elements)] == [
        "help",
        "**Ann**: Look [file: The plan] (edited)\n\n**CI** (bot): Build [7](https://c.i)\nfailed\n\n**Bot** (bot): In blocks",
    ]


def test_a_changed_message_is_read_as_it_became(day: Any) -> None:
    first = said("U1", "Tpyo", 1)
    change = {"type": "message", "subtype": "message_changed", "ts": "9.0", "message": said("U1", "Typo", 1)}
    assert words(day([first, change])) == "help\n**Ann**: Typo (edited)"


def test_a_thread_is_kept_across_days(tmp_path: Path) -> None:
    question, answer = thread(said("U1", "When?", 1_704_100_000), said("U2", "Tomorrow.", 1_704_190_000))
    days = {"help/2024-01-01": [question, said("U3", "Lunch", 1_704_100_001)], "help/2024-01-02": [answer]}
    elements = read("slack", export(tmp_path, days))
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("When?", "Tomorrow.")
    assert (found.metadata["started"], found.metadata["ended"]) == ("2024-01-01T09:06:40", "2024-01-02T10:06:40")
    assert "Lunch" in words(elements)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (thread(said("U1", "Anyone?", 1)), "unanswered"),
        (thread(said("U1", "Anyone?", 1), said("U1", "Hello?", 2)), "unanswered"),
        (thread(said("U1", "Anyone?", 1), said("U2", "Beep", 2, bot_id="B1")), "unanswered"),
        (thread(said("U1", "Gone?", 1), said("U2", "Yes", 2), said("U3", "No", 3))[1:], "missing_question"),
    ],
)
def test_a_thread_without_an_exchange_is_a_fault_and_stays_readable(day: Any, messages: list[Raw], code: str) -> None:
    elements = day(messages)
    assert not exchanges(elements)
    assert [fault.code for fault in faults(elements)] == [code]
    assert all(message["text"] in words(elements) for message in messages)


def test_a_reply_that_was_sent_to_the_channel_too_counts_once(day: Any) -> None:
    question, reply = thread(QUESTION, SHORT)
    elements = day([question, reply, {k: v for k, v in reply.items() if k != "thread_ts"}])
    assert [exchange.metadata["messages"] for exchange in exchanges(elements)] == [2]
    assert len(blocks(elements)) == 1


def test_a_question_that_does_not_know_its_thread_belongs_to_it(day: Any) -> None:
    _, reply = thread(QUESTION, SHORT)
    (found,) = exchanges(day([QUESTION, reply]))
    assert asked_and_answered(found) == (QUESTION["text"], SHORT["text"])


def test_talk_is_cut_at_silence(day: Any) -> None:
    elements = day([said("U1", "a", 0), said("U2", "b", 3500), said("U1", "c", 3500 + 3601)])
    assert [block.text for block in blocks(elements)[1:]] == ["**Ann**: a\n\n**Ben Knower**: b", "**Ann**: c"]


def test_a_broken_day_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    path = export(tmp_path, {"help/2024-01-02": [said("U1", "Fine", 1)]})
    with ZipFile(path, "a") as archive:
        archive.writestr("help/2024-01-01.json", b'[{"type": "mess')
    elements = read("slack", path)
    assert [fault.code for fault in faults(elements)] == ["day_unreadable"]
    assert "Fine" in words(elements)


def test_a_direct_message_is_named_by_its_people(tmp_path: Path) -> None:
    path = export(tmp_path, {"D1/2024-01-01": [said("U1", "Hi", 1)]}, dms=[{"id": "D1", "members": ["U1", "U2"]}])
    assert blocks(read("slack", path))[0].text == "Ann, Ben Knower"


def test_an_export_is_told_from_other_archives(tmp_path: Path) -> None:
    path = export(tmp_path, {"help/2024-01-01": []})
    assert is_export(path)
    assert format_of(path.name, path.read_bytes()[:65_536]) == "slack"
    other = tmp_path / "other.zip"
    with ZipFile(other, "w") as archive:
        archive.writestr("data/users.json.txt", "x")
        archive.writestr("2024-01-01.json", "[]")
    assert not is_export(other)
    assert format_of(other.name, other.read_bytes()) != "slack"
    assert not is_export(tmp_path / "absent.zip")


def test_damage_is_a_clear_refusal(tmp_path: Path) -> None:
    path = export(tmp_path, {"help/2024-01-01": [QUESTION]})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Unreadable) as refused:
        list(read("slack", path))
    assert refused.value.code == "damaged_archive"


def test_a_single_day_is_read_without_its_export(tmp_path: Path) -> None:
    path = tmp_path / "2024-01-01.json"
    messages = thread(
        said("U1", "How?", 1_700_000_000, user_profile={"display_name": "Ann"}), said("U2", "So.", 1_700_000_009)
    )
    path.write_text(json.dumps(messages))
    assert format_of("help/2024-01-01.json", path.read_bytes()) == "slack_day"
    (found,) = exchanges(read("slack_day", path, "help/2024-01-01.json"))
    assert asked_and_answered(found) == ("How?", "So.")
    assert found.block.text == "**Ann**: How?\n\n**User 2**: So."


texts = st.text("abc ?<>@&`*|\n\ue000é", min_size=1, max_size=12).filter(lambda text: any(c.isalnum() for c in text))
messages = st.lists(st.tuples(st.sampled_from(["U1", "U2", "U9"]), texts, st.integers(0, 3)), max_size=12)


def _threaded(drawn: list[tuple[str, str, int]]) -> Iterator[Raw]:
    """Message n at time n + 1; thread 0 is none, another one is called by the time of its first message."""
    first: dict[int, str] = {}
    for at, (user, text, number) in enumerate(drawn):
        message = said(user, text, at + 1)
        first.setdefault(number, message["ts"])
        yield message | ({"thread_ts": first[number]} if number else {})


@given(messages)
@settings(max_examples=60)
def test_threads_in_are_exchanges_and_faults(tmp_path_factory: pytest.TempPathFactory, drawn: list[Any]) -> None:
    raw = list(_threaded(drawn))
    elements: list[Element] = read("slack", export(tmp_path_factory.mktemp("slack"), {"help/2024-01-01": raw}))
    assert len(exchanges(elements)) + len(faults(elements)) == len({m["thread_ts"] for m in raw if "thread_ts" in m})
    shown = "".join(words(elements).split())
    for message in raw:
        for word in message["text"].translate({0xE000: None}).split():
            assert word.replace("&lt;", "<") in shown or set(word) & set("<>&`|")


@pytest.mark.skipif(not EXPORT.exists(), reason="needs ../shared/data/chat")
def test_a_real_export_is_complete() -> None:
    with ZipFile(EXPORT) as archive:
        days = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".json")]
        raw = [message for name in days for message in json.loads(archive.read(name))]
    spoken = [m for m in raw if m.get("subtype") not in ("channel_join", "bot_add")]
    threads = {m["thread_ts"] for m in raw if "thread_ts" in m}
    elements = list(in_a_child("slack", EXPORT, EXPORT.name))
    shown = "".join(words(elements).split())
    assert len(raw) == 158
    assert len(spoken) == 147
    assert len(exchanges(elements)) + len(faults(elements)) == len(threads) == 0
    plain = [m["text"] for m in spoken if m["text"] and not set("<&`") & set(m["text"])]
    assert len(plain) == 18
    assert all("".join(text.split()) in shown for text in plain)
    assert "@U0BM" not in shown
