"""WhatsApp, IRC, Discord and Telegram: what their exports look like, and what looks like them but is not theirs."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.documents.document import Element
from app.curation.documents.elements import elements as in_a_child
from app.curation.documents.format import Unreadable, format_of, known
from tests.curation.documents.reading import asked_and_answered, blocks, exchanges, read, words

IPHONE = """[12.03.24, 10:15:01] Group: \u200eMessages and calls are end-to-end encrypted.
[12.03.24, 10:15:02] Ann: How often do I take it?
I got it yesterday.
[12.03.24, 10:16:00] \u202a+49 170 1234\u202c: Twice a day,
in the morning
\u200e[12.03.24, 10:17:00] Ann: \u200eimage omitted
[12.03.24, 10:18:00] Ann: Danke!
[13.03.24, 9:00:00] Ann: Good morning"""
ANDROID = """12/3/24, 10:15\u202fAM - Messages and calls are end-to-end encrypted.
12/3/24, 10:15 AM - Ann created group "Us: two"
12/13/24, 11:15 AM - Ann: How often?
12/13/24, 1:15 PM - Ben: Twice <This message was edited>
12/13/24, 1:16 PM - Ann: <Media omitted>
12/13/24, 1:17 PM - Ben: This message was deleted"""


def of(key: str, folder: Path, text: str, suffix: str = ".txt") -> list[Element]:
    path = folder / f"chat{suffix}"
    path.write_bytes(text.encode())
    assert format_of(path.name, path.read_bytes()[:65_536]) == key
    return read(key, path)


def test_whatsapp_of_an_iphone(tmp_path: Path) -> None:
    elements = of("whatsapp", tmp_path, IPHONE)
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("How often do I take it?\nI got it yesterday.", "Twice a day,\nin the morning")
    assert found.metadata["answer_known_by"] == "thanked"
    assert found.metadata["started"] == "2024-03-12T10:15:02"
    assert "**+49 170 1234**: Twice" in found.block.text
    assert "[image omitted]" in found.block.text
    assert [block.text for block in blocks(elements)] == ["**Ann**: Good morning"]


def test_whatsapp_of_an_android(tmp_path: Path) -> None:
    (found,) = exchanges(of("whatsapp", tmp_path, ANDROID))
    assert asked_and_answered(found) == ("How often?", "Twice")
    assert (found.metadata["started"], found.metadata["ended"]) == ("2024-12-13T11:15:00", "2024-12-13T13:16:00")
    assert found.block.text == "**Ann**: How often?\n\n**Ben**: Twice (edited)\n\n**Ann**: [Media omitted]"


@pytest.mark.parametrize(
    ("line", "started"),
    [
        ("2024-03-12, 10:15 - ", "2024-03-12T10:15:00"),
        ("[2024/3/12 下午3:04:05] ", "2024-03-12T15:04:05"),
        ("3/12/24, 12:05 AM - ", "2024-12-03T00:05:00"),
        ("3/13/24, 12:05 PM - ", "2024-03-13T12:05:00"),
        ("12.03.2024, 10.15 - ", "2024-03-12T10:15:00"),
        ("[3/13/2024, 1:05:06 p. m.] ", "2024-03-13T13:05:06"),
        ("12/03/2024 10:15 - ", "2024-03-12T10:15:00"),
        ("12/03/24 à 10:15 - ", "2024-03-12T10:15:00"),
    ],
)
def test_dates_of_whatsapp(tmp_path: Path, line: str, started: str) -> None:
    (found,) = exchanges(of("whatsapp", tmp_path, f"{line}Ann: Why?\n{line}Ben: So."))
    assert found.metadata["started"] == started


def test_month_and_day_are_told_by_the_order_of_the_dates(tmp_path: Path) -> None:
    text = "\n".join(f"{month}/{day}/24, 10:15 - Ann: x?" for month, day in [(1, 2), (1, 9), (2, 1), (2, 3)])
    text += "\n2/3/24, 10:16 - Ben: y"
    (found,) = exchanges(of("whatsapp", tmp_path, text))
    assert found.metadata["started"] == "2024-02-03T10:15:00"


def test_a_caption_below_a_picture_is_said(tmp_path: Path) -> None:
    text = "[12.03.24, 10:15:02] Ann: \u200e<attached: 1.jpg>\nIs this it?\n[12.03.24, 10:15:03] Ben: IMG-1.jpg (file attached)\nYes"
    (found,) = exchanges(of("whatsapp", tmp_path, text))
    assert asked_and_answered(found) == ("Is this it?", "Yes")
    assert "[attached: 1.jpg]" in found.block.text


IRSSI = """--- Log opened Tue Jan 01 10:00:00 2019
10:15 -!- ann [x@y] has joined #chan
10:15 < ann> how do I quit vim?
10:16 <@ben> ann: press escape, then :q!
10:16 < cat> buy another computer, it is not worth the trouble at all
10:17  * ann tries
--- Day changed Wed Jan 02 2019
10:17 < ann> other"""


def test_irc(tmp_path: Path) -> None:
    elements = of("irc", tmp_path, IRSSI, ".log")
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("how do I quit vim?", "press escape, then :q!")
    assert (found.metadata["answer_known_by"], found.metadata["started"]) == ("addressed", "2019-01-01T10:15:00")
    assert found.block.text.endswith("**ann**: *tries*")
    assert words(elements).startswith("**ann**: other")


@pytest.mark.parametrize(
    ("lines", "notice"),
    [
        ("[10:15] <ann> how?\n[10:16] <ben> so.\n[10:17] <ann> ok", "=== dan [~d@e] has joined #chan"),
        ("[10:15:01] <ann> how?\n[10:16:00] <ben> so.\n[10:17:00] <ann> ok", "[10:18:00] *** Joins: dan (d@e)"),
        ("2019-01-01 10:15:00\tann\thow?\n2019-01-01 10:16:00\t@ben\tso.\n2019-01-01 10:17:00\tann\tok", "2019-01-01 10:18:00\t-->\tdan (d@e) has joined"),
        ("[2019-01-01T10:15:00Z] <ann> how?\n[2019-01-01T10:16:00Z] <ben> so.\n[2019-01-01T10:17:00Z] <ann> ok", "[2019-01-01T10:18:00Z] * dan (d@e) has left"),
        ("10:15 <+ann> \x0304how?\x03\n10:16 <~ben> so.\n10:17 <ann> ok", "Session Close: Tue"),
    ],
)  # fmt: skip
def test_irc_of_other_programs(tmp_path: Path, lines: str, notice: str) -> None:
    elements = of("irc", tmp_path, f"{lines}\n{notice}\n")
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("how?", "so.")
    assert "dan" not in words(elements)


def test_a_log_without_dates_passes_midnight(tmp_path: Path) -> None:
    elements = of("irc", tmp_path, "[23:50] <ann> a\n[23:59] <ann> b\n[00:05] <ann> c\n[09:00] <ann> d")
    assert [block.text for block in blocks(elements)] == ["**ann**: a\nb\nc", "**ann**: d"]


def test_a_log_in_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes("[10:15] <ann> früh\n[10:15] <ann> ¿qué?\n[10:15] <ben> así\n".encode("cp1252"))
    assert "früh" in words(read("irc", path))


def discord(*messages: dict[str, Any], **channel: Any) -> str:
    about = {"id": "9", "type": "GuildTextChat", "category": "Help", "name": "vim", "topic": None} | channel
    return json.dumps({"guild": {"id": "1", "name": "Server"}, "channel": about, "dateRange": {}, "messages": messages})


def posted(number: int, author: str, content: str, **more: Any) -> dict[str, Any]:
    about = {"id": author.lower(), "name": author.lower(), "nickname": author, "isBot": False}
    stamp = f"2024-01-01T{10 + number // 60:02}:{number % 60:02}:00+00:00"
    return {"id": str(number), "type": "Default", "timestamp": stamp, "content": content, "author": about} | more


def test_discord_replies_are_threads(tmp_path: Path) -> None:
    text = discord(
        posted(1, "Ann", "How?"),
        posted(2, "Cat", "Lunch"),
        posted(3, "Ben", "@Ann So.", type="Reply", reference={"messageId": "1"}, mentions=[{"id": "ann", "name": "ann", "nickname": "Ann"}],
               timestampEdited="2024-01-01T11:00:00+00:00", attachments=[{"fileName": "a.png"}]),
        posted(4, "Dan", "Longer than that.", type="Reply", reference={"messageId": "3"}),
        posted(5, "Eve", "joined", type="GuildMemberJoin"),
        posted(6, "", "") | {"author": {"id": "b", "name": "Bot", "isBot": True}, "embeds": [{"title": "Build", "description": "failed"}]},
    )  # fmt: skip
    elements = of("discord", tmp_path, text, ".json")
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("How?", "So.")
    assert found.heading == ("vim",)
    assert found.block.text == "**Ann**: How?\n\n**Ben**: @Ann So. [file: a.png] (edited)\n\n**Dan**: Longer than that."
    assert [block.text for block in blocks(elements)] == ["**Cat**: Lunch\n\n**Bot** (bot): Build\nfailed"]


def test_a_discord_thread_is_one_exchange(tmp_path: Path) -> None:
    text = discord(
        posted(1, "Ann", "How?"),
        posted(200, "Ben", "So.", reactions=[{"emoji": {"name": "✅"}}]),
        type="GuildPublicThread",
    )
    (found,) = exchanges(of("discord", tmp_path, text, ".json"))
    assert (asked_and_answered(found), found.metadata["answer_known_by"]) == (("How?", "So."), "marked")


def sent(number: int, person: str, text: Any, **more: Any) -> dict[str, Any]:
    about = {"id": number, "type": "message", "date_unixtime": str(1_700_000_000 + 60 * number), "from": person}
    return about | {"date": "2023-11-14T22:13:20", "from_id": f"user{person}", "text": text} | more


CHAT = {
    "name": "Practice", "type": "private_group", "id": 5,
    "messages": [
        {"id": 0, "type": "service", "date": "2023-11-14T22:13:20", "actor": "Ann", "actor_id": "userAnn", "action": "create_group", "text": ""},
        sent(1, "Ann", ["See ", {"type": "text_link", "text": "this", "href": "https://a.b"}, ": ", {"type": "code", "text": "x"}, "?"]),
        sent(2, "Cat", "Lunch", media_type="sticker", file="(File not included. Change data exporting settings to download.)"),
        sent(3, "Ben", [{"type": "mention_name", "text": "Ann", "user_id": "Ann"}, ", so."], reply_to_message_id=1, edited="2023-11-14T23:00:00"),
        sent(4, "Ben", "", poll={"question": "Which?", "answers": [{"text": "One"}, {"text": "Two"}]}),
    ],
}  # fmt: skip


def test_telegram(tmp_path: Path) -> None:
    elements = of("telegram", tmp_path, json.dumps(CHAT), ".json")
    (found,) = exchanges(elements)
    assert asked_and_answered(found) == ("See [this](https://a.b): `x`?", "so.")
    assert found.heading == ("Practice",)
    assert "**Ben**: @Ann, so. (edited)" in found.block.text
    assert [block.text for block in blocks(elements)] == ["**Cat**: Lunch [sticker]\n\n**Ben**: Which?\n- One\n- Two"]


def test_all_chats_of_telegram_in_one_file(tmp_path: Path) -> None:
    text = json.dumps({"about": "", "chats": {"about": "", "list": [CHAT, CHAT | {"name": "Other"}]}})
    elements = of("telegram", tmp_path, text, ".json")
    assert len(exchanges(elements)) == 2
    assert [block.text for block in blocks(elements) if block.level == 1] == ["Practice", "Other"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "12.03.24 was a day.\n\nSo was 13.03.24, 10:15 - or not."),
        ("a.txt", "[1] Ann: On things\n[2] Ben: On others\n[3] Cat: On more"),
        ("a.txt", "10:15 The train leaves\n10:20 It arrives\n"),
        ("a.txt", "Ann: Hello\nBen: Hi"),
        ("a.txt", "<p>10:15</p>"),
        ("a.txt", ""),
        ("a.json", '[{"question": "a", "answer": "b"}]'),
        ("a.json", '{"messages": [{"role": "user", "content": "Hi"}]}'),
        ("a.json", '[{"messages": [{"role": "user", "content": "Hi"}], "type": "message", "ts": "1"}]'),
        ("a.json", '{"name": "x", "type": "y", "id": 1, "messages": []}'),
        ("a.json", '{"guild": 1}'),
        ("a.json", "[]"),
        ("a.json", "null"),
    ],
)
def test_files_of_the_same_names_are_not_claimed(name: str, text: str) -> None:
    assert format_of(name, text.encode()) not in {"whatsapp", "irc", "discord", "telegram", "slack_day"}


@pytest.mark.parametrize(
    ("key", "text"), [("discord", '{"guild": {}, "channel": {}, "messages"'), ("telegram", "[1"), ("slack_day", "{}")]
)
def test_broken_exports_are_refusals(tmp_path: Path, key: str, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(Unreadable) as refused:
        list(in_a_child(key, path, path.name))
    assert refused.value.code in ("broken_json", "no_messages")


texts = st.text("ab?:é <>[]", min_size=1, max_size=12).filter(lambda text: any(c.isalnum() for c in text))
lines = st.lists(st.tuples(st.sampled_from(["Ann", "Ben"]), texts, st.integers(0, 23)), min_size=3, max_size=10)


def _whatsapp(drawn: list[tuple[str, str, int]]) -> str:
    return "\n".join(f"[12.03.24, {hour}:15:00] {name}: {text}" for name, text, hour in drawn)


def _irc(drawn: list[tuple[str, str, int]]) -> str:
    return "\n".join(f"[{hour:02}:15] <{name}> {text}" for name, text, hour in drawn)


def _discord(drawn: list[tuple[str, str, int]]) -> str:
    return discord(
        *(
            posted(60 * hour % 600, name, text, id=str(at), reference={"messageId": str(hour)})
            for at, (name, text, hour) in enumerate(drawn)
        )
    )


def _telegram(drawn: list[tuple[str, str, int]]) -> str:
    return json.dumps(
        CHAT
        | {"messages": [sent(at, name, text, reply_to_message_id=hour) for at, (name, text, hour) in enumerate(drawn)]}
    )


@pytest.mark.parametrize(
    ("key", "written"), [("whatsapp", _whatsapp), ("irc", _irc), ("discord", _discord), ("telegram", _telegram)]
)
@given(drawn=lines)
def test_no_word_is_lost(
    tmp_path_factory: pytest.TempPathFactory, key: str, written: Callable[[Any], str], drawn: list[tuple[str, str, int]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "chat"
    path.write_text(written(drawn))
    shown = "".join(re.sub(r"[<>\[\]@]", "", words(read(key, path))).split())
    assert all("".join(re.sub(r"[<>\[\]@]", "", text).split()) in shown for _, text, _ in drawn)


@pytest.mark.parametrize(
    "key", ["whatsapp", "irc", "discord", "telegram", "slack_day", "slack", "chat_xml", "question_xml"]
)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_but_unreadable_is_raised(tmp_path_factory: pytest.TempPathFactory, key: str, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    known()[key].claims(content, path.name)
    with suppress(Unreadable):
        read(key, path)


KEYS = [
    "type", "subtype", "text", "user", "ts", "thread_ts", "files", "file", "attachments", "blocks", "elements", "comment", "message",
    "reactions", "users", "profile", "user_profile", "username", "bot_id", "edited", "initial_comment", "fields", "title", "messages",
    "guild", "channel", "author", "id", "name", "content", "mentions", "embeds", "emoji", "reference", "timestamp", "from", "from_id",
    "poll", "answers", "question", "date_unixtime", "reply_to_message_id", "chats", "list", "href", "user_id", "recent", "photo",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from(["message", "mention", "section", "1.0"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
objects = st.dictionaries(st.sampled_from(KEYS), anything, max_size=8)


@pytest.mark.parametrize("key", ["slack_day", "discord", "telegram"])
@given(messages=st.lists(objects | anything, max_size=3), around=objects)
def test_json_of_any_shape_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, messages: list[Any], around: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("any") / "file.json"
    path.write_text(json.dumps(messages if key == "slack_day" else around | {"messages": messages}))
    with suppress(Unreadable):
        read(key, path)
