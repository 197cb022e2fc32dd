"""The dataset card of a release, README.md: sentences made of the manifest's facts, and none made of anything else."""

from collections.abc import Iterator, Mapping, Sequence

from app.curation.releasing.datasheet import datasheet
from app.curation.releasing.front_matter import front_matter
from app.curation.releasing.markdown import said, table
from app.curation.sample import Json


def readme(facts: Json) -> str:
    """The whole card."""
    sections = [_head(facts), _made(facts), _rules(facts), _review(facts), _agreement(facts), _splits(facts)]
    sections += [_checks(facts), _sources(facts), _limits(facts), datasheet(facts), _verify()]
    return front_matter(facts) + "\n" + "\n\n".join(filter(None, sections)) + "\n"


def _head(facts: Json) -> str:
    dataset, funnel = facts["dataset"], facts["funnel"]
    lines = [f"# {said(dataset['name'])}", said(dataset["goal"]) if dataset["goal"] else ""]
    lines.append(
        f"{said(facts['rows'])} rows in the format {said(facts['format'])}, made of {said(funnel['released'])} samples"
        f" that were approved{' or rejected' if funnel['taken'] > funnel['approved'] else ''}"
        f" out of {said(funnel['lines'])} lines. Written by Winnow {facts['tool']['version']}."
    )
    return "\n\n".join(filter(None, lines))


def _made(facts: Json) -> str:
    funnel = facts["funnel"]
    steps = [
        ("Lines in the corpora", "lines"),
        ("– refused while reading", "refused"),
        ("– exact copies of another line", "copies"),
        ("– passages kept without a sample of their own", "passages"),
        ("– removed afterwards", "removed"),
        ("Samples", "samples"),
        ("– not judged by the recipe", "unjudged"),
        ("– dropped by rules", "dropped_by_rules"),
        ("– dropped as near-duplicates", "dropped_as_duplicates"),
        ("– waiting for review", "waiting"),
        ("– flagged", "flagged"),
        ("– rejected", "rejected"),
        ("– approved", "approved"),
        ("Samples that the format takes", "taken"),
        ("– not selected", "not_selected"),
        ("– with an open question", "open_questions"),
        ("– left out by checks", "left_out"),
        ("Released samples", "released"),
    ]
    body = table(["Step", "Count"], [(title, funnel[key]) for title, key in steps if key != "passages" or funnel.get(key)])
    out = [f"- {said(number)}: {said(why)}" for why, number in facts["left_out"].items()]
    return "## How it was made\n\n" + body + ("\n\nLeft out:\n\n" + "\n".join(out) if out else "")


def _rules(facts: Json) -> str:
    recipe = facts["recipe"]
    if recipe is None:
        return "## Rules\n\nNo recipe was applied."
    lines = [f"Recipe version {said(recipe['version'])} (sha256 {recipe['sha256']}). It is in the manifest, whole."]
    dropped: list[tuple[str, int]] = [
        (name, one["failed"]) for name, one in recipe.get("dropped_by", {}).items() if one.get("failed")
    ]
    dropped.sort(key=lambda row: (-row[1], row[0]))
    if dropped:
        lines.append(table(["Rule", "Samples that break it"], dropped))
    benchmarks = [(one["name"], one["items"]) for one in facts["benchmarks"]]
    if benchmarks:
        lines.append("Compared with these evaluation sets:\n\n" + table(["Evaluation set", "Items"], benchmarks))
    return "## Rules\n\n" + "\n\n".join(lines)


def _review(facts: Json) -> str:
    lines = ["Counts are of the released samples, as they stood when the release was frozen."]
    if facts["reviewers"]:
        known = ("specialty", "role", "fields", "groups", "languages")
        rows = [
            (one["name"], one["reviews"], one["settled"], "; ".join(_credentials(one, known)))
            for one in facts["reviewers"]
        ]
        lines.append(table(["Reviewer", "Reviews", "Disagreements settled", "Credentials"], rows))
    else:
        lines.append("No review is recorded.")
    for name, title in (("guidelines", "Guidelines"), ("rubrics", "Questions")):
        lines += [
            f"- {title} version {said(one['version'])}: {said(one['reviews'])} reviews (sha256 {one['sha256']})"
            for one in facts[name]
        ]
    lines += [_acceptance(one) for one in facts["acceptances"]]
    return "## Review\n\n" + "\n\n".join(lines)


def _credentials(one: Json, known: Sequence[str]) -> Iterator[str]:
    for name in known:
        value = one.get(name)
        if value:
            yield f"{name}: {', '.join(value) if isinstance(value, list) else value}"


