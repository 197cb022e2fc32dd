"""The demonstration: each rule finds the flaws planted for it, nothing else is dropped, and all is ready to review."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import demo
from app.curation.curate import curate
from app.db import transaction
from app.demo import filling
from app.models import (
    Corpus,
    CorpusState,
    Dataset,
    Guideline,
    Job,
    JobState,
    RecipeVersion,
    Run,
    Sample,
    SampleState,
    Slot,
    SlotState,
    Verdict,
)
from app.services import next_step, overview, working

FOLDER = Path(filling.__file__).parent
FILES = [FOLDER / name for name in ("samples.jsonl", "chats.jsonl", "more.csv")]

CAUGHT: dict[str, list[str]] = {
    "answer_empty": [
        "How far apart should I check my tyre pressure?",
        "Which bulb fits my old halogen lamp?",
        "I have one leg shorter than the other by a centimetre. How should I set up the pedals?",
        "My shifter clicks but nothing happens. What now?",
        "Which mirror fits a drop bar?",
    ],
    "answer_is_a_placeholder": [
        "Do you have a chain for a 1972 racing bicycle?",
        "When does the repair course for beginners take place?",
        "Explain the difference between radial and crossed spokes.",
        "What is brake fade?",
        "How visible are reflectors on spokes compared with a reflecting tyre wall?",
        "How much does a full service cost?",
        "What is a quill stem?",
    ],
    "text_breaks_off": [
        "How do I replace the bearings of a hub with cartridge bearings?",
        "How do I replace a shift cable that runs inside the frame?",
        "What do I have to think of when I change from a flat bar to a drop bar?",
        "How do I plan the range of an e-bike for a mountain tour?",
        "How do I teach my child to brake properly?",
        "How do I use a chain breaker?",
        "My wheel is tubeless and the sealant comes out at a spoke.",
        "Why does my new chain skip on the old cassette?",
    ],
    "code_block_not_closed": [
        "Show me how to compute a gear table for 44 and 28 in front and 12-14-16-18-21-24-28 at the back.",
        "Give me a small table to write spoke tensions down.",
    ],
    "template_left_in_answer": [
        "How do I stop cantilever brakes from juddering?",
        "Can I patch a tubeless tyre from the inside?",
        "Is a folding bike suitable for a tour of a week?",
        "Why are there no 13-speed touring bikes?",
    ],
    "special_tokens": [
        "How do I clean cork grips?",
        "Can I connect two rear lights to one dynamo?",
        "How many spokes does a usual wheel have?",
        "Do drum brakes need maintenance?",
        "Do you repair cargo bikes?",
    ],
    "several_records_in_one": ["Name three exercises for balance on the bike."],
    "answer_declines": [
        "How should I hold my arms when I fall?",
        "How can I remove the wear indicator sticker from a brake lever?",
    ],
    "speaks_of_another_model": [
        "Which e-bike motors are the quietest?",
        "Which grease do you use in the workshop?",
        "How do I shorten the hose of a hydraulic brake?",
    ],
    "speaks_of_its_training": ["What does a good touring bicycle cost at the moment?"],
    "answer_is_the_question": [
        "Is it better to stand up or stay seated on a steep climb?",
        "How many millimetres may a rim be out of true before it needs work?",
    ],
    "answer_copies_the_question": ["Why do the tyres of racing bicycles have no tread pattern at all?"],
    "sentence_repeats_in_a_row": ["What is the B screw for?"],
    "lines_repeat": ["List what I need to clean a bicycle."],
    "ten_words_repeat": ["Why does my neck ache after an hour?"],
    "paragraphs_repeat": ["How do I wrap handlebar tape?"],
    "no_input_note_left_in": [
        "Describe a healthy sitting position on a city bike.",
        "Name two advantages of titanium frames.",
    ],
    "picture_or_file_missing": ["What is the broken part in the attached photo?"],
    "needs_the_internet": [
        "Please read this article and tell me whether it is right: https://example.org/blog/never-oil-your-chain"
    ],
    "not_in_language": [
        "Meine Kette springt beim Anfahren über die Ritzel. Muss ich nur die Kette wechseln oder auch die Kassette?",
        "Wie stelle ich meinen Scheinwerfer so ein, dass er niemanden blendet?",
        "À quelle pression dois-je gonfler les pneus de mon vélo de ville pour rouler confortablement sur les pavés ?",
    ],
    "answer_in_another_language": [
        "My coaster brake grabs suddenly and the rear wheel locks. What is the cause?",
        "Can you true a carbon rim, or is that only possible with aluminium?",
        "How do I get chain oil out of a pair of jeans?",
    ],
    "unsafe_markup": ["How do I read a torque wrench with a scale?"],
    "encoding_is_broken": ["Which cafÃ© bikes do you rent out?"],
    "unreadable_characters": [
        "Is it true that tubeless sealant damages aluminium rims?",
        "Where do I find the frame number?",
    ],
}
"""Flaws that a rule finds: reason and questions."""

COPIES = {
    "How thin may disc brake pads get?",
    "Should I shift before or after the hill begins?",
    "The arrow on the tyre: does it matter?",
    "Can I bring my own parts for you to fit?",
    "How often should I grease the seatpost of a metal frame?",
    "Can I use WD-40 on my chain?",
    "How often should a bicycle be serviced?",
}
"""Questions that come a second time to the letter."""

REWORDED = [
    "My disc rubs a little on one side. How do I centre the caliper?",
    "I fell and my helmet hit the road, but I see no crack. Can I keep using it?",
    "How high should my saddle be?",
    "How do I close a quick release the right way?",
    "How do I measure whether my chain is worn without a special tool?",
    "May I charge the battery below freezing?",
    "Which Allen key belongs to which bolt?",
    "When should I replace a tyre?",
    "When should I replace my tyre?",
    "Can I bring my own parts for you to fit?",
    "Is it all right to hang a bicycle by its front wheel?",
]
"""Questions that come again with a few words changed, most of them to the worse."""

WRONG = {
    "Which way do I turn the left pedal to take it off?": "clockwise: it has a left-hand thread",
    "On an English bottom bracket, which cup has the left-hand thread?": "the one on the drive side",
    "In which order do I tighten a Hollowtech II crank?": "the two torques are exchanged",
    "What do the limit screws marked H and L do on a rear derailleur?": "H and L are exchanged",
    "At what wear should I replace an 11-speed chain?": "at 0.5 percent",
    "How much torque does the cassette lockring get?": "40 N·m",
    "Which fluid goes into Shimano hydraulic disc brakes?": "mineral oil; DOT fluid destroys the seals",
    "When is a Shimano disc rotor too thin?": "below 1.5 mm",
    "My mountain bike has 26-inch wheels. Which tyre do I order?": "559",
    "What is the difference between a Presta and a Schrader valve?": "the names are exchanged",
    "How do I fit a carbon seatpost into a carbon frame?": "assembly paste, and the stated torque",
    "In which gear do I set the cable of a Shimano Nexus 8?": "in gear 4, marks in line",
    "What voltage does a hub dynamo deliver?": "6 V alternating current, 3 W",
    "How should I store the battery of my e-bike over the winter?": "at 30 to 60 percent, dry and free of frost",
    "My new rear light does not shine at all. There are two wires.": "carbon leads no current; the wires must be right",
    "How tight should I screw in my pedals?": "35 to 40 N·m",
    "How wide is an English bottom bracket shell?": "68 or 73 mm, 1.37 inches",
}
"""Answers that only an expert sees are wrong, and what would be right."""

DANGEROUS = {
    "My disc brakes howl in the rain and the whole street turns round. Any quick trick?",
    "My e-bike battery lasts only 20 km now. Can I repair it myself?",
    "There is a fine crack in the steerer of my carbon fork, just under the stem. Must I replace the fork?",
}
OTHERS = {
    "What should I wear on my first long ride?": "markup",
    "My eight-speed hub makes a grinding noise in gears 5 to 8 only. What is it, and can I keep riding?": "empty words",
    "I am 65, have a new hip and would like to ride again. Which kind of bicycle do you recommend?": "empty words",
    "What is a good recipe for a cake to take to the club evening?": "off topic",
}
REFUSED = {"missing_field": 2, "null_text": 1, "not_an_object": 1, "not_json": 1}

LINES = 292
KEPT = LINES - sum(REFUSED.values()) - len(COPIES) - len(REWORDED) - sum(map(len, CAUGHT.values()))


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files after the demonstration's own recipe."""
    folder = tmp_path_factory.mktemp("curated")
    curate(FILES, folder, filling.recipe())
    return folder


