"""Grounding: how well coverage tells an answer beside its own passage from the same answer beside another one.

    python benchmarks/grounding.py ../shared/data

Per set: area under the ROC curve of the mean and of the least coverage over an answer's sentences, and of single
sentences; then what the default bounds drop of answers beside their own passage (should be little) and beside another one
(should be much).
"""

import random
import re
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
import orjson

from app.curation.batch import Batch
from app.curation.filters.grounding import Grounding
from app.curation.grounding import claims
from app.curation.sample import Form, Sample, Source
from app.curation.verdict import judge

MOST = 300


class Case(NamedTuple):
    """An answer, the passage it comes from, and one that it does not."""

    question: str
    answer: str
    own: str
    other: str


def main() -> None:
    """Print a line per set."""
    data, chance = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"), random.Random(1)
    print(
        f"{'set':34} {'n':>4} {'mean':>6} {'least':>6} {'sentence':>8}   {'own dropped':>11} {'other dropped':>13}  ms"
    )
    for name, made in SETS.items():
        found = list(made(data, chance))
        report(name, chance.sample(found, min(MOST, len(found))))


def report(name: str, cases: list[Case]) -> None:
    """Areas, and what the bounds drop."""
    began = time.perf_counter()
    scored = [(scores(case, case.own), scores(case, case.other)) for case in cases]
    took = (time.perf_counter() - began) / (2 * len(cases))
    scored = [(own, other) for own, other in scored if own]
    areas = [auc([kind(own) for own, _ in scored], [kind(other) for _, other in scored]) for kind in (fmean, min)]
    single = auc([one for own, _ in scored for one in own], [one for _, other in scored for one in other])
    lost = [f"{dropped(cases, side):13.1%}" for side in ("own", "other")]
    print(
        f"{name:34} {len(cases):4} {areas[0]:6.3f} {areas[1]:6.3f} {single:8.3f} {lost[0]} {lost[1]}  {took * 1000:.1f}"
    )


def scores(case: Case, passage: str) -> list[float]:
    """The coverage of each sentence."""
    return [claim.coverage for claim in claims(case.answer, passage, case.question)]


def dropped(cases: list[Case], side: str) -> float:
    """Share of the answers that the filter's default bounds drop."""
    samples = [
        Sample(Form.INSTRUCTION, {"prompt": one.question, "response": one.answer}, Source("", 0)) for one in cases
    ]
    batch = Batch(samples, [getattr(one, side) for one in cases])
    one = Grounding()
    return len(judge(one.measure(batch), one.limits())) / len(cases)


def auc(higher: list[float], lower: list[float]) -> float:
    """How often a value of the first list lies above one of the second; ties count half."""
    one, other = np.array(higher)[:, None], np.array(lower)
    return float(((one > other) + 0.5 * (one == other)).mean())


def pubmed(data: Path, chance: random.Random, near: bool = False) -> Iterator[Case]:
    """Conclusions of abstracts, in other words than theirs; beside another abstract, or the one nearest by subject."""
    rows = list(orjson.loads((data / "bench_pubmedqa/ori_pqal.json").read_bytes()).values())
    subjects = [set(row["MESHES"]) - {"Humans", "Female", "Male", "Adult", "Aged", "Middle Aged"} for row in rows]
    for place, row in enumerate(rows):
        others = [at for at in chance.sample(range(len(rows)), 300) if at != place]
        other = max(others, key=lambda at: len(subjects[at] & subjects[place])) if near else others[0]
        yield Case(row["QUESTION"], row["LONG_ANSWER"], "\n".join(row["CONTEXTS"]), "\n".join(rows[other]["CONTEXTS"]))


def medquad(data: Path, chance: random.Random, near: bool = False) -> Iterator[Case]:
    """Half of an answer's sentences beside the whole answer, and beside another one: of another disease, or the same."""
    documents = []
    for path in sorted((data / "docs_medquad").rglob("*.xml")):
        pairs = re.findall(r"<Question[^>]*>(.*?)</Question>\s*<Answer>(.*?)</Answer>", path.read_text("utf-8"), re.S)
        documents.append([tuple(map(unescape, pair)) for pair in pairs if len(pair[1]) > 80])
    documents = [pairs for pairs in documents if len(pairs) > 1]
    for pairs in documents:
        for question, answer in pairs:
            others = [one for one in (pairs if near else chance.choice(documents)) if one[1] != answer]
            if others:
                yield Case(question, answer[: len(answer) // 2], answer, chance.choice(others)[1])


def judged(data: Path, chance: random.Random) -> Iterator[Case]:
    """Answers that physicians call excellent beside their own text and beside another one retrieved for the same question."""
    rows = [orjson.loads(line) for line in (data / "judged_medical_answers/judged.jsonl").read_bytes().splitlines()]
    said = {id(row): row["answer"].partition("Answer:")[2].strip() for row in rows}
    for row in rows:
        others = [said[id(one)] for one in rows if one["question_id"] == row["question_id"] and one["judgement"] < 3]
        others = [one for one in others if one and one != said[id(row)]]
        if row["judgement"] == 4 and others and said[id(row)]:
            yield Case(row["question"]["summary"] or "", said[id(row)], said[id(row)], chance.choice(others))


def finance(data: Path, chance: random.Random) -> Iterator[Case]:
    """Experts' answers to questions on company reports beside the page of evidence and beside another page."""
    rows = [orjson.loads(line) for line in (data / "pdf/financebench/questions.jsonl").read_bytes().splitlines()]
    pages = [row["evidence"][0]["evidence_text_full_page"] for row in rows]
    for row, own in zip(rows, pages, strict=True):
        for other in dict.fromkeys(pages):
            if other != own:
                yield Case(row["question"], "\n".join(filter(None, (row["answer"], row["justification"]))), own, other)


def squad(language: str, data: Path, chance: random.Random) -> Iterator[Case]:
    """Questions as claims (they retell a sentence of the paragraph) beside it and beside another one of the same article."""
    for article in orjson.loads((data / f"multilingual_xquad/xquad.{language}.json").read_bytes())["data"]:
        for place, part in enumerate(article["paragraphs"]):
            others = [one["context"] for at, one in enumerate(article["paragraphs"]) if at != place]
            for asked in part["qas"]:
                claim = f"{asked['question']} {asked['answers'][0]['text']}"
                yield Case("", claim, part["context"], chance.choice(others))


SETS = {
    "pubmedqa, any other abstract": pubmed,
    "pubmedqa, nearest of 300": lambda data, chance: pubmed(data, chance, near=True),
    "medquad, other disease": medquad,
    "medquad, same disease": lambda data, chance: medquad(data, chance, near=True),
    "judged answers, same question": judged,
    "financebench, other page": finance,
    "xquad English, same article": lambda data, chance: squad("en", data, chance),
    "xquad Chinese, same article": lambda data, chance: squad("zh", data, chance),
    "xquad Arabic, same article": lambda data, chance: squad("ar", data, chance),
}

if __name__ == "__main__":
    main()
