"""Write requirements.lock and requirements-test.lock: exact versions, no addresses, from what is installed here."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def closure(names: list[str], extras: tuple[str, ...] = ("",)) -> set[str]:
    """All installed packages that these need, themselves included, under normal names."""
    found: set[str] = set()
    waiting = [(name, extras) for name in names]
    while waiting:
        name, wanted = waiting.pop()
        for text in distribution(name).requires or []:
            need = Requirement(text)
            if need.marker and not any(need.marker.evaluate({"extra": extra}) for extra in wanted):
                continue
            key = re.sub(r"[-_.]+", "-", need.name).lower()
            try:
                distribution(key)
            except PackageNotFoundError:
                continue
            if key not in found:
                found.add(key)
                waiting.append((key, ("", *need.extras)))
    return found


def write(path: Path, packages: set[str], title: str) -> None:
    lines = sorted(f"{name}=={distribution(name).version}" for name in packages if name != "winnow")
    path.write_text(f"# {title} Written by `make lock`.\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    run = closure(["winnow"])
    write(ROOT / "requirements.lock", run, "What Winnow runs with.")
    write(ROOT / "requirements-test.lock", closure(["winnow"], ("", "test")) - run, "What tests need besides.")
