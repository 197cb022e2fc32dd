"""Compiled loops over the bytes of many texts. Nothing here knows samples, filters or recipes.

Compiling takes half a minute; what was compiled is kept. numba looks only at a function's own file to see whether what
it kept still holds, though constants and small functions of other files are compiled into it. So it is kept in a
directory named after all of the core's source: changed code never meets old machine code.
"""

import os
import time
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree

import numba
import platformdirs

KEPT_SECONDS = 14 * 86_400
"""Compiled code of a source that nobody has used for so long is removed."""


def keep_by_source() -> None:
    """Let numba keep what it compiles under the source's own hash, unless NUMBA_CACHE_DIR or the disk says otherwise."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    root = Path(platformdirs.user_cache_dir("winnow")) / "kernels"
    own = root / _digest()
    try:
        own.mkdir(parents=True, exist_ok=True)
        own.touch()
        for other in root.iterdir():
            if other.stat().st_mtime < time.time() - KEPT_SECONDS:
                rmtree(other, ignore_errors=True)
    except OSError:  # no home, or one that cannot be written: numba finds a place beside the code, or compiles anew
        return
    numba.config.CACHE_DIR = str(own)  # type: ignore[attr-defined]


def _digest() -> str:
    core = Path(__file__).parents[1]
    files = sorted([*core.glob("*.py"), *core.glob("kernels/*.py")])
    return blake2b(b"".join(blake2b(path.read_bytes()).digest() for path in files), digest_size=8).hexdigest()


keep_by_source()
