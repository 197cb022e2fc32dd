"""The head of a dataset card as the Hugging Face Hub and `datasets` read it: YAML, every value from the manifest."""

from app.curation.releasing.markdown import quoted
from app.curation.sample import Json

# https://huggingface.co/docs/hub/repositories-licenses
_LICENCES = """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m
    afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0
    lgpl lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl mpl-2.0 odc-by odbl openmdw-1.0
    openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl gemma llama2 llama3
"""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
          (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))  # fmt: skip
_ORDER = ("train", "validation", "test")
_LABELS = "label"
"""What the keys of formats for classification have in them."""


def front_matter(facts: Json) -> str:
    """Between two lines of dashes."""
    name = facts["dataset"]["name"]
    lines = ["---", f"pretty_name: {quoted(name)}", *_licence(facts["licences"]), *_languages(facts["languages"])]
    lines += ["size_categories:", f"- {size(facts['rows'])}", "task_categories:", f"- {task(facts['format'])}"]
    return "\n".join([*lines, *_configs(facts), "---", ""])


def size(rows: int) -> str:
    """The Hub's word for a number of rows."""
    return next((word for most, word in _SIZES if rows < most), "n>1T" if rows > 10**12 else "1B<n<10B")


def task(format: str) -> str:
    """The Hub's word for what a format trains."""
    return "text-classification" if _LABELS in format else "text-generation"


def _licence(licences: dict[str, int]) -> list[str]:
    found = sorted({_hub_name(name) if name else "unknown" for name in licences}) or ["unknown"]
    lines = [f"license: {found[0]}"] if len(found) == 1 else ["license:", *(f"- {one}" for one in found)]
    others = sorted(name for name in licences if name and _hub_name(name) == "other")
    return [*lines, *([f"license_name: {quoted(', '.join(others))}"] if others else [])]


def _hub_name(licence: str) -> str:
    """SPDX names, written small, are the Hub's for most licences."""
    name = licence.strip().lower().replace(" ", "-").removesuffix("-only").removesuffix("-or-later")
    return name if name in _LICENCES.split() else "other"


def _languages(languages: dict[str, int]) -> list[str]:
    found = sorted(one for one in languages if one)
    return ["language:", *(f"- {quoted(one)}" for one in found)] if found else []


def _configs(facts: Json) -> list[str]:
    """Which files are which split: what `datasets.load_dataset(folder)` goes by."""
    folders: dict[str, set[str]] = {}
    for file in facts["data_files"]:
        head, _, tail = file["name"].partition(f"{file['split']}-")
        folders.setdefault(file["split"], set()).add(f"{head}{file['split']}-*" if tail else file["name"])
    lines = ["configs:", "- config_name: default", "  data_files:"]
    for split in sorted(folders, key=lambda one: ([*_ORDER, one].index(one), one)):
        lines += [f"  - split: {split}", "    path:", *(f"    - {quoted(one)}" for one in sorted(folders[split]))]
    return lines if folders else []
