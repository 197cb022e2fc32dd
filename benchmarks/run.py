"""Run the benchmarks one after another and write what they print to RESULTS.md, with the date and the machine.

python -m benchmarks.run [SECTION ...]     any other word lists the sections; those not run keep their old results
"""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
SECTIONS: dict[str, list[list[str]]] = {
    "Near-duplicates": [["near_duplicates", "--size", size] for size in ("10000", "40000")],
    "Near-duplicates, growth": [
        ["near_duplicates", "--size", size, "--no-truth", "--repeat", "1", "--peers"] for size in ("100000", "1000000")
    ],
    "Near-duplicates, real data": [["near_on_real_data"]],
    "Filters": [["filters"]],
    "Grounding": [["grounding"]],
    "Parity": [["parity"]],
    "Instruction data": [["instruction"]],
    "Decontamination": [["decontamination"]],
    "Contamination, real data": [["contaminated"]],
    "Personal data": [["pii"]],
    "What-if and runs at 1,000,000 samples": [["what_if"]],
    "The next corpus": [["next_corpus"]],
    "Import": [["import_memory"]],
    "Documents, PDF": [["documents_pdf"]],
    "Documents, Office files and web pages": [["documents_office"], ["documents_web"]],
    "A release of a million rows": [["release"]],
}
PEERS = ("datasketch", "rensa", "datatrove", "spacy", "numba", "numpy")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def machine() -> str:
    """The processor, its cores, memory, and the versions that matter."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    python = platform.python_version()
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {python}, {versions}"


def section(title: str) -> str:
    """Run all commands of a section; what they print, each under its command."""
    parts = [f"## {title}", f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"]
    for words in SECTIONS[title]:
        command = ["python", "-m", f"benchmarks.{words[0]}", *words[1:]]
        print("$", *command, flush=True)
        done = subprocess.run(
            [sys.executable, *command[1:]], cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False
        )
        print(done.stdout, flush=True)
        failed = "" if done.returncode == 0 else f"\n(ended with {done.returncode})"
        parts.append(f"```\n$ {' '.join(command)}\n{done.stdout.rstrip()}{failed}\n```")
    return "\n\n".join(parts)


def known() -> dict[str, str]:
    """The sections that the file holds now."""
    text = RESULTS.read_text() if RESULTS.exists() else ""
    places = [*_HEADING.finditer(text)]
    ends = [*(found.start() for found in places[1:]), len(text)][: len(places)]
    return {found[1]: text[found.start() : end].rstrip() for found, end in zip(places, ends, strict=True)}


def main(wanted: list[str]) -> None:
    if any(title not in SECTIONS for title in wanted):
        sys.exit("\n".join(["These are the sections:", *SECTIONS]))
    found = known()
    for title in wanted or SECTIONS:
        found[title] = section(title)
        others = [one for one in found if one not in SECTIONS]  # measured by hand, with files of somebody's own
        whole = "\n\n".join(found[one] for one in [*SECTIONS, *others] if one in found)
        RESULTS.write_text(f"# Results\n\nWritten by `make bench`. CPU seconds are user and system time.\n\n{whole}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
