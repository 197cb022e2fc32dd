"""Every file of the corpora of documents ends as samples or as a clear refusal: which, by kind of file.

python benchmarks/documents_coverage.py [FOLDER ...]      (those of ../shared/data that hold documents)
"""

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from app.curation.readers import FileRefused, NeedsMapping, read
from app.curation.sample import Refusal

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDERS = (
    "pdf", "office_html_epub", "docs_tech", "docs_medquad", "docs_contracts", "chat", "faq_covid", "faq_medical",
    "bad_binary",
)  # fmt: skip
MOST_OF_A_KIND = 60
"""Files of one ending in one folder that are read; thousands that are made alike say no more."""


def main(folders: list[Path]) -> int:
    """1 where a file ended in neither way."""
    lost = 0
    for folder in folders:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        began = time.monotonic()
        for path in _files(folder):
            ending = path.suffix.lower() or path.name
            what = _outcome(path)
            found[ending][what] += 1
            lost += what.startswith("lost")
        for ending, outcomes in sorted(found.items()):
            print(f"{folder.name:18} {ending:10} {dict(outcomes)}", flush=True)
        print(f"{folder.name:18} {time.monotonic() - began:.0f} s", flush=True)
    return int(lost > 0)


def _files(folder: Path) -> list[Path]:
    counts: Counter[tuple[Path, str]] = Counter()
    chosen = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            counts[path.parent, path.suffix] += 1
            if counts[path.parent, path.suffix] <= MOST_OF_A_KIND:
                chosen.append(path)
    return chosen


def _outcome(path: Path) -> str:
    """What became of a file, in a word or two."""
    samples, refused = 0, Counter[str]()
    try:
        for item in read(path):
            if isinstance(item, Refusal):
                refused[item.code] += 1
            else:
                samples += 1
    except FileRefused as error:
        return f"refused whole: {error.code}"
    except NeedsMapping:
        return "asks for columns"
    except Exception as error:
        return f"lost: {type(error).__name__}: {error}"[:100]
    if samples:
        return "samples and refusals" if refused else "samples"
    return f"refused: {refused.most_common(1)[0][0]}" if refused else "lost: nothing came of it"


if __name__ == "__main__":
    sys.exit(main([Path(one) for one in sys.argv[1:]] or [DATA / name for name in FOLDERS]))
