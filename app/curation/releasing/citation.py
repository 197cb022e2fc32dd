"""CITATION.cff of a release: how to name it, in the Citation File Format 1.2.0."""

from app.curation.releasing.markdown import quoted
from app.curation.sample import Json


def cff(facts: Json) -> str:
    """Who made it is not recorded, so that the dataset itself stands as the author, as the format advises."""
    dataset, licences = facts["dataset"], [*facts["licences"]]
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this dataset, please cite it as below.",
        "type: dataset",
        f"title: {quoted(dataset['name'])}",
        "authors:",
        f"- name: {quoted('The contributors of ' + dataset['name'])}",
    ]
    if dataset["goal"]:
        lines.append(f"abstract: {quoted(dataset['goal'])}")
    if len(licences) == 1 and licences[0]:
        lines.append(f"license: {quoted(licences[0])}")
    return "\n".join(lines) + "\n"