def _acceptance(one: Json) -> str:
    return (
        f"- {said(one['samples'])} samples rest on the acceptance of “{said(one['name'])}”: {said(one.get('judged', 0))} of"
        f" {said(one.get('population', 0))} were judged and {said(one.get('defects', 0))} had a defect. With"
        f" {one.get('confidence', 0):.0%} confidence at most {one.get('released_bound', 0):.2%} of the approved ones have one."
    )


def _agreement(facts: Json) -> str:
    rows = [
        (one["title"], one["samples"], _estimate(one["alpha"]), _estimate(one["percent"]))
        for one in facts["agreement"]
        if one["samples"]
    ]
    if not rows:
        return "## Agreement\n\nNo sample of the dataset has answers of two people, so agreement is not known."
    heads = ["Question", "Samples", "Krippendorff’s alpha (95 % interval)", "Share of equal answers (95 % interval)"]
    return "## Agreement\n\nOf the whole dataset when it was frozen.\n\n" + table(heads, rows)


def _estimate(one: Mapping[str, float | None]) -> str:
    value, low, high = one["value"], one["low"], one["high"]
    if value is None:
        return "not defined"
    return f"{value:.2f}" + (f" ({low:.2f} to {high:.2f})" if low is not None and high is not None else "")


def _splits(facts: Json) -> str:
    body = table(["Split", "Rows"], list(facts["splits"].items()))
    asked = facts["composition"].get("splits") or {}
    if len(facts["splits"]) < 2:
        return "## Splits\n\n" + body
    told = (
        f"Split with seed {asked.get('seed', 0)}; rows whose similarity is {asked.get('threshold', 0)} or more were asked to"
        " be on one side."
    )
    measured = [
        (name.replace("_", " "), value)
        for name, value in facts["checks"].get("splits", {}).items()
        if name not in {"level", "words", "rows"} and isinstance(value, int | float)
    ]
    return "\n\n".join(
        ["## Splits", body, told, *([table(["Between the splits", "Value"], measured)] if measured else [])]
    )


def _checks(facts: Json) -> str:
    rows = [
        (name, one["level"], one["words"], one.get("overridden_because", "")) for name, one in facts["checks"].items()
    ]
    heads = ["Check", "Result", "Finding", "Published all the same because"]
    return "## Checks before publishing\n\n" + table(heads, rows) if rows else ""


def _sources(facts: Json) -> str:
    rows = [
        (
            one["name"],
            one["origin"] or "Not recorded.",
            one["licence"] or "Not recorded.",
            one["lines"],
            one["released"],
        )
        for one in facts["corpora"]
    ]
    body = table(["Corpus", "Origin", "Licence", "Lines", "Released samples"], rows)
    return "\n\n".join(filter(None, ["## Sources", body, _documents(facts)]))


def _documents(facts: Json) -> str:
    found = facts.get("documents")
    if not found:
        return ""
    told = (
        f"{said(found['samples'])} samples come from {said(found['passages'])} passages of"
        f" {said(found['documents'])} documents."
    )
    if found["stale"]:
        told += f" Of {said(found['stale'])} a newer version of the document no longer holds the passage."
    return told


def _limits(facts: Json) -> str:
    """What the facts themselves say against the dataset."""
    return "## Known limits\n\n" + ("\n".join(f"- {one}" for one in limits(facts)) or "None is recorded.")


def limits(facts: Json) -> Iterator[str]:
    """Sentences about what is missing or was passed over, each from a fact."""
    unlicensed = facts["licences"].get("", 0)
    if unlicensed:
        yield f"{said(unlicensed)} released samples come from corpora without a recorded licence."
    if not facts["benchmarks"] and "benchmarks" not in facts["checks"]:
        yield "It was compared with no evaluation set."
    if not any(one["samples"] for one in facts["agreement"]):
        yield "Agreement between reviewers is not known."
    resting = sum(one["samples"] for one in facts["acceptances"])
    if resting:
        yield f"{said(resting)} samples were accepted on the strength of a random sample and not read one by one."
    for name, one in facts["checks"].items():
        if one["level"] != "pass":
            yield f"{said(name)}: {said(one['words'])}"


def _verify() -> str:
    return (
        "## Checking this release\n\n`manifest.json` lists every file with its sha256 and is signed. `winnow verify FOLDER"
        " --key KEY` checks all of it; `minisign -V -p winnow.pub -m manifest.json` checks the signature alone."
    )