@pytest.fixture
def dropped(curated: Path) -> list[dict[str, Any]]:
    return _records(curated / "dropped.jsonl")


@pytest.fixture
def kept(curated: Path) -> list[dict[str, Any]]:
    return _records(curated / "kept.jsonl")


@pytest.mark.parametrize("reason", CAUGHT)
def test_each_planted_flaw_is_dropped_for_its_own_reason(reason: str, dropped: list[dict[str, Any]]) -> None:
    found = {_question(record) for record in dropped if reason in _reasons(record)}
    assert found >= set(CAUGHT[reason])


def test_no_sample_is_dropped_by_a_rule_without_a_planted_flaw(dropped: list[dict[str, Any]]) -> None:
    planted = {question for questions in CAUGHT.values() for question in questions}
    assert {_question(record) for record in dropped if _reasons(record)} == planted


def test_copies_and_rewordings_are_the_only_duplicates(dropped: list[dict[str, Any]]) -> None:
    found = Counter(_question(record) for record in dropped if not _reasons(record))
    assert found == Counter(REWORDED) + Counter(COPIES)


def test_of_two_wordings_the_better_one_stays(kept: list[dict[str, Any]]) -> None:
    stayed = {_question(record): record for record in kept}
    originals = [stayed[question] for question in REWORDED if question != "When should I replace my tyre?"]
    assert all(record["source"] != "draft" for record in originals)
    assert "When should I replace my tyre?" not in stayed


