"""The questions of “Datasheets for Datasets” (Gebru et al. 2021), answered where the manifest holds the answer."""

from collections.abc import Callable

from app.curation.releasing.markdown import said
from app.curation.sample import Json

NOT_RECORDED = "Not recorded."
Answer = Callable[[Json], str]


def datasheet(facts: Json) -> str:
    """All sections in the paper's order."""
    lines = ["## Datasheet"]
    for section, questions in _QUESTIONS.items():
        lines.append(f"### {section}")
        for question in questions:
            answer = _ANSWERS.get(question)
            lines.append(f"**{question}** {(answer(facts) if answer else '') or NOT_RECORDED}")
    return "\n\n".join(lines)


def _goal(facts: Json) -> str:
    return said(facts["dataset"]["goal"])


def _instances(facts: Json) -> str:
    return {
        "chat": "Conversations.",
        "instruction": "Prompts with responses.",
        "text": "Texts.",
    }.get(facts["dataset"]["form"], "")


def _how_many(facts: Json) -> str:
    parts = ", ".join(f"{said(number)} {name}" for name, number in facts["splits"].items())
    return f"{said(facts['rows'])} rows ({parts})."


def _sampled(facts: Json) -> str:
    funnel = facts["funnel"]
    return (
        f"It holds {said(funnel['released'])} of the {said(funnel['samples'])} samples that were read from the corpora."
    )


def _labels(facts: Json) -> str:
    if not facts["rubrics"]:
        return ""
    titles = [str(one.get("title") or one.get("label") or one.get("key")) for one in facts["rubrics"][-1]["questions"]]
    return f"Reviewers were asked: {said('; '.join(titles))}" if titles else ""


def _split(facts: Json) -> str:
    return f"{', '.join(facts['splits'])}: see Splits." if len(facts["splits"]) > 1 else "All rows are in one split."


def _errors(facts: Json) -> str:
    funnel = facts["funnel"]
    return (
        f"{said(funnel['copies'])} exact copies and {said(funnel['dropped_as_duplicates'])} near-duplicates were taken out;"
        " see Agreement and Known limits for the rest."
    )


def _collected(facts: Json) -> str:
    known = [one for one in facts["corpora"] if one["origin"]]
    return "; ".join(f"{said(one['name'])}: {said(one['origin'])}" for one in known)


def _people(facts: Json) -> str:
    return f"{said(len(facts['reviewers']))} reviewers; see Review." if facts["reviewers"] else ""


def _cleaned(facts: Json) -> str:
    funnel, recipe = facts["funnel"], facts["recipe"]
    if recipe is None:
        return ""
    return (
        f"Recipe version {said(recipe['version'])} dropped {said(funnel['dropped_by_rules'])} samples by rules and"
        f" {said(funnel['dropped_as_duplicates'])} as near-duplicates."
    )


def _software(facts: Json) -> str:
    return f"Winnow {facts['tool']['version']}."


def _licences(facts: Json) -> str:
    return "; ".join(f"{said(name)}: {said(number)} samples" for name, number in facts["licences"].items() if name)


def _kept_raw(facts: Json) -> str:
    return "The manifest names each corpus with the sha256 of its file." if facts["corpora"] else ""


_QUESTIONS: dict[str, list[str]] = {
    "Motivation": [
        "For what purpose was the dataset created?",
        "Who created the dataset and on behalf of which entity?",
        "Who funded the creation of the dataset?",
    ],
    "Composition": [
        "What do the instances that comprise the dataset represent?",
        "How many instances are there in total?",
        "Does the dataset contain all possible instances or is it a sample from a larger set?",
        "What data does each instance consist of?",
        "Is there a label or target associated with each instance?",
        "Is any information missing from individual instances?",
        "Are relationships between individual instances made explicit?",
        "Are there recommended data splits?",
        "Are there any errors, sources of noise, or redundancies in the dataset?",
        "Is the dataset self-contained?",
        "Does the dataset contain data that might be considered confidential?",
        "Does the dataset contain data that might be offensive or cause anxiety?",
        "Does the dataset identify any subpopulations?",
        "Is it possible to identify individuals from the dataset?",
        "Does the dataset contain data that might be considered sensitive in any way?",
    ],
    "Collection process": [
        "How was the data associated with each instance acquired?",
        "What mechanisms or procedures were used to collect the data?",
        "If the dataset is a sample from a larger set, what was the sampling strategy?",
        "Who was involved in the data collection process and how were they compensated?",
        "Over what timeframe was the data collected?",
        "Were any ethical review processes conducted?",
        "Were the individuals in question notified, and did they consent?",
        "Has an analysis of the potential impact on data subjects been conducted?",
    ],
    "Preprocessing, cleaning, labeling": [
        "Was any preprocessing, cleaning, or labeling of the data done?",
        "Was the raw data saved in addition to the cleaned data?",
        "Is the software used for it available?",
    ],
    "Uses": [
        "Has the dataset been used for any tasks already?",
        "Is there a repository that links to papers or systems that use the dataset?",
        "What other tasks could the dataset be used for?",
        "Is there anything about the dataset that might impact future uses?",
        "Are there tasks for which the dataset should not be used?",
    ],
    "Distribution": [
        "Will the dataset be distributed to third parties, how, and when?",
        "Under which licence or terms of use will the dataset be distributed?",
        "Have third parties imposed restrictions on the data?",
        "Do any export controls or other regulatory restrictions apply?",
    ],
    "Maintenance": [
        "Who maintains the dataset, and how can they be reached?",
        "Is there an erratum?",
        "Will the dataset be updated?",
        "Are there limits on the retention of data about people?",
        "Will older versions continue to be supported?",
        "Can others extend the dataset?",
    ],
}
_ANSWERS: dict[str, Answer] = {
    "For what purpose was the dataset created?": _goal,
    "What do the instances that comprise the dataset represent?": _instances,
    "How many instances are there in total?": _how_many,
    "Does the dataset contain all possible instances or is it a sample from a larger set?": _sampled,
    "What data does each instance consist of?": lambda facts: f"A record in the format {said(facts['format'])}.",
    "Is there a label or target associated with each instance?": _labels,
    "Are there recommended data splits?": _split,
    "Are there any errors, sources of noise, or redundancies in the dataset?": _errors,
    "How was the data associated with each instance acquired?": _collected,
    "Who was involved in the data collection process and how were they compensated?": _people,
    "Was any preprocessing, cleaning, or labeling of the data done?": _cleaned,
    "Was the raw data saved in addition to the cleaned data?": _kept_raw,
    "Is the software used for it available?": _software,
    "Under which licence or terms of use will the dataset be distributed?": _licences,
}
