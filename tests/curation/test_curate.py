"""Curating files: every record has exactly one fate, and the files add up."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.curate import NAMES, curate
from app.curation.folders import FolderRefused
from app.curation.readers import FileRefused
from app.curation.recipe import Recipe, load_recipe
from app.curation.report import Step

GOOD = {
    "instruction": "How is salt made?",
    "input": "",
    "output": "Sea water dries in the sun until salt is left.",
    "n": 1,
}
SALT = "Salt is a mineral that people have long used to keep their food from going bad in the heat of summer."


def write(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(one if isinstance(one, bytes) else orjson.dumps(one) + b"\n" for one in records))
    return path


def rows(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def asked(question: str, answer: str) -> dict[str, str]:
    return {"instruction": question, "input": "", "output": answer}


def test_every_record_has_one_fate(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", GOOD, b"{broken\n", asked("Really?", "N/A"), asked("Tell me about salt.", SALT))
    second = write(tmp_path / "b.jsonl", GOOD | {"n": 2}, asked("Tell me about salt!", SALT.upper()))
    report = curate([first, second], tmp_path / "out", load_recipe("instruction"))
    kept, dropped, refused = (rows(tmp_path / "out" / name) for name in NAMES[:3])
    assert kept == [GOOD, asked("Tell me about salt.", SALT)]
    assert [one["winnow"] for one in dropped] == [
        {
            "id": "a.jsonl:2",
            "source": {"file": "a.jsonl", "position": 2},
            "reasons": [{"rule": "answer_is_a_placeholder", "measure": "placeholder_answer", "value": 1.0, "bound": 0}],
            "duplicate_of": None,
            "contaminated_by": [],
        },
        {
            "id": "b.jsonl:0",
            "source": {"file": "b.jsonl", "position": 0},
            "reasons": [],
            "duplicate_of": {"id": "a.jsonl:0", "similarity": 1.0},
            "contaminated_by": [],
        },
        {
            "id": "b.jsonl:1",
            "source": {"file": "b.jsonl", "position": 1},
            "reasons": [],
            "duplicate_of": {"id": "a.jsonl:3", "similarity": 1.0},
            "contaminated_by": [],
        },
    ]
    assert [(one["file"], one["position"], one["line"]) for one in refused] == [("a.jsonl", 1, 2)]
    assert vars(report.counts) == {
        "read": 6, "refused": 1, "dropped": 3, "duplicates": 2, "contaminated": 0, "kept": 2,
    }  # fmt: skip
    assert orjson.loads((tmp_path / "out" / "report.json").read_bytes())["counts"] == vars(report.counts)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(NAMES)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["good", "copy", "bad", "broken", "empty", ""]), max_size=12))
def test_the_files_always_add_up(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    lines: dict[str, Any] = {
        "good": GOOD, "copy": GOOD, "bad": asked("a", "N/A"), "broken": b"{\n", "empty": asked("a", ""), "": b"\n",
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("sums")
    file = write(folder / "a.jsonl", GOOD, *(lines[kind] for kind in kinds))
    counts = curate([file], folder / "out", load_recipe("instruction")).counts
    assert counts.read == counts.refused + counts.dropped + counts.kept
    found = [len(rows(folder / "out" / name)) for name in NAMES[:3]]
    assert found == [counts.kept, counts.dropped, counts.refused]
    assert counts.kept == 1


def test_the_same_input_gives_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    many = [asked(f"What is {number} and a half?", f"It is {number}.5, as a decimal.") for number in range(3000)]
    file = write(tmp_path / "a.jsonl", GOOD, asked("Really?", "N/A"), *many, b"{", GOOD)
    for name, workers in (("one", 1), ("two", 2)):
        curate([file], tmp_path / name, load_recipe("instruction"), workers=workers)
    for name in NAMES[:3]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    files = [write(tmp_path / folder / "a.jsonl", asked("Really?", "N/A")) for folder in ("one", "two")]
    curate(files, tmp_path / "out", load_recipe("instruction"))
    assert [one["winnow"]["id"] for one in rows(tmp_path / "out" / "dropped.jsonl")] == [
        "one/a.jsonl:0",
        "two/a.jsonl:0",
    ]


def test_a_note_from_an_earlier_run_is_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", asked("Really?", "N/A") | {"winnow": "mine"})
    curate([file], tmp_path / "out", load_recipe("instruction"))
    assert rows(tmp_path / "out" / "dropped.jsonl")[0]["winnow"]["before"] == "mine"


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", GOOD)
    (tmp_path / "kept.jsonl").write_text("precious")
    with pytest.raises(FolderRefused, match=r"already holds kept\.jsonl"):
        curate([file], tmp_path, Recipe())
    assert (tmp_path / "kept.jsonl").read_text() == "precious"
    curate([file], tmp_path, Recipe(), overwrite=True)
    assert rows(tmp_path / "kept.jsonl") == [GOOD]


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "a.jsonl", GOOD), write(tmp_path / "b.parquet", b"no Parquet")
    with pytest.raises(FileRefused):
        curate([good, bad], tmp_path / "out", Recipe())
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("twice", [True, False])
def test_inputs_must_be_given_once(tmp_path: Path, twice: bool) -> None:
    file = write(tmp_path / "a.jsonl", GOOD)
    with pytest.raises(FolderRefused, match=r"given 2 times|nothing to read"):
        curate([file, file] if twice else [], tmp_path / "out", Recipe())


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    steps: list[Step] = []
    curate([write(tmp_path / "a.jsonl", GOOD, GOOD)], tmp_path / "out", load_recipe("instruction"), steps.append)
    assert [step.stage for step in steps] == sorted(
        (step.stage for step in steps), key=["reading", "comparing", "writing"].index
    )
    assert steps[-1] == Step("writing", 2, 2)


QUESTION = (
    "A shepherd drives 48 sheep over the pass and on the way he meets a second shepherd with half as many more. "
    "How many sheep graze in the valley when both have come down?"
)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_stands_in_a_benchmark_is_dropped_and_says_where(tmp_path: Path, workers: int) -> None:
    bench = write(tmp_path / "herds.jsonl", {"id": "h7", "question": QUESTION, "answer": "72"})
    alike = (
        "A shepherd takes 48 sheep across the mountain pass and meets another shepherd who has half as many more. "
        "How many sheep are grazing in the valley after both of them came down?"
    )
    file = write(
        tmp_path / "a.jsonl", GOOD, asked(f"Solve this: {QUESTION}", "There are 72 sheep."), asked(alike, "It is 72.")
    )
    report = curate([file], tmp_path / "out", load_recipe("none"), workers=workers, benchmarks=[bench])
    (dropped,) = rows(tmp_path / "out" / "dropped.jsonl")
    (hit,) = dropped["winnow"]["contaminated_by"]
    assert (hit["benchmark"], hit["item"], hit["score"]) == ("herds", "h7", 1.0)
    assert dropped["instruction"][hit["span"]["start"] : hit["span"]["end"]] == QUESTION.rstrip("?")
    assert (report.counts.contaminated, report.counts.kept) == (1, 2)
    suspects = rows(tmp_path / "out" / "suspects.jsonl")
    assert [(one["id"], one["item"], one["tier"]) for one in suspects[:1]] == [("a.jsonl:2", "h7", "paraphrase")]
    assert [one["score"] for one in suspects] == sorted((one["score"] for one in suspects), reverse=True)


def test_old_suspects_do_not_stay_beside_new_results(tmp_path: Path) -> None:
    file, bench = write(tmp_path / "a.jsonl", GOOD), write(tmp_path / "b.jsonl", {"question": QUESTION, "answer": "72"})
    curate([file], tmp_path / "out", Recipe(), benchmarks=[bench])
    assert (tmp_path / "out" / "suspects.jsonl").exists()
    curate([file], tmp_path / "out", Recipe(), overwrite=True)
    assert not (tmp_path / "out" / "suspects.jsonl").exists()


CAPITAL = "What is the capital city of the state of Kansas?"


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_that_contradict_one_another_name_their_partners(tmp_path: Path, workers: int) -> None:
    file = write(
        tmp_path / "a.jsonl",
        asked(CAPITAL, "Topeka."),
        GOOD,
        asked(CAPITAL.lower(), "It is Wichita."),
        asked(CAPITAL, "N/A"),
    )
    report = curate([file], tmp_path / "out", load_recipe("instruction"), workers=workers)
    assert rows(tmp_path / "out" / "kept.jsonl") == [GOOD]
    disputes = {one["winnow"]["id"]: one["winnow"]["reasons"] for one in rows(tmp_path / "out" / "dropped.jsonl")}
    assert [reason["rule"] for reason in disputes["a.jsonl:3"]] == ["answer_is_a_placeholder"]
    for one, other in (("a.jsonl:0", "a.jsonl:2"), ("a.jsonl:2", "a.jsonl:0")):
        (reason,) = disputes[one]
        assert (reason["rule"], reason["value"], reason["bound"]) == ("conflicting_answers", 1, 0)
        assert [partner["id"] for partner in reason["partners"]] == [other]
    assert report.rules["conflicting_answers"] == 2


def test_conflicts_are_found_only_where_the_recipe_says_so(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", asked(CAPITAL, "Topeka."), asked(CAPITAL, "It is Wichita."))
    assert curate([file], tmp_path / "out", load_recipe("none")).counts.kept == 2


@pytest.mark.parametrize(("preference", "kept"), [([], 0), (["longest"], 1), (["newest"], 2)])
def test_the_preferred_copy_stays(tmp_path: Path, preference: list[str], kept: int) -> None:
    longer = SALT[:-1] + ", and of the winter that follows it, when nothing else that is fresh can be had."
    file = write(tmp_path / "a.jsonl", *(asked("Tell me about salt.", one) for one in (SALT, longer, SALT + " ")))
    recipe = Recipe.model_validate(
        {"deduplication": {"minhash": {"threshold": 0.5, "shingle_words": 3}}, "survivors": preference}
    )
    curate([file], tmp_path / "out", recipe)
    (dropped, other) = rows(tmp_path / "out" / "dropped.jsonl")
    survivor = f"a.jsonl:{kept}"
    assert [one["winnow"]["duplicate_of"]["id"] for one in (dropped, other)] == [survivor, survivor]


def test_personal_data_leave_under_the_same_pseudonym_everywhere(tmp_path: Path) -> None:
    told = [
        asked(f"Whom do I ask about salt no. {n}?", f"Write to anna.berg@salt-mine.org, shaft {n}.") for n in (1, 2)
    ]
    file = write(tmp_path / "a.jsonl", *told, GOOD)
    recipe = Recipe.model_validate({"filters": {"pii": {"masked": ["email"]}}})
    for name in ("one", "two"):
        curate([file], tmp_path / name, recipe)
    first, second, third = rows(tmp_path / "one" / "kept.jsonl")
    pseudonym = first["output"].split()[2].rstrip(",")
    assert pseudonym.startswith("<EMAIL_")
    assert [first["output"], second["output"]] == [f"Write to {pseudonym}, shaft {n}." for n in (1, 2)]
    assert third == GOOD
    assert (tmp_path / "one" / "kept.jsonl").read_bytes() == (tmp_path / "two" / "kept.jsonl").read_bytes()