def test_what_only_an_expert_sees_reaches_the_expert(kept: list[dict[str, Any]]) -> None:
    assert {_question(record) for record in kept} >= WRONG.keys() | DANGEROUS | OTHERS.keys()


def test_each_unreadable_line_is_refused_for_its_own_reason(curated: Path) -> None:
    assert Counter(record["code"] for record in _records(curated / "refused.jsonl")) == REFUSED


def test_the_corpora_are_varied() -> None:
    samples, chats = (_readable(path) for path in FILES[:2])
    answers = [str(record.get("output") or "") for record in samples]
    with FILES[2].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(answers) > 200
    assert len(rows) > 25
    assert len({record["topic"] for record in samples}) >= 15
    assert sum(bool(record.get("input")) for record in samples) >= 12
    assert sum("\n\n" in answer or "\n- " in answer for answer in answers) >= 20
    assert sum("|---|" in answer for answer in answers) >= 3
    assert sum(len(record["messages"]) >= 4 for record in chats) >= 15


def test_ensure_leaves_a_dataset_ready_for_review(database: str, wakes: list[int]) -> None:
    demo.ensure()

    with transaction() as session:
        dataset = session.scalars(select(Dataset)).one()
        corpora = session.scalars(select(Corpus).order_by(Corpus.id)).all()
        states = Counter(session.scalars(select(Sample.state)))
        run = session.scalars(select(Run)).one()
        slots = session.scalar(select(func.count()).where(Slot.state == SlotState.OPEN))
        step = next_step.next_step(overview.of(session, dataset), 0, dataset.target)

        assert (dataset.name, dataset.target, dataset.reviews_per_sample) == ("Workshop answers", 150, 1)
        assert session.scalars(select(Guideline)).one().version == 1
        assert session.scalars(select(RecipeVersion)).one().version == 1
        assert {corpus.state for corpus in corpora} == {CorpusState.READY}
        assert {corpus.licence for corpus in corpora} == {"CC0-1.0"}
        assert {corpus.origin for corpus in corpora} == {"Written for this demonstration"}
        assert sum(corpus.lines for corpus in corpora) == LINES
        assert sum(corpus.refused for corpus in corpora) == sum(REFUSED.values())
        assert sum(corpus.copies for corpus in corpora) == len(COPIES)
        assert set(session.scalars(select(Job.state))) == {JobState.SUCCEEDED}
        assert run.published
        assert run.counts["duplicates"] == len(REWORDED)
        assert states == {SampleState.QUEUED: KEPT, SampleState.DROPPED: run.counts["dropped"]}
        assert slots == KEPT
        assert step.title == f"{KEPT} samples wait for an expert"


def test_second_ensure_changes_nothing(database: str, wakes: list[int]) -> None:
    demo.ensure()
    before = _rows()
    demo.ensure()
    assert _rows() == before


def test_where_another_worker_reads_the_corpora_the_run_is_left_to_people(
    database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "work", lambda *_: 0)

    demo.ensure()

    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == len(FILES)
        assert session.scalar(select(func.count()).select_from(Run)) == 0
    assert len(set(wakes)) == len(FILES)


def _rows() -> list[Any]:
    with transaction() as session:
        tables = (Dataset, Guideline, RecipeVersion, Corpus, Job, Sample, Run, Verdict, Slot)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _readable(path: Path) -> list[dict[str, Any]]:
    """Records of a raw file, without the lines that are broken on purpose."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found


def _question(record: dict[str, Any]) -> str:
    asked = record.get("instruction") or record.get("question")
    return str(asked or next(message["content"] for message in record["messages"] if message["role"] == "user"))


def _reasons(record: dict[str, Any]) -> set[str]:
    return {reason["rule"] for reason in record["winnow"]["reasons"]}
